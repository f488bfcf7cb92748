// Times one tactic on one problem, as the runtime would run it: prepared, on made-up data, over the
// pool's threads.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/threads/threads.h"
#include "kernels/tactic.h"

namespace trtlike::tuner {

/// Operands and scratch of candidates that are measured one after the other: those that take an
/// operand in the same form share its memory.
class SharedBuffers {
 public:
  const void* input(size_t index, const kernels::TensorDesc& desc);
  void* output(size_t index, const kernels::TensorDesc& desc);
  /// At least `bytes` bytes, which the next candidate may get too.
  std::shared_ptr<void> scratch(size_t bytes);

 private:
  struct Operand {
    kernels::TensorDesc desc;
    std::shared_ptr<void> data;
  };
  void* operand(bool is_input, size_t index, const kernels::TensorDesc& desc);

  /// By whether it is an input, and its position.
  std::map<std::pair<bool, size_t>, std::vector<Operand>> operands_;
  std::shared_ptr<void> scratch_;
  size_t scratch_bytes_ = 0;
};

/// A tactic with its operands, ready to be run again and again.
class Measurement {
 public:
  /// Prepares the tactic. `cold_weights`: packed constants come from memory in each run, as in a
  /// network whose weights do not fit the caches. Throws what pack and prepare throw.
  Measurement(const kernels::Tactic& tactic, const kernels::Problem& problem,
              const core::ThreadPool& pool, bool cold_weights, SharedBuffers& buffers);
  /// Runs once; the time in ms.
  double sample();
  /// Bytes of scratch that a run takes in all threads.
  int64_t workspace_bytes() const;

 private:
  const core::ThreadPool& pool_;
  bool cold_weights_;
  kernels::Packed packed_;
  std::unique_ptr<kernels::Kernel> kernel_;
  std::vector<const void*> inputs_;
  std::vector<void*> outputs_;
  std::shared_ptr<void> scratch_;
  size_t scratch_stride_ = 0;
};

/// Gives the time of one run in ms.
using Sampler = std::function<double()>;

/// The best time of each candidate. Rounds are interleaved; candidates that are clearly slower are
/// sampled less, those close to the best are sampled again. Disturbances only lengthen times, so a
/// best time counts when a second sample agrees with it; until then, and within bounds, a candidate
/// is not given up. A sampler is let go of as soon as its candidate is hopeless.
std::vector<double> measure_interleaved(std::vector<Sampler> candidates, int min_repeats);

}  // namespace trtlike::tuner
