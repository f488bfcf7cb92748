// Taking, finishing and opening phases of slices.
#include "core/team.h"

#include <algorithm>
#include <thread>

#include "core/clock.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace trtlike::core {
namespace {

constexpr int kMaxClaims = 0xffff;
constexpr int kMaxParts = 16;
constexpr int kSpinsPerLook = 32;
/// Beyond it, whoever is waited for may need the CPU.
constexpr int64_t kSpinNs = 100'000;
constexpr int64_t kSleepNs = 5'000'000;
/// How long after a helper's CPU was crowded, or after a move, the caller stays where it is.
constexpr int64_t kStayNs = 50'000'000;
/// How long a helper waits for the next run.
constexpr int64_t kLingerNs = 100'000;
/// How long a helper stays at least where other teams want one too.
constexpr int64_t kTurnNs = 1'000'000;

/// Teams whose wish for a thread is not yet fulfilled.
std::atomic<int> num_waiting{0};

uint64_t pack(uint32_t number, int first, int end) {
  return uint64_t{number} << 32 | static_cast<uint64_t>(end) << 16 | static_cast<uint64_t>(first);
}
int first_of(uint64_t part) { return static_cast<int>(part & 0xffff); }
int end_of(uint64_t part) { return static_cast<int>(part >> 16 & 0xffff); }
constexpr uint64_t kOneFromFront = 1;
constexpr uint64_t kOneFromBack = uint64_t{1} << 16;

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#else
  std::this_thread::yield();
#endif
}

/// Turns of a loop that waits, and since when.
class Patience {
 public:
  void renew() { spins_ = 0; }
  /// Waits a moment, later on in favour of others; true once `limit_ns` have passed.
  bool is_over(int64_t limit_ns) {
    if (spins_++ == 0) since_ns_ = now_ns();
    pause();
    if (spins_ % kSpinsPerLook != 0) return false;
    const int64_t waited_ns = now_ns() - since_ns_;
    if (waited_ns > kSpinNs) std::this_thread::yield();
    return waited_ns > limit_ns;
  }

 private:
  int spins_ = 0;
  int64_t since_ns_ = 0;
};

}  // namespace

Team::Team(int num_threads, Enlist enlist, void* enlist_state)
    : num_threads_(num_threads),
      num_parts_(std::min(num_threads, kMaxParts)),
      enlist_(enlist),
      enlist_state_(enlist_state),
      parts_(new Part[static_cast<size_t>(num_parts_)]),
      is_taken_(new std::atomic<bool>[static_cast<size_t>(num_threads)] {}) {}

void Team::run(std::span<const int> counts, Body body, void* state) {
  counts_ = counts;
  body_ = body;
  state_ = state;
  phase_ = -1;
  const uint32_t run = started_.load(std::memory_order_relaxed) + 1;
  started_.store(run, std::memory_order_release);
  advance(0);
  Avoidance avoidance;
  Patience patience;
  int claim = 0;
  while (finished_.load(std::memory_order_acquire) != run) {
    if (callers_turns_.step_aside()) find_free_cpu(avoidance);
    callers_cpu_.store(current_cpu(), std::memory_order_relaxed);
    if (take(0, claim)) {
      work(claim, 0);
      patience.renew();
    } else if (patience.is_over(kSleepNs)) {
      sleep();
      patience.renew();
    }
  }
}

/// The caller is needed between runs, too: a helper takes the place beside another program better.
void Team::find_free_cpu(Avoidance& avoidance) {
  const int64_t now = now_ns();
  if (now - crowded_ns_.load(std::memory_order_relaxed) < kStayNs) return;
  avoidance.leave(current_cpu());
  crowded_ns_.store(now, std::memory_order_relaxed);
}

void Team::help() {
  num_waiting.fetch_sub(1, std::memory_order_relaxed);
  int worker = 1;
  while (is_taken_[static_cast<size_t>(worker)].exchange(true, std::memory_order_acquire))
    worker = worker + 1 < num_threads_ ? worker + 1 : 1;
  const int64_t joined_ns = now_ns();
  Turns turns;
  Avoidance avoidance;
  Patience patience;
  int claim = 0;
  for (;;) {
    if (turns.step_aside()) crowded_ns_.store(now_ns(), std::memory_order_relaxed);
    avoidance.leave(callers_cpu_.load(std::memory_order_relaxed));
    if (take(worker % num_parts_, claim)) {
      work(claim, worker);
      patience.renew();
    } else if (num_waiting.load(std::memory_order_relaxed) > 0 && now_ns() - joined_ns > kTurnNs) {
      break;
    } else if (patience.is_over(is_running() ? kSleepNs : kLingerNs)) {
      if (!is_running()) break;
      sleep();
      patience.renew();
    }
  }
  is_taken_[static_cast<size_t>(worker)].store(false, std::memory_order_release);
  helpers_.fetch_sub(1, std::memory_order_release);
}

/// The front of the home part, else the back of another.
bool Team::take(int home, int& claim) {
  for (int i = 0; i < num_parts_; ++i) {
    const int at = home + i < num_parts_ ? home + i : home + i - num_parts_;
    std::atomic<uint64_t>& left = parts_[static_cast<size_t>(at)].left;
    uint64_t part = left.load(std::memory_order_acquire);
    while (first_of(part) < end_of(part)) {
      claim = i == 0 ? first_of(part) : end_of(part) - 1;
      const uint64_t rest = i == 0 ? part + kOneFromFront : part - kOneFromBack;
      if (left.compare_exchange_weak(part, rest, std::memory_order_acq_rel,
                                     std::memory_order_acquire))
        return true;
    }
  }
  return false;
}

bool Team::has_slices() const {
  return std::any_of(parts_.get(), parts_.get() + num_parts_, [](const Part& part) {
    const uint64_t left = part.left.load(std::memory_order_seq_cst);
    return first_of(left) < end_of(left);
  });
}

/// What a thread knows of the phase stays as it is until the claim is finished.
void Team::work(int claim, int worker) {
  const int end = std::min(counts_[static_cast<size_t>(phase_)], (claim + 1) * slices_per_claim_);
  for (int slice = claim * slices_per_claim_; slice < end; ++slice)
    body_(state_, phase_, slice, worker);
  if (unfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1) advance(worker);
}

/// On the thread that finished a phase: goes through what follows and is not shared.
void Team::advance(int worker) {
  for (int phase = phase_ + 1; phase < static_cast<int>(counts_.size()); ++phase) {
    const int count = counts_[static_cast<size_t>(phase)];
    if (count > 1) return open(phase);
    if (count == 1) body_(state_, phase, 0, worker);
  }
  finished_.store(started_.load(std::memory_order_relaxed), std::memory_order_seq_cst);
  wake();
}

/// Once the last part stands there, the run may be over before this returns.
void Team::open(int phase) {
  ask_for_help();
  const int count = counts_[static_cast<size_t>(phase)];
  phase_ = phase;
  slices_per_claim_ = (count + kMaxClaims - 1) / kMaxClaims;
  const int claims = (count + slices_per_claim_ - 1) / slices_per_claim_;
  unfinished_.store(claims, std::memory_order_relaxed);
  ++number_;
  for (int i = 0; i < num_parts_; ++i) {
    const auto bound = [&](int64_t at) { return static_cast<int>(at * claims / num_parts_); };
    parts_[static_cast<size_t>(i)].left.store(pack(number_, bound(i), bound(i + 1)),
                                              std::memory_order_seq_cst);
  }
  wake();
}

void Team::ask_for_help() {
  if (helpers_.load(std::memory_order_acquire) >= num_threads_ - 1) return;
  helpers_.fetch_add(1, std::memory_order_relaxed);
  num_waiting.fetch_add(1, std::memory_order_relaxed);
  enlist_(enlist_state_);
}

void Team::wake() {
  if (sleepers_.load(std::memory_order_seq_cst) == 0) return;
  signal_.fetch_add(1, std::memory_order_seq_cst);
  signal_.notify_all();
}

/// Until a phase is opened or the run ends.
void Team::sleep() {
  sleepers_.fetch_add(1, std::memory_order_seq_cst);
  const uint32_t signal = signal_.load(std::memory_order_seq_cst);
  if (!has_slices() && is_running()) signal_.wait(signal, std::memory_order_acquire);
  sleepers_.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace trtlike::core
