// Finding ops, checking and loading blobs.
#include "engine/blobs.h"

#include <set>

#include "core/check.h"
#include "engine/plan_format.h"

namespace trtlike::engine {
namespace {

template <typename... Parts>
void require(bool condition, const PlanStep& step, const Parts&... parts) {
  if (!condition)
    throw PlanError(core::str("[engine] step '", step.name, "' (", step.op, ")", parts...));
}

std::string registered_names() {
  std::vector<std::string> names;
  for (const ops::OpDefinition* op : ops::registered_ops()) names.emplace_back(op->name);
  return names.empty() ? "none" : core::join(names);
}

}  // namespace

bool is_inside(const BlobRange& range, size_t constants_bytes) {
  return range.offset % kRangeAlignment == 0 && range.offset <= constants_bytes &&
         range.bytes <= constants_bytes - range.offset;
}

const ops::OpDefinition& get_step_op(const PlanStep& step) {
  const ops::OpDefinition* op = ops::find_op(step.op);
  require(op != nullptr, step,
          ", op: expected one that this build has, got an unknown one. Rebuild the plan, or, where "
          "the op was registered at run time when the plan was built, load the library or import "
          "the module that registers it first. Registered here at run time: ",
          registered_names(), ".");
  return *op;
}

void check_attributes(const PlanStep& step, const ops::OpDefinition& op) {
  try {
    const ops::Attributes complete = ops::complete_attributes(op, step.attributes.items());
    require(complete.items().size() == step.attributes.items().size(), step,
            ", attributes: expected ", complete.items().size(), ", got ",
            step.attributes.items().size(), ".");
    for (const auto& [name, value] : complete.items()) {
      const AttributeValue* given = step.attributes.find(name);
      require(given != nullptr && given->index() == value.index(), step, ", attribute '", name,
              "': expected ", ops::kind_name(ops::kind_of(value)), ", got ",
              given == nullptr ? "none" : ops::kind_name(ops::kind_of(*given)), ".");
    }
  } catch (const UserError& e) {
    require(false, step, ": ", e.what());
  }
}

void check_blobs(const Plan& plan, size_t constants_bytes) {
  std::set<std::string> names;
  for (const PlanBlob& blob : plan.blobs) {
    if (!names.insert(blob.name).second)
      throw PlanError(core::str("[engine] blob '", blob.name,
                                "': expected a name of its own, got one that is taken."));
    if (!is_inside(blob.range, constants_bytes))
      throw PlanError(core::str(
          "[engine] blob '", blob.name, "': expected an aligned range inside ", constants_bytes,
          " bytes, got offset ", blob.range.offset, " and ", blob.range.bytes, " bytes."));
  }
  for (const PlanStep& step : plan.steps) {
    const ops::OpDefinition& op = get_step_op(step);
    const bool keeps_one = op.load_blob != nullptr;
    const bool is_known = step.blob >= 0 && static_cast<size_t>(step.blob) < plan.blobs.size();
    require(keeps_one ? is_known : step.blob == -1, step, ", blob: expected ",
            keeps_one ? core::str("the index of one of ", plan.blobs.size())
                      : "-1, for the op keeps none",
            ", got ", step.blob, ".");
    if (keeps_one) check_attributes(step, op);
  }
}

std::vector<std::shared_ptr<const void>> load_blobs(const Plan& plan, const std::byte* constants) {
  std::vector<std::shared_ptr<const void>> loaded;
  for (const PlanStep& step : plan.steps) {
    if (step.blob < 0) continue;
    const ops::OpDefinition& op = ops::get_op(step.op);
    const PlanBlob& blob = plan.blobs[static_cast<size_t>(step.blob)];
    try {
      loaded.push_back(
          op.load_blob(op.self, step.attributes, blob.name,
                       {constants + blob.range.offset, static_cast<size_t>(blob.range.bytes)}));
    } catch (const UserError& e) {
      require(false, step, ", blob '", blob.name, "': ", e.what());
    }
  }
  return loaded;
}

}  // namespace trtlike::engine
