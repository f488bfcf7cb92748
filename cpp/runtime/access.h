// What the public CudaEngine and ExecutionContext hold, for the library's own parts.
#pragma once

#include <atomic>
#include <memory>

#include "engine/plan.h"
#include "trtlike/execution_context.h"
#include "trtlike/gpu_allocator.h"

namespace trtlike {

struct CudaEngine::Impl {
  std::shared_ptr<const engine::LoadedPlan> loaded;
  std::shared_ptr<Logger> logger;
  /// What contexts start with.
  std::shared_ptr<GpuAllocator> allocator = nullptr;
  std::shared_ptr<ErrorRecorder> recorder = nullptr;
  /// Bytes of constants that may stay in memory between runs; -1: all.
  std::atomic<int64_t> weight_budget{-1};

  const engine::Plan& plan() const { return loaded->plan; }
};

struct RuntimeAccess {
  static std::shared_ptr<CudaEngine> engine(std::shared_ptr<const engine::LoadedPlan> loaded,
                                            std::shared_ptr<Logger> logger,
                                            std::shared_ptr<GpuAllocator> allocator = nullptr,
                                            std::shared_ptr<ErrorRecorder> recorder = nullptr) {
    return std::make_shared<CudaEngine>(std::make_unique<CudaEngine::Impl>(
        std::move(loaded), std::move(logger), std::move(allocator), std::move(recorder)));
  }
  static const std::shared_ptr<GpuAllocator>& allocator(const CudaEngine& engine) {
    return engine.impl_->allocator;
  }
  /// Gives back the pages of constants that are more than the engine's budget.
  static void drop_weights(const CudaEngine& engine);
  static const engine::LoadedPlan& loaded(const CudaEngine& engine) {
    return *engine.impl_->loaded;
  }
  static const engine::Plan& plan(const CudaEngine& engine) { return engine.impl_->plan(); }
  static ExecutionContext::Impl& context(const ExecutionContext& context) { return *context.impl_; }
};

}  // namespace trtlike
