// Times one tactic on one problem, as the runtime would run it: prepared, on made-up data, over the
// pool's threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/threads.h"
#include "kernels/tactic.h"

namespace trtlike::tuner {

/// A tactic with buffers, ready to be run again and again.
class Measurement {
 public:
  /// Prepares the tactic. `cold_weights`: packed constants come from memory in each run, as in a
  /// network whose weights do not fit the caches. Throws what pack and prepare throw.
  Measurement(const kernels::Tactic& tactic, const kernels::Problem& problem,
              const core::ThreadPool& pool, bool cold_weights);
  /// Runs once; the time in ms.
  double sample();
  /// Bytes of scratch that a run takes in all threads.
  int64_t workspace_bytes() const;

 private:
  const core::ThreadPool& pool_;
  bool cold_weights_;
  kernels::Packed packed_;
  std::unique_ptr<kernels::Kernel> kernel_;
  std::vector<std::shared_ptr<void>> buffers_;
  std::vector<const void*> inputs_;
  std::vector<void*> outputs_;
  std::shared_ptr<void> shared_;
  std::shared_ptr<void> scratch_;
  size_t scratch_stride_ = 0;
};

/// Gives the time of one run in ms.
using Sampler = std::function<double()>;

/// The best time of each candidate. Rounds are interleaved; candidates that are clearly slower are
/// sampled less, those close to the best are sampled again. Disturbances only lengthen times, so a
/// best time counts when a second sample agrees with it; until then, and within bounds, a candidate
/// is not given up.
std::vector<double> measure_interleaved(const std::vector<Sampler>& candidates, int min_repeats);

}  // namespace trtlike::tuner
