// Kernels that a context has prepared, by step and operands, so that shapes which change from run
// to run prepare again only what they change.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "kernels/tactic.h"

namespace trtlike::runtime {

/// What computes a step on certain operands.
struct PreparedKernel {
  const kernels::Tactic* tactic = nullptr;
  /// Null where only the tactic was chosen.
  std::shared_ptr<const kernels::Kernel> kernel;
};

/// Any thread may call any function.
class KernelCache {
 public:
  explicit KernelCache(size_t num_steps) : steps_(num_steps) {}

  /// Null members where nothing is known.
  PreparedKernel find(size_t step, const kernels::Problem& problem);
  void note(size_t step, const kernels::Problem& problem, const PreparedKernel& prepared);

 private:
  struct Entry {
    std::vector<kernels::TensorDesc> inputs, outputs;
    PreparedKernel prepared;
  };
  Entry* look_up(size_t step, const kernels::Problem& problem);

  std::mutex mutex_;
  /// Of each step, the last used first.
  std::vector<std::list<Entry>> steps_;
};

}  // namespace trtlike::runtime
