// How contexts are made.
#pragma once

#include "trtlike/enums/build_enums.h"

namespace trtlike {

/// The settings of a context under construction.
class RuntimeConfig {
 public:
  ExecutionContextAllocationStrategy execution_context_allocation_strategy() const {
    return strategy_;
  }
  void set_execution_context_allocation_strategy(ExecutionContextAllocationStrategy strategy) {
    strategy_ = strategy;
  }

 private:
  ExecutionContextAllocationStrategy strategy_ = ExecutionContextAllocationStrategy::Static;
};

}  // namespace trtlike
