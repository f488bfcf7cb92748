// Distrusts the recipes of a plan that can be refitted.
#include <set>

#include "core/check.h"
#include "engine/blobs.h"
#include "engine/plan.h"

namespace trtlike::engine {
namespace {

template <typename... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) throw PlanError(core::str("[engine] recipes, ", parts...));
}

class Validator {
 public:
  Validator(const Plan& plan, size_t constants_bytes)
      : plan_(plan), recipes_(plan.recipes), constants_bytes_(constants_bytes) {}

  void run() {
    for (const PlanWeights& weights : recipes_.weights) check_weights(weights);
    known_.resize(recipes_.values.size(), false);
    for (size_t i = 0; i < recipes_.values.size(); ++i) check_value(i);
    for (const RecipeStep& step : recipes_.steps) check_step(step);
    for (const RecipeTarget& target : recipes_.targets) check_target(target);
    check_kept(plan_);
  }

 private:
  static void check_type(DataType dtype, const Dims& dims, const std::string& where) {
    require(core::is_dtype(static_cast<int64_t>(dtype)), where,
            ", element type: expected the number of a DataType, got ", static_cast<int64_t>(dtype),
            ".");
    require(core::is_static(dims), where, ", dimensions: expected known extents, got ", dims, ".");
    try {
      core::check_extents(dims, "[engine] ", where, ", dimensions");
    } catch (const UserError& e) {
      throw PlanError(e.what());
    }
  }

  static void check_weights(const PlanWeights& weights) {
    const std::string where = core::str("weights '", weights.name, "'");
    check_type(weights.dtype, {weights.count}, where);
    for (const PlanWeights::Use& use : weights.uses) {
      const auto role = static_cast<int64_t>(use.role);
      require(role >= 0 && role <= enum_number(WeightsRole::Any), where, ", layer '", use.layer,
              "': expected a role from 0 to ", enum_number(WeightsRole::Any), ", got ", role, ".");
    }
  }

  void check_value(size_t i) {
    const RecipeValue& value = recipes_.values[i];
    const std::string where = core::str("value ", i);
    check_type(value.dtype, value.dims, where);
    const int64_t elems = core::elems(value.dims);
    switch (value.source) {
      case RecipeSource::Weights: {
        require(value.of >= 0 && static_cast<size_t>(value.of) < recipes_.weights.size(), where,
                ": expected the index of one of ", recipes_.weights.size(), " weights, got ",
                value.of, ".");
        const PlanWeights& weights = recipes_.weights[static_cast<size_t>(value.of)];
        require(weights.dtype == value.dtype && weights.count == elems, where, ": expected the ",
                weights.count, " elements of weights '", weights.name, "', got ", elems, ".");
        break;
      }
      case RecipeSource::Literal:
        require(is_inside(value.literal, recipes_.kept_bytes) &&
                    value.literal.bytes >= core::dtype_bytes(value.dtype, elems),
                where, ", range: expected one with its elements inside ", recipes_.kept_bytes,
                " bytes, got offset ", value.literal.offset, " and ", value.literal.bytes,
                " bytes.");
        break;
      case RecipeSource::View: {
        require(value.of >= 0 && static_cast<size_t>(value.of) < i, where,
                ": expected a view of an earlier value, got ", value.of, ".");
        const RecipeValue& of = recipes_.values[static_cast<size_t>(value.of)];
        require(of.dtype == value.dtype && core::elems(of.dims) == elems, where,
                ": expected a view of as many elements of its type, got ", of.dims, " for ",
                value.dims, ".");
        break;
      }
      case RecipeSource::Computed:
        return;
      default:
        require(false, where, ", source: expected a value from 0 to 3, got ",
                static_cast<int64_t>(value.source), ".");
    }
    known_[i] = value.source != RecipeSource::View;
  }

  /// Known, or seen through views as one that is.
  bool is_known(int32_t index) const {
    auto i = static_cast<size_t>(index);
    while (recipes_.values[i].source == RecipeSource::View)
      i = static_cast<size_t>(recipes_.values[i].of);
    return known_[i];
  }

  void require_index(int32_t index, const std::string& where) const {
    require(index >= 0 && static_cast<size_t>(index) < recipes_.values.size(), where,
            ": expected the index of one of ", recipes_.values.size(), " values, got ", index, ".");
  }

  void check_step(const RecipeStep& step) {
    const std::string where = core::str("step (", step.op, ")");
    PlanStep asked;
    asked.op = step.op;
    asked.name = "recipe";
    asked.attributes = step.attributes;
    const ops::OpDefinition& op = get_step_op(asked);
    check_attributes(asked, op);
    require(op.regions == ops::Regions::None && op.save_blob == nullptr &&
                (op.reference != nullptr || op.is_view != nullptr || op.propagate != nullptr) &&
                ops::is_repeatable(op, step.attributes),
            where, ": expected an op that always gives the same, got another.");
    for (const int32_t input : step.inputs) {
      if (input == -1) continue;
      require_index(input, where + ", input");
      require(is_known(input), where, ", input: expected a value that is computed before, got ",
              input, ".");
    }
    for (const int32_t output : step.outputs) {
      if (output == -1) continue;
      require_index(output, where + ", output");
      const auto i = static_cast<size_t>(output);
      require(recipes_.values[i].source == RecipeSource::Computed && !known_[i], where,
              ", output: expected a value that nothing else computes, got ", output, ".");
      known_[i] = true;
    }
  }

  void check_target(const RecipeTarget& target) {
    const std::string where = "target";
    require_index(target.value, where);
    require(is_known(target.value), where, ": expected a value that is computed, got ",
            target.value, ".");
    const kernels::TensorDesc& desc = target.desc;
    check_type(desc.dtype, desc.dims, where);
    const RecipeValue& value = recipes_.values[static_cast<size_t>(target.value)];
    const bool is_plain = desc.layout == kernels::Layout::Linear;
    require(is_plain || (desc.layout == kernels::Layout::ChannelsLast && desc.dims.rank() >= 3),
            where, ", layout: expected one of extents ", desc.dims, ", got ",
            static_cast<int64_t>(desc.layout), ".");
    require(core::elems(value.dims) == core::elems(desc.dims), where, ": expected ",
            core::elems(desc.dims), " elements, got ", value.dims, ".");
    const auto fault = desc.quantization.find_fault(desc.dtype, desc.dims);
    require(!fault && (!desc.quantization || !desc.quantization.scales().empty()), where,
            ", quantization: expected one of such elements, got another.");
    require(is_inside(target.range, constants_bytes_) &&
                target.range.offset >= recipes_.kept_bytes && target.range.bytes >= desc.bytes(),
            where, ", range: expected one with its elements from ", recipes_.kept_bytes, " to ",
            constants_bytes_, ", got offset ", target.range.offset, " and ", target.range.bytes,
            " bytes.");
    ranges_.insert({target.range.offset, target.range.bytes});
  }

  /// What is no target is kept.
  void check_kept(const Plan& plan) const {
    const auto check = [&](const BlobRange& range, const std::string& where) {
      require(
          is_inside(range, recipes_.kept_bytes) || ranges_.contains({range.offset, range.bytes}),
          where, ": expected constants inside ", recipes_.kept_bytes,
          " bytes, or those of a target, got offset ", range.offset, " and ", range.bytes,
          " bytes.");
    };
    for (const PlanValue& value : plan.values)
      if (value.kind == ValueKind::Constant)
        check(value.constant, core::str("constant '", value.name, "'"));
    for (const PlanStep& step : plan.steps)
      check(step.packed, core::str("packed inputs of step '", step.name, "'"));
    for (const PlanBlob& blob : plan.blobs) check(blob.range, core::str("blob '", blob.name, "'"));
    for (const Plan& region : plan.regions) check_kept(region);
  }

  const Plan& plan_;
  const PlanRecipes& recipes_;
  const size_t constants_bytes_;
  std::vector<bool> known_;
  std::set<std::pair<uint64_t, uint64_t>> ranges_;
};

}  // namespace

void validate_recipes(const Plan& plan, size_t constants_bytes) {
  if (!plan.recipes.empty()) Validator(plan, constants_bytes).run();
}

}  // namespace trtlike::engine
