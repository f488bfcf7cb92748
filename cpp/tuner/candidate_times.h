// How long tactics take on problems: remembered in the timing cache, or measured and put there.
#pragma once

#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/threads/threads.h"
#include "tuner/tuner.h"

namespace trtlike::tuner {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// What level 0, which measures nothing, charges the first candidate that fits; later ones more.
inline constexpr double kUnmeasuredMs = 0.0005;

class CandidateTimes {
 public:
  /// `cold_weights`: constants are read from memory, not from the caches.
  CandidateTimes(bool cold_weights, const Options& options);

  /// Milliseconds of each tactic on its problem, at node `name`. Infinite for a tactic that throws
  /// or needs more workspace than allowed. Throws UserError when the build is cancelled.
  std::vector<double> find(const std::string& name,
                           const std::vector<const kernels::Tactic*>& tactics,
                           const std::vector<const kernels::Problem*>& problems);
  double find(const kernels::Tactic& tactic, const kernels::Problem& problem);

  void cancel() { is_cancelled_ = true; }
  void check_cancelled();
  /// Why candidates threw since the last call.
  std::vector<std::string> take_failures() { return std::exchange(failures_, {}); }
  int measured() const { return measured_; }

 private:
  void measure(const std::vector<const kernels::Tactic*>& tactics,
               const std::vector<const kernels::Problem*>& problems,
               const std::vector<size_t>& which, std::vector<double>& ms);
  /// Tactics refuse elements that make no sense, such as the ones that stand for those of a shape
  /// tensor here. Where nothing could be timed, the first of them is taken.
  void keep_untimed(std::vector<double>& ms, const std::vector<size_t>& which);
  /// Of a candidate that cannot run, or not with the elements that it was given.
  double note_failure(const std::exception& failure, const kernels::Tactic& tactic,
                      size_t candidate);
  bool asks_to_go_on();
  std::string cache_key(const kernels::Tactic& tactic, const kernels::Problem& problem) const;

  const Options& options_;
  core::ThreadPool pool_;
  bool cold_weights_;
  TimingCache own_cache_;
  TimingCache& cache_;
  /// Of the candidates that are measured together: those that threw, and of these the ones that may
  /// run with other elements.
  std::set<size_t> failed_, untimed_;
  std::vector<std::string> failures_;
  int measured_ = 0;
  bool is_cancelled_ = false;
};

}  // namespace trtlike::tuner
