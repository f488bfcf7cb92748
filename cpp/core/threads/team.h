// Threads that go through numbered phases of slices together: whoever finishes the last slice of a
// phase opens the next one, so that no thread waits for a particular other one. Where threads come
// from is not known here.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

#include "core/threads/turns.h"

namespace trtlike::core {

class Team {
 public:
  /// body(state, phase, slice, worker): must not throw.
  using Body = void (*)(void* state, int phase, int slice, int worker);
  /// Asks for one more thread that calls help(); false where there is none to be had.
  using Enlist = bool (*)(void* state);

  /// All teams together keep to `max_threads` threads where they have no more callers than that.
  /// `enlist_state` must outlive every run.
  Team(int num_threads, int max_threads, Enlist enlist, void* enlist_state);

  /// Runs counts[phase] slices of each phase in turn on the caller, worker 0, and on up to
  /// num_threads - 1 helpers. One run at a time. Allocates nothing.
  void run(std::span<const int> counts, Body body, void* state);

  /// On a thread that was asked for: takes part in runs until none came for a while, or another
  /// team waits for a thread.
  void help();

 private:
  /// A part of a phase's slices, of which one thread takes the first and the others the last:
  /// threads stay with neighbouring slices, and with the same ones from phase to phase. The low
  /// half-words are the first and the end, the high word is the phase's number.
  struct alignas(64) Part {
    std::atomic<uint64_t> left{0};
  };

  /// One thread's way through the phases.
  struct Participant {
    int worker = 0;
    int own_part = 0;         ///< its part
    uint32_t searched = ~0u;  ///< number of the phase whose other parts it found empty
    Turns turns;
    Avoidance* avoidance = nullptr;  ///< of this run
  };

  bool work(Participant& participant);
  bool take_first(Participant& participant, int& claim);
  bool take_last(Participant& participant, int& claim);
  bool is_wanted_elsewhere(int64_t joined_ns) const;
  bool has_slices() const;
  void run_claim(int claim, int worker);
  void finish(int claims, Participant& participant);
  void advance(Participant& participant);
  void open(int phase, Participant& participant);
  void ask_for_help(Participant& participant);
  void wake();
  void sleep();
  void tell_cpu();
  void find_free_cpu(Avoidance& avoidance);
  bool is_running() const {
    return started_.load(std::memory_order_acquire) != finished_.load(std::memory_order_seq_cst);
  }

  const int num_threads_;
  const int max_threads_;
  const int num_parts_;
  const Enlist enlist_;
  void* const enlist_state_;
  const std::unique_ptr<Part[]> parts_;
  const std::unique_ptr<std::atomic<bool>[]> is_taken_;  ///< by worker

  // Written by the thread that opens a phase, read by those that took a slice of it.
  std::span<const int> counts_;
  Body body_ = nullptr;
  void* state_ = nullptr;
  int phase_ = 0;
  int slices_per_claim_ = 1;
  uint32_t number_ = 0;
  Participant caller_;

  alignas(64) std::atomic<int> unfinished_{0};
  alignas(64) std::atomic<uint32_t> started_{0};
  std::atomic<uint32_t> finished_{0};
  alignas(64) std::atomic<int> callers_cpu_{-1};
  std::atomic<int64_t> crowded_ns_{0};  ///< when a helper's CPU was, or the caller moved
  std::atomic<int> helpers_{0};
  std::atomic<int> sleepers_{0};
  std::atomic<uint32_t> signal_{0};
};

}  // namespace trtlike::core
