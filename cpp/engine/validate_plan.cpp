// Distrusts every index, range, enumeration, name and shape of a plan. What passes here can be
// resolved and run without another look.
#include <set>

#include "core/check.h"
#include "engine/blobs.h"
#include "engine/plan.h"
#include "engine/plan_format.h"
#include "engine/rules/region_rules.h"
#include "engine/rules/step_rules.h"
#include "kernels/tactic.h"

namespace trtlike::engine {
namespace {

template <typename... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) throw PlanError(core::str("[engine] ", parts...));
}

template <typename Enum>
void require_enum(Enum value, Enum last, const std::string& where, const char* what) {
  const auto number = static_cast<int64_t>(value);
  require(number >= 0 && number <= static_cast<int64_t>(last), where, ", ", what,
          ": expected a value from 0 to ", static_cast<int64_t>(last), ", got ", number, ".");
}

void require_dtype(DataType dtype, const std::string& where, const char* what) {
  const auto number = static_cast<int64_t>(dtype);
  require(core::is_dtype(number), where, ", ", what, ": expected the number of a DataType, got ",
          number, ".");
}

class Validator {
 public:
  Validator(const Plan& plan, size_t constants_bytes, int depth)
      : plan_(plan),
        constants_bytes_(constants_bytes),
        depth_(depth),
        written_(plan.values.size(), false) {}

  void run() {
    require(plan_.needs <= core::known_isa(),
            "plan, instruction set: expected CPU features of the bits ", core::known_isa().bits,
            ", got ", plan_.needs.bits, ". Rebuild the plan with this version of trtlike.");
    require(plan_.needs <= core::cpu_isa(), "plan, instruction set: expected at most ",
            core::isa_name(core::cpu_isa()), ", which this CPU has, got ",
            core::isa_name(plan_.needs), ". Rebuild the plan on this machine.");
    require(plan_.threads >= 1 && plan_.threads <= 1024,
            "plan, threads: expected a number from 1 to 1024, got ", plan_.threads, ".");
    require_enum(plan_.verbosity, ProfilingVerbosity::Detailed, "plan", "profiling verbosity");
    check_blobs(plan_, constants_bytes_);
    for (const PlanValue& value : plan_.values) {
      check_value(value);
      dims_.push_back(value.dims);
    }
    check_inputs();
    for (const PlanStep& step : plan_.steps) check_step(step);
    check_outputs();
    for (const Plan& region : plan_.regions) {
      require(region.regions.empty() || depth_ < Plan::kMaxDepth,
              "plan, regions: expected at most ", Plan::kMaxDepth, " inside each other, got more.");
      Validator(region, constants_bytes_, depth_ + 1).run();
    }
    for (const PlanProfile& profile : plan_.profiles) check_profile(profile);
    require(depth_ == 0 || plan_.recipes.empty(),
            "region, recipes: expected none beside those of the plan, got some.");
    validate_recipes(plan_, constants_bytes_);
  }

 private:
  void check_dims(const Dims& dims, const std::string& where) const {
    require(dims.rank() >= 0, where, ", dimensions: expected a known rank, got ", dims, ".");
    for (int64_t extent : dims)
      require(extent >= -1, where, ", dimensions: expected extents of at least -1, got ", dims,
              ".");
    try {
      core::check_extents(dims, "[engine] ", where, ", dimensions");
    } catch (const UserError& e) {
      throw PlanError(e.what());
    }
  }

  void check_range(const BlobRange& range, const std::string& where) const {
    require(is_inside(range, constants_bytes_), where,
            ", constant range: expected an aligned one inside ", constants_bytes_,
            " bytes, got offset ", range.offset, " and ", range.bytes, " bytes.");
  }

  static void check_quantization(const kernels::TensorDesc& desc, const std::string& where) {
    const auto fault = desc.quantization.find_fault(desc.dtype, desc.dims);
    require(!fault, where, ", quantization, ", fault.value_or(""));
  }

  /// How a type may be stored: as it is, floating-point ones as each other or quantized.
  static void check_storage(const PlanValue& value, const std::string& where) {
    const bool is_real = core::is_float(value.logical_dtype);
    require(value.dtype == value.logical_dtype ||
                (is_real && (core::is_float(value.dtype) || value.quantization)),
            where, ": expected to store ", core::dtype_name(value.logical_dtype),
            " as a floating-point type or quantized, got ", core::dtype_name(value.dtype), ".");
    require(!value.quantization || !value.quantization.scales().empty(), where,
            ", quantization, scales: expected some, got none.");
    check_quantization(
        {.dtype = value.dtype, .dims = value.dims, .quantization = value.quantization}, where);
  }

  void check_value(const PlanValue& value) const {
    const std::string where = core::str("value '", value.name, "'");
    require_dtype(value.dtype, where, "element type");
    require_dtype(value.logical_dtype, where, "logical element type");
    require_enum(value.layout, kernels::Layout::ChannelsLast, where, "layout");
    require_enum(value.kind, ValueKind::Constant, where, "kind");
    check_dims(value.dims, where);
    check_storage(value, where);
    require(value.layout == kernels::Layout::Linear || value.dims.rank() >= 3, where,
            ", layout: expected a rank of at least 3 for ", kernels::layout_name(value.layout),
            ", got ", value.dims, ".");
    if (value.kind != ValueKind::Constant) return;
    check_range(value.constant, where);
    require(core::is_static(value.dims), where,
            ": expected a constant to be of known extents, got ", value.dims, ".");
    const size_t bytes = value.desc(value.dims).bytes();
    require(value.constant.bytes >= bytes, where, ", constant range: expected ", bytes,
            " bytes, got ", value.constant.bytes, ".");
  }

  void require_index(int32_t index, const std::string& where, const char* what) const {
    require(index >= 0 && static_cast<size_t>(index) < plan_.values.size(), where, ", ", what,
            ": expected the index of one of ", plan_.values.size(), " values, got ", index, ".");
  }

  bool is_constant(int32_t index) const {
    return plan_.values[static_cast<size_t>(index)].kind == ValueKind::Constant;
  }

  void check_inputs() {
    std::set<std::string> names;
    for (const PlanBinding& binding : plan_.bindings) {
      const std::string where = core::str("binding '", binding.name, "'");
      require(names.insert(binding.name).second, where,
              ": expected a name of its own, got another binding's.");
      require(binding.mode == TensorIOMode::Input || binding.mode == TensorIOMode::Output, where,
              ", mode: expected input or output, got ", static_cast<int>(binding.mode), ".");
      require_index(binding.value, where, "value");
      if (binding.mode != TensorIOMode::Input) continue;
      const auto index = static_cast<size_t>(binding.value);
      require(!is_constant(binding.value) && !written_[index], where,
              ": expected a value of its own, got '", plan_.values[index].name, "'.");
      written_[index] = true;
      require(!binding.is_shape_tensor || core::is_host_type(plan_.values[index].dtype), where,
              ": expected a shape tensor to be of an integer type, got ",
              core::dtype_name(plan_.values[index].dtype), ".");
    }
  }

  void check_outputs() const {
    for (const PlanBinding& binding : plan_.bindings)
      require(is_constant(binding.value) || written_[static_cast<size_t>(binding.value)],
              "binding '", binding.name, "': expected a step that computes it, got none.");
    for (const PlanDebugTensor& tensor : plan_.debug_tensors) {
      const std::string where = core::str("debug tensor '", tensor.name, "'");
      require_index(tensor.value, where, "value");
      require(written_[static_cast<size_t>(tensor.value)], where,
              ": expected a step or an input that gives it, got none.");
    }
  }

  void check_packed(const PlanStep& step, const std::string& where) const {
    const size_t count = step.inputs.size();
    require(
        step.constant_inputs.end() <= count && step.packed_inputs.is_within(step.constant_inputs),
        where, ", packed inputs: expected constants among ", count, " inputs, got [",
        step.constant_inputs.to_string(), "] and [", step.packed_inputs.to_string(), "].");
    const size_t packed = step.packed_inputs.count();
    require(step.packed_descs.size() == packed, where, ", packed inputs: expected ", packed,
            " descriptions, got ", step.packed_descs.size(), ".");
    for (const kernels::TensorDesc& desc : step.packed_descs) {
      require_dtype(desc.dtype, where, "packed element type");
      check_dims(desc.dims, where);
      require(core::is_static(desc.dims), where, ", packed input: expected known extents, got ",
              desc.dims, ".");
      check_quantization(desc, where + ", packed input");
    }
    check_range(step.packed, where);
  }

  void check_operands(const PlanStep& step, const ops::OpDefinition& op, const std::string& where) {
    for (size_t i = 0; i < step.inputs.size(); ++i) {
      const int32_t input = step.inputs[i];
      const bool packed = step.packed_inputs.contains(i);
      const bool constant = step.constant_inputs.contains(i);
      require(!packed || input == -1, where, ", input ", i,
              ": expected no value beside the packed one, got ", input, ".");
      if (input == -1) continue;
      require_index(input, where, "input");
      const PlanValue& value = plan_.values[static_cast<size_t>(input)];
      require(is_constant(input) || written_[static_cast<size_t>(input)], where, ", input ", i,
              ": expected a value that an earlier step computes, got '", value.name, "'.");
      require(!constant || is_constant(input), where, ", input ", i, ": expected a constant, got '",
              value.name, "'.");
      if (!op.host_inputs.contains(i)) continue;
      const std::optional<std::string> reason = refuse_host_input({value.dtype, value.dims});
      require(!reason, where, ", input ", i, ": ", reason.value_or(""));
    }
    const size_t num_outputs = count_outputs(step, op, where);
    require(step.outputs.size() == num_outputs, where, ": expected ", num_outputs, " outputs, got ",
            step.outputs.size(), ".");
    for (int32_t output : step.outputs) {
      if (output == -1) continue;
      require_index(output, where, "output");
      require(!is_constant(output) && !written_[static_cast<size_t>(output)], where,
              ": expected an output that nothing else computes, got '",
              plan_.values[static_cast<size_t>(output)].name, "'.");
      written_[static_cast<size_t>(output)] = true;
    }
  }

  static size_t count_outputs(const PlanStep& step, const ops::OpDefinition& op,
                              const std::string& where) {
    try {
      return ops::count_outputs(op, step.attributes);
    } catch (const UserError& e) {
      throw PlanError(core::str("[engine] ", where, ": ", e.what()));
    }
  }

  /// Its regions compute the step.
  void check_regions(const PlanStep& step, const ops::OpDefinition& op,
                     const std::string& where) const {
    require(step.tactic.empty() && step.packed_inputs.empty(), where,
            ": expected regions alone to compute it, got a tactic or packed inputs.");
    const std::string fault = find_region_fault(plan_, step, op.regions);
    require(fault.empty(), where, ", ", fault);
  }

  static void check_tactic(const PlanStep& step, const ops::OpDefinition& op,
                           const std::string& where) {
    if (step.tactic.empty()) {
      require(op.is_view != nullptr || op.propagate != nullptr ||
                  !kernels::tactics_for(step.op).empty(),
              where, ", tactic: expected a name, got none.");
      return;
    }
    const kernels::Tactic* tactic = kernels::find_tactic(step.op, step.tactic);
    if (tactic == nullptr) {
      std::vector<std::string> names;
      for (const kernels::Tactic* t : kernels::tactics_for(step.op)) names.emplace_back(t->name);
      require(
          false, where, ", tactic: expected one of ", core::join(names), ", got '", step.tactic,
          "'. Rebuild the plan with this build of trtlike, or register the tactic first where it "
          "was registered at run time when the plan was built.");
    }
    require(tactic->needs <= core::cpu_isa(), where, ", tactic '", step.tactic,
            "': expected a CPU with ", core::isa_name(tactic->needs), ", got ",
            core::isa_name(core::cpu_isa()), ". Rebuild the plan on this machine.");
  }

  void check_step(const PlanStep& step) {
    const std::string where = core::str("step '", step.name, "' (", step.op, ")");
    const ops::OpDefinition* op = &get_step_op(step);
    if (op->regions != ops::Regions::None) {
      check_attributes(step, *op);
      check_packed(step, where);
      check_operands(step, *op, where);
      check_regions(step, *op, where);
      return;
    }
    require(step.regions.empty(), where, ", regions: expected none, got ", step.regions.size(),
            ".");
    require(op->reference != nullptr || op->is_view != nullptr || op->propagate != nullptr ||
                !kernels::tactics_for(step.op).empty(),
            where, ", op: expected one that computes, got none.");
    check_attributes(step, *op);
    check_tactic(step, *op, where);
    check_packed(step, where);
    check_operands(step, *op, where);
    check_types(step, *op, where);
    require(
        step.tactic != "reference" || fits_reference(plan_, step), where,
        ": expected operands of one type to be stored as one type for the reference, got several "
        "types.");
  }

  /// The shape rule must take the attributes and operands, and agree with what the plan says.
  void check_types(const PlanStep& step, const ops::OpDefinition& op,
                   const std::string& where) const {
    std::vector<ops::TensorType> outputs;
    const std::vector<ops::TensorType> inputs = input_types(plan_, step, dims_);
    try {
      ops::infer(op, step.attributes, inputs, {}, outputs);
    } catch (const UserError& e) {
      throw PlanError(core::str("[engine] ", where, ": ", e.what()));
    } catch (const UnsupportedError& e) {
      throw PlanError(core::str("[engine] ", where, ": ", e.what()));
    }
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (step.outputs[i] < 0) continue;
      const PlanValue& value = plan_.values[static_cast<size_t>(step.outputs[i])];
      const ops::TensorType planned{value.logical_dtype, value.dims};
      const bool same_type = outputs[i].dtype == planned.dtype ||
                             (core::is_float(outputs[i].dtype) && core::is_float(planned.dtype));
      require(same_type, where, ", output ", i, ": expected ", core::dtype_name(outputs[i].dtype),
              ", got ", core::dtype_name(planned.dtype), ".");
      require(merge_extents(outputs[i].dims, planned.dims).has_value(), where, ", output ", i,
              ": expected ", outputs[i].dims, ", got ", planned.dims, ".");
    }
  }

  const PlanBinding& find_input(const std::string& name) const {
    for (const PlanBinding& binding : plan_.bindings)
      if (binding.name == name && binding.mode == TensorIOMode::Input) return binding;
    throw PlanError(
        core::str("[engine] profile: expected the name of an input, got '", name, "'."));
  }

  void check_profile(const PlanProfile& profile) const {
    require(profile.memory_bytes >= 0, "profile, memory: expected at least 0 bytes, got ",
            profile.memory_bytes, ".");
    for (const auto& [name, range] : profile.shapes) {
      const std::string where = core::str("profile, input '", name, "'");
      const Dims& dims = plan_.values[static_cast<size_t>(find_input(name).value)].dims;
      for (const Dims& shape : range) {
        check_dims(shape, where);
        require(core::is_static(shape) && shape.rank() == dims.rank(), where,
                ": expected known extents for ", dims, ", got ", shape, ".");
      }
      for (int i = 0; i < dims.rank(); ++i) {
        require(range[0][i] <= range[1][i] && range[1][i] <= range[2][i], where, ", dimension ", i,
                ": expected min <= opt <= max, got ", range[0][i], ", ", range[1][i], " and ",
                range[2][i], ".");
        require(dims[i] < 0 || (range[0][i] == dims[i] && range[2][i] == dims[i]), where,
                ", dimension ", i, ": expected ", dims[i], ", got ", range[0][i], " to ",
                range[2][i], ".");
      }
    }
    for (const auto& [name, values] : profile.shape_values) {
      require(find_input(name).is_shape_tensor, "profile, input '", name,
              "': expected a shape tensor, got an execution tensor.");
      const std::vector<int64_t>&min = values[0], &opt = values[1], &max = values[2];
      require(min.size() == opt.size() && opt.size() == max.size(), "profile, input '", name,
              "': expected min, opt and max of one length, got ", min.size(), ", ", opt.size(),
              " and ", max.size(), ".");
      for (size_t i = 0; i < min.size(); ++i)
        require(min[i] <= opt[i] && opt[i] <= max[i], "profile, input '", name, "', element ", i,
                ": expected min <= opt <= max, got ", min[i], ", ", opt[i], " and ", max[i], ".");
    }
  }

  const Plan& plan_;
  size_t constants_bytes_;
  int depth_;
  std::vector<bool> written_;
  std::vector<Dims> dims_;
};

}  // namespace

void validate_plan(const Plan& plan, size_t constants_bytes) {
  Validator(plan, constants_bytes, 0).run();
}

}  // namespace trtlike::engine
