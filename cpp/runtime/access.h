// What the public CudaEngine and ExecutionContext hold, for the library's own parts.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "engine/loaded_plan.h"
#include "trtlike/execution_context.h"
#include "trtlike/gpu_allocator.h"

namespace trtlike {

struct CudaEngine::Impl {
  /// As it was read; what it says of the engine but for weights stays true.
  std::shared_ptr<const engine::LoadedPlan> loaded;
  std::shared_ptr<Logger> logger;
  /// What contexts start with.
  std::shared_ptr<GpuAllocator> allocator = nullptr;
  std::shared_ptr<ErrorRecorder> recorder = nullptr;
  /// Bytes of constants that may stay in memory between runs; -1: all.
  std::atomic<int64_t> weight_budget{-1};
  mutable std::mutex mutex = {};
  /// With the last weights that it was given; null until then.
  std::shared_ptr<const engine::LoadedPlan> refitted = {};
  /// What latest() gives, to compare with: runs ask without taking the lock.
  std::atomic<const engine::LoadedPlan*> current{loaded.get()};

  const engine::Plan& plan() const { return loaded->plan; }
  std::shared_ptr<const engine::LoadedPlan> latest() const {
    const std::lock_guard<std::mutex> lock(mutex);
    return refitted != nullptr ? refitted : loaded;
  }
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
  /// With its weights as they are now.
  static std::shared_ptr<const engine::LoadedPlan> loaded(const CudaEngine& engine) {
    return engine.impl_->latest();
  }
  /// True while these are its weights.
  static bool is_latest(const CudaEngine& engine, const engine::LoadedPlan& loaded) {
    return engine.impl_->current.load(std::memory_order_acquire) == &loaded;
  }
  static void refit(CudaEngine& engine, std::shared_ptr<const engine::LoadedPlan> refitted) {
    const std::lock_guard<std::mutex> lock(engine.impl_->mutex);
    engine.impl_->refitted.swap(refitted);
    engine.impl_->current.store(engine.impl_->refitted.get(), std::memory_order_release);
  }
  static const engine::Plan& plan(const CudaEngine& engine) { return engine.impl_->plan(); }
  static ExecutionContext::Impl& context(const ExecutionContext& context) { return *context.impl_; }
};

}  // namespace trtlike
