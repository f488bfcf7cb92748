// Taking, finishing and opening phases of slices.
#include "core/threads/team.h"

#include <algorithm>
#include <thread>

#include "core/os/clock.h"
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

// Of all teams: threads in run(), threads in help(), and threads that were asked for.
alignas(64) std::atomic<int> num_callers{0};
alignas(64) std::atomic<int> num_helping{0};
alignas(64) std::atomic<int> num_waiting{0};

uint64_t pack(uint32_t number, int first, int end) {
  return uint64_t{number} << 32 | static_cast<uint64_t>(end) << 16 | static_cast<uint64_t>(first);
}
int first_of(uint64_t part) { return static_cast<int>(part & 0xffff); }
int end_of(uint64_t part) { return static_cast<int>(part >> 16 & 0xffff); }
uint32_t number_of(uint64_t part) { return static_cast<uint32_t>(part >> 32); }
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

Team::Team(int num_threads, int max_threads, Enlist enlist, void* enlist_state)
    : num_threads_(num_threads),
      max_threads_(max_threads),
      num_parts_(std::min(num_threads, kMaxParts)),
      enlist_(enlist),
      enlist_state_(enlist_state),
      parts_(new Part[static_cast<size_t>(num_parts_)]),
      is_taken_(new std::atomic<bool>[static_cast<size_t>(num_threads)] {}) {}

void Team::run(std::span<const int> counts, Body body, void* state) {
  num_callers.fetch_add(1, std::memory_order_relaxed);
  counts_ = counts;
  body_ = body;
  state_ = state;
  phase_ = -1;
  const uint32_t run = started_.load(std::memory_order_relaxed) + 1;
  started_.store(run, std::memory_order_release);
  Avoidance avoidance;
  caller_.avoidance = &avoidance;
  advance(caller_);
  Patience patience;
  while (finished_.load(std::memory_order_acquire) != run) {
    if (caller_.turns.is_over() && caller_.turns.yield()) find_free_cpu(avoidance);
    tell_cpu();
    if (work(caller_)) {
      patience.renew();
    } else if (patience.is_over(kSleepNs)) {
      sleep();
      patience.renew();
    }
  }
  num_callers.fetch_sub(1, std::memory_order_relaxed);
}

void Team::tell_cpu() {
  const int cpu = current_cpu();
  if (callers_cpu_.load(std::memory_order_relaxed) != cpu)
    callers_cpu_.store(cpu, std::memory_order_relaxed);
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
  num_helping.fetch_add(1, std::memory_order_relaxed);
  Avoidance avoidance;
  Participant participant;
  participant.avoidance = &avoidance;
  participant.worker = 1;
  while (
      is_taken_[static_cast<size_t>(participant.worker)].exchange(true, std::memory_order_acquire))
    participant.worker = participant.worker + 1 < num_threads_ ? participant.worker + 1 : 1;
  participant.own_part = participant.worker % num_parts_;
  const int64_t joined_ns = now_ns();
  Patience patience;
  for (;;) {
    if (participant.turns.is_over() && participant.turns.yield())
      crowded_ns_.store(now_ns(), std::memory_order_relaxed);
    avoidance.leave(callers_cpu_.load(std::memory_order_relaxed));
    if (work(participant)) {
      patience.renew();
    } else if (is_wanted_elsewhere(joined_ns)) {
      break;
    } else if (patience.is_over(is_running() ? kSleepNs : kLingerNs)) {
      if (!is_running()) break;
      sleep();
      patience.renew();
    }
  }
  is_taken_[static_cast<size_t>(participant.worker)].store(false, std::memory_order_release);
  helpers_.fetch_sub(1, std::memory_order_release);
  num_helping.fetch_sub(1, std::memory_order_relaxed);
}

/// Callers of other teams need the CPUs, or other teams waited for a helper long enough.
bool Team::is_wanted_elsewhere(int64_t joined_ns) const {
  if (num_callers.load(std::memory_order_relaxed) + num_helping.load(std::memory_order_relaxed) >
      max_threads_)
    return true;
  return num_waiting.load(std::memory_order_relaxed) > 0 && now_ns() - joined_ns > kTurnNs;
}

/// Goes through the thread's own part, else takes a slice of another; false if there was none.
bool Team::work(Participant& participant) {
  int claim = 0, done = 0;
  while (take_first(participant, claim)) {
    run_claim(claim, participant.worker);
    ++done;
    if (participant.turns.is_over()) break;
  }
  if (done == 0) {
    if (!take_last(participant, claim)) return false;
    run_claim(claim, participant.worker);
    done = 1;
  }
  finish(done, participant);
  return true;
}

bool Team::take_first(Participant& participant, int& claim) {
  std::atomic<uint64_t>& left = parts_[static_cast<size_t>(participant.own_part)].left;
  uint64_t part = left.load(std::memory_order_acquire);
  while (first_of(part) < end_of(part))
    if (left.compare_exchange_weak(part, part + kOneFromFront, std::memory_order_acq_rel,
                                   std::memory_order_acquire)) {
      claim = first_of(part);
      return true;
    }
  return false;
}

/// Searches the other parts once a phase: what is empty stays so until the next one, which writes
/// to the thread's own part too.
bool Team::take_last(Participant& participant, int& claim) {
  const uint32_t number = number_of(
      parts_[static_cast<size_t>(participant.own_part)].left.load(std::memory_order_acquire));
  if (participant.searched == number) return false;
  bool is_open = true;
  for (int i = 1; i < num_parts_; ++i) {
    std::atomic<uint64_t>& left =
        parts_[static_cast<size_t>((participant.own_part + i) % num_parts_)].left;
    uint64_t part = left.load(std::memory_order_acquire);
    is_open = is_open && number_of(part) == number;
    while (first_of(part) < end_of(part))
      if (left.compare_exchange_weak(part, part - kOneFromBack, std::memory_order_acq_rel,
                                     std::memory_order_acquire)) {
        claim = end_of(part) - 1;
        return true;
      }
  }
  if (is_open) participant.searched = number;
  return false;
}

bool Team::has_slices() const {
  return std::any_of(parts_.get(), parts_.get() + num_parts_, [](const Part& part) {
    const uint64_t left = part.left.load(std::memory_order_seq_cst);
    return first_of(left) < end_of(left);
  });
}

/// What a thread knows of the phase stays as it is until it finished what it took.
void Team::run_claim(int claim, int worker) {
  const int end = std::min(counts_[static_cast<size_t>(phase_)], (claim + 1) * slices_per_claim_);
  for (int slice = claim * slices_per_claim_; slice < end; ++slice)
    body_(state_, phase_, slice, worker);
}

void Team::finish(int claims, Participant& participant) {
  if (unfinished_.fetch_sub(claims, std::memory_order_acq_rel) == claims) advance(participant);
}

/// On the thread that finished a phase: goes through what follows and is not shared.
void Team::advance(Participant& participant) {
  for (int phase = phase_ + 1; phase < static_cast<int>(counts_.size()); ++phase) {
    const int count = counts_[static_cast<size_t>(phase)];
    if (count > 1) return open(phase, participant);
    if (count == 1) body_(state_, phase, 0, participant.worker);
  }
  finished_.store(started_.load(std::memory_order_relaxed), std::memory_order_seq_cst);
  wake();
}

/// Once the last part stands there, the run may be over before this returns.
void Team::open(int phase, Participant& participant) {
  ask_for_help(participant);
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

/// Of the threads that are left by callers, each team asks for one, and for more while there are. A
/// thread that starts now begins on the CPUs of the one that asks: on all that it had.
void Team::ask_for_help(Participant& participant) {
  const int callers = num_callers.load(std::memory_order_relaxed);
  const int helpers = helpers_.load(std::memory_order_acquire);
  if (callers >= max_threads_ || helpers >= num_threads_ - 1) return;
  const int others =
      num_helping.load(std::memory_order_relaxed) + num_waiting.load(std::memory_order_relaxed);
  if (helpers > 0 && callers + others >= max_threads_) return;
  helpers_.fetch_add(1, std::memory_order_relaxed);
  num_waiting.fetch_add(1, std::memory_order_relaxed);
  participant.avoidance->lift();
  if (enlist_(enlist_state_)) return;
  helpers_.fetch_sub(1, std::memory_order_relaxed);
  num_waiting.fetch_sub(1, std::memory_order_relaxed);
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
