// Operands of steps with regions.
#include "engine/rules/region_rules.h"

#include <algorithm>

#include "core/strings.h"
#include "engine/rules/step_rules.h"

namespace trtlike::engine {
namespace {

bool is_input(const PlanBinding& binding) { return binding.mode == TensorIOMode::Input; }

/// Values that have the same bytes on both sides of a region's border.
std::string compare(const PlanValue& outside, const PlanValue& inside) {
  const auto is_plain = [](const PlanValue& value) {
    return value.layout == kernels::Layout::Linear && !value.quantization;
  };
  if (is_plain(outside) && is_plain(inside) && outside.dtype == inside.dtype &&
      merge_extents(outside.dims, inside.dims))
    return "";
  return core::str("expected ", outside.desc(outside.dims).to_string(), ", got ",
                   inside.desc(inside.dims).to_string(), ".");
}

class Checker {
 public:
  Checker(const Plan& plan, const PlanStep& step, ops::Regions kind)
      : plan_(plan), step_(step), kind_(kind) {}

  std::string run() {
    const size_t count = kind_ == ops::Regions::Branches ? 2 : kind_ == ops::Regions::Turns ? 1 : 0;
    if (step_.regions.size() != count)
      return core::str("regions: expected ", count, ", got ", step_.regions.size(), ".");
    for (size_t r = 0; r < count && fault_.empty(); ++r) {
      const int32_t index = step_.regions[r];
      if (index < 0 || static_cast<size_t>(index) >= plan_.regions.size())
        return core::str("region ", r, ": expected the index of one of ", plan_.regions.size(),
                         ", got ", index, ".");
      const Plan& region = plan_.regions[static_cast<size_t>(index)];
      where_ = core::str("region ", r, ", ");
      check_bindings(region);
      if (!fault_.empty()) break;
      if (kind_ == ops::Regions::Branches)
        check_branch(region);
      else
        check_turn(region);
    }
    return fault_;
  }

 private:
  template <typename... Parts>
  void require(bool condition, const Parts&... parts) {
    if (!condition && fault_.empty()) fault_ = core::str(where_, parts...);
  }

  const PlanValue* outside(const std::vector<int32_t>& operands, size_t i) const {
    return operands[i] < 0 ? nullptr : &plan_.values[static_cast<size_t>(operands[i])];
  }

  void check_bindings(const Plan& region) {
    for (size_t b = 0; b < region.bindings.size(); ++b) {
      const PlanBinding& binding = region.bindings[b];
      const int32_t value = binding.value;
      require(value >= 0 && static_cast<size_t>(value) < region.values.size(), "binding ", b,
              ": expected the index of a value, got ", value, ".");
      require(is_input(binding) == (b < num_inputs(region)), "binding ", b,
              ": expected inputs before outputs.");
    }
    require(region.profiles.empty(), "profiles: expected none, got ", region.profiles.size(), ".");
  }

  void check_input(const Plan& region, size_t i, size_t operand) {
    const PlanValue* value = outside(step_.inputs, operand);
    require(value != nullptr, "input ", i, ": expected a value, got none.");
    if (value == nullptr) return;
    const std::string fault = compare(*value, input_value(region, i));
    require(fault.empty(), "input ", i, ": ", fault);
  }

  void check_output(const Plan& region, size_t i, size_t operand, bool is_stacked) {
    const PlanValue* value = outside(step_.outputs, operand);
    if (value == nullptr) return;
    PlanValue row = *value;
    if (is_stacked) {
      require(row.dims.rank() >= 1, "output ", i, ": expected rows, got ", row.dims, ".");
      if (!fault_.empty()) return;
      row.dims = Dims();
      for (int d = 1; d < value->dims.rank(); ++d) row.dims.push_back(value->dims[d]);
    }
    const std::string fault = compare(row, output_value(region, i));
    require(fault.empty(), "output ", i, ": ", fault);
  }

  void require_counts(const Plan& region, size_t inputs, size_t outputs) {
    require(num_inputs(region) == inputs && num_outputs(region) == outputs, "bindings: expected ",
            inputs, " inputs and ", outputs, " outputs, got ", num_inputs(region), " and ",
            num_outputs(region), ".");
  }

  void check_flag(const PlanValue& value, DataType dtype, const char* what) {
    require(value.dtype == dtype && value.layout == kernels::Layout::Linear &&
                (!core::is_static(value.dims) || core::elems(value.dims) == 1),
            what, ": expected one ", core::dtype_name(dtype), ", got ",
            value.desc(value.dims).to_string(), ".");
  }

  void check_branch(const Plan& region) {
    require(!step_.inputs.empty(), "condition: expected a value, got none.");
    require_counts(region, step_.inputs.size() - std::min<size_t>(1, step_.inputs.size()),
                   step_.outputs.size());
    if (!fault_.empty()) return;
    const PlanValue* condition = outside(step_.inputs, 0);
    require(condition != nullptr, "condition: expected a value, got none.");
    if (condition != nullptr) check_flag(*condition, DataType::Bool, "condition");
    for (size_t i = 0; i < num_inputs(region); ++i) check_input(region, i, i + 1);
    for (size_t i = 0; i < num_outputs(region); ++i) check_output(region, i, i, false);
  }

  void check_turn(const Plan& region) {
    const LoopForm loop(step_);
    const size_t values =
        step_.inputs.size() - std::min(step_.inputs.size(), LoopForm::kFirstCarried);
    require(step_.inputs.size() >= LoopForm::kFirstCarried && loop.carried <= values &&
                loop.carried <= step_.outputs.size() &&
                loop.reversed.size() == step_.outputs.size() - loop.carried,
            "loop: expected at most ", std::min(values, step_.outputs.size()),
            " carried values and an order for each other output, got ", loop.carried, " and ",
            loop.reversed.size(), ".");
    require_counts(region, 1 + values, loop.region_output(step_.outputs.size()));
    if (!fault_.empty()) return;
    const PlanValue* count = outside(step_.inputs, LoopForm::kTripCount);
    if (count != nullptr)
      check_flag(*count, count->dtype == DataType::Int32 ? DataType::Int32 : DataType::Int64,
                 "trip count");
    const PlanValue* condition = outside(step_.inputs, LoopForm::kCondition);
    if (condition != nullptr) check_flag(*condition, DataType::Bool, "condition");
    if (loop.has_condition) check_flag(output_value(region, 0), DataType::Bool, "next condition");
    check_flag(input_value(region, 0), DataType::Int64, "turn");
    for (size_t i = 0; i < values; ++i) check_input(region, 1 + i, LoopForm::kFirstCarried + i);
    for (size_t i = 0; i < step_.outputs.size(); ++i)
      check_output(region, loop.region_output(i), i, i >= loop.carried);
    for (size_t k = 0; k < loop.carried; ++k) {
      const std::string fault =
          compare(input_value(region, 1 + k), output_value(region, loop.region_output(k)));
      require(fault.empty(), "carried value ", k, ": ", fault);
    }
  }

  const Plan& plan_;
  const PlanStep& step_;
  const ops::Regions kind_;
  std::string where_, fault_;
};

}  // namespace

LoopForm::LoopForm(const PlanStep& step)
    : carried(static_cast<size_t>(std::max<int64_t>(0, step.attributes.get_int("num_carried")))),
      has_condition(step.attributes.get_bool("has_condition")) {
  for (const int64_t flag : step.attributes.get_ints("reversed")) reversed.push_back(flag != 0);
}

size_t num_inputs(const Plan& region) {
  return static_cast<size_t>(
      std::count_if(region.bindings.begin(), region.bindings.end(), is_input));
}

size_t num_outputs(const Plan& region) { return region.bindings.size() - num_inputs(region); }

const PlanValue& input_value(const Plan& region, size_t i) {
  return region.values[static_cast<size_t>(region.bindings[i].value)];
}

const PlanValue& output_value(const Plan& region, size_t i) {
  return region.values[static_cast<size_t>(region.bindings[num_inputs(region) + i].value)];
}

std::string find_region_fault(const Plan& plan, const PlanStep& step, ops::Regions kind) {
  return Checker(plan, step, kind).run();
}

}  // namespace trtlike::engine
