// What the public CudaEngine and ExecutionContext hold, for the library's own parts.
#pragma once

#include <memory>

#include "engine/plan.h"
#include "trtlike/execution_context.h"

namespace trtlike {

struct CudaEngine::Impl {
  std::shared_ptr<const engine::LoadedPlan> loaded;
  std::shared_ptr<Logger> logger;

  const engine::Plan& plan() const { return loaded->plan; }
};

struct RuntimeAccess {
  static std::shared_ptr<CudaEngine> engine(std::shared_ptr<const engine::LoadedPlan> loaded,
                                            std::shared_ptr<Logger> logger) {
    return std::make_shared<CudaEngine>(
        std::make_unique<CudaEngine::Impl>(std::move(loaded), std::move(logger)));
  }
  static const engine::LoadedPlan& loaded(const CudaEngine& engine) {
    return *engine.impl_->loaded;
  }
  static const engine::Plan& plan(const CudaEngine& engine) { return engine.impl_->plan(); }
  static ExecutionContext::Impl& context(const ExecutionContext& context) { return *context.impl_; }
};

}  // namespace trtlike
