// Weights of mapped plans as pages that can be given back.
#include <algorithm>

#include "core/check.h"
#include "core/failures/report.h"
#include "core/os/memory.h"
#include "kernels/tactic.h"
#include "runtime/access.h"

namespace trtlike {
namespace {

int64_t sources_of(const engine::Plan& plan) {
  int64_t sources = 0;
  for (const engine::PlanStep& step : plan.steps) {
    if (step.tactic.empty()) continue;
    const auto source = static_cast<int>(kernels::find_tactic(step.op, step.tactic)->source);
    // Others than these are not chosen by source.
    if (source < kEnumCount<TacticSource>) sources |= int64_t{1} << source;
  }
  for (const engine::Plan& region : plan.regions) sources |= sources_of(region);
  return sources;
}

}  // namespace

int64_t CudaEngine::tactic_sources() const { return sources_of(impl_->plan()); }

int64_t CudaEngine::stat(EngineStat stat) const {
  return stat == EngineStat::TotalWeightsSize ? weights_size() : 0;
}

int64_t CudaEngine::streamable_weights_size() const {
  return impl_->loaded->file == nullptr ? 0 : weights_size();
}

int64_t CudaEngine::weight_streaming_budget() const {
  const int64_t budget = impl_->weight_budget.load();
  return budget < 0 ? streamable_weights_size() : budget;
}

bool CudaEngine::set_weight_streaming_budget(int64_t bytes) {
  return core::report_failures(logger().get(), error_recorder().get(), "", [&] {
    TRTLIKE_CHECK(bytes >= 0, "[runtime] weight_streaming_budget: expected at least 0 bytes, got ",
                  bytes, ".");
    impl_->weight_budget.store(std::min(bytes, streamable_weights_size()));
    RuntimeAccess::drop_weights(*this);
  });
}

int64_t CudaEngine::weight_streaming_automatic_budget() const {
  return std::min(streamable_weights_size(), static_cast<int64_t>(core::available_memory_bytes()));
}

void RuntimeAccess::drop_weights(const CudaEngine& engine) {
  const int64_t budget = engine.impl_->weight_budget.load();
  if (budget < 0) return;
  // Those of the file: what it was refitted with is in memory of its own.
  const engine::LoadedPlan& plan = *engine.impl_->loaded;
  const auto kept = static_cast<size_t>(budget);
  if (plan.file != nullptr && kept < plan.there_bytes)
    core::drop_pages(plan.constants + kept, plan.there_bytes - kept);
}

}  // namespace trtlike
