// From a plan's bytes to what is shared by its contexts: blobs, regions, packing at load.
#include "core/check.h"
#include "engine/blobs.h"
#include "engine/deferred_packing.h"
#include "engine/loaded_plan.h"

namespace trtlike::engine {

void load_parts(LoadedPlan& loaded) {
  check_blobs(loaded.plan, loaded.there_bytes);
  loaded.deferred_packing = std::make_shared<DeferredPacking>();
  loaded.blobs = load_blobs(loaded.plan, loaded.constants);
  for (const Plan& plan : loaded.plan.regions) {
    auto region = std::make_shared<LoadedPlan>();
    static_cast<PlanBytes&>(*region) = loaded;
    region->plan = plan;
    load_parts(*region);
    loaded.regions.push_back(std::move(region));
  }
}

void check_truth_values(const LoadedPlan& loaded) {
  for (const auto& region : loaded.regions) check_truth_values(*region);
  for (const PlanValue& value : loaded.plan.values) {
    if (value.kind != ValueKind::Constant || value.dtype != DataType::Bool ||
        !is_inside(value.constant, loaded.there_bytes))
      continue;
    const std::byte* from = loaded.constants + value.constant.offset;
    for (int64_t i = 0; i < core::elems(value.dims); ++i)
      if (from[i] > std::byte{1})
        throw PlanError(core::str("[engine] plan value '", value.name, "', element ", i,
                                  ": expected a truth value of 0 or 1, got ",
                                  static_cast<int>(from[i]), "."));
  }
}

}  // namespace trtlike::engine
