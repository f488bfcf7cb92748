// Plan assembly.
#include "builder/assemble.h"

#include <algorithm>
#include <map>

#include "builder/precisions.h"
#include "core/check.h"
#include "core/os/memory.h"
#include "core/threads/threads.h"
#include "tuner/problems.h"

namespace trtlike::builder {
namespace {

using tuner::Format;

class Assembler {
 public:
  Assembler(const ir::Graph& graph, const tuner::TunedGraph& tuned, bool strict, int threads,
            ConstantSection& section, const DebugTensors& debug)
      : graph_(graph),
        tuned_(tuned),
        strict_(strict),
        threads_(threads),
        section_(section),
        debug_(debug) {}

  engine::Plan run(const std::vector<ir::NodeId>& order, const tuner::Result& result) {
    for (ir::ValueId id : graph_.inputs()) native_[id] = tuned(id).fixed_format;
    pack_all(result);
    for (size_t n = 0; n < order.size(); ++n)
      add_step(order[n], result.choices[n], std::move(packings_[n]));
    add_bindings();
    add_debug_tensors();
    return std::move(plan_);
  }

 private:
  const tuner::TunedValue& tuned(ir::ValueId id) const {
    return tuned_.values[static_cast<size_t>(id.index)];
  }

  /// A node's problem, and what its tactic packs of its constants.
  struct Packing {
    kernels::Problem problem;
    ops::InputSet inputs;
    kernels::Packed packed;
  };

  /// Packs the constants of all nodes, several nodes at a time.
  void pack_all(const tuner::Result& result) {
    packings_.resize(tuned_.nodes.size());
    for (size_t n = 0; n < packings_.size(); ++n)
      packings_[n].problem =
          tuner::make_problem(tuned_, tuned_.nodes[n], result.choices[n].inputs,
                              result.choices[n].outputs, 0, {threads_, strict_}, constants_);
    const core::ThreadPool pool(threads_);
    pool.parallel_for(static_cast<int>(packings_.size()), [&](int n, int) {
      Packing& to = packings_[static_cast<size_t>(n)];
      const kernels::Tactic* tactic = result.choices[static_cast<size_t>(n)].tactic;
      if (tactic == nullptr || tactic->packed_inputs == nullptr) return;
      // What may be refitted is packed when the plan is loaded.
      if (follows_weights(tuned_.nodes[static_cast<size_t>(n)])) return;
      to.inputs = kernels::packed_inputs(*tactic, to.problem);
      if (!to.inputs.empty()) to.packed = kernels::pack(*tactic, to.problem);
      if (may_be_half(tuned_.nodes[static_cast<size_t>(n)])) store_half(*tactic, to);
    });
  }

  bool follows_weights(const tuner::TunedNode& node) const {
    return std::any_of(node.inputs.begin(), node.inputs.end(), [&](int input) {
      const auto* constant = input < 0 ? nullptr : &graph_.value({input}).constant;
      return constant != nullptr && *constant && (*constant)->recipe != nullptr;
    });
  }

  static bool may_be_half(const tuner::TunedNode& node) {
    return std::find(node.precisions.begin(), node.precisions.end(), DataType::Half) !=
           node.precisions.end();
  }

  /// Unpacks where halves are fewer bytes than what the tactic packs. Small constants such as
  /// biases stay as they are.
  static void store_half(const kernels::Tactic& tactic, Packing& packing) {
    kernels::Problem halves = packing.problem;
    size_t bytes = 0;
    bool has_halves = false;
    for (size_t i = 0; i < halves.inputs.size(); ++i) {
      if (!packing.inputs.contains(i)) continue;
      kernels::TensorDesc& desc = halves.inputs[i];
      if (fits_half(halves.constants[i], desc.dtype, desc.dims)) desc.dtype = DataType::Half;
      has_halves = has_halves || desc.dtype == DataType::Half;
      bytes += desc.bytes();
    }
    if (!has_halves || 5 * bytes > 4 * packing.packed.bytes || kernels::refuse(tactic, halves))
      return;
    packing.problem.inputs = halves.inputs;
    packing.inputs = {};
    packing.packed = {};
  }

  void add_step(ir::NodeId id, const tuner::Choice& choice, Packing packing) {
    const ir::Node& node = graph_.node(id);
    engine::PlanStep step;
    step.op = node.op->name;
    step.name = node.name;
    step.metadata = node.metadata;
    step.attributes = node.attributes;
    step.strict = packing.problem.strict;
    step.tuned_ms = choice.time_ms;
    if (choice.tactic != nullptr) step.tactic = choice.tactic->name;
    step.constant_inputs = packing.problem.constant_inputs;
    if (!packing.inputs.empty()) add_packed(packing, step);
    if (node.op->save_blob != nullptr) step.blob = add_blob(*node.op, node.attributes);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const bool absent = !node.inputs[i] || step.packed_inputs.contains(i);
      const Format& format = choice.inputs[i];
      const bool is_half = packing.problem.inputs[i].dtype != format.dtype;
      step.inputs.push_back(
          absent
              ? -1
              : value_in(node.inputs[i], is_half ? Format{DataType::Half, format.layout} : format));
    }
    for (size_t o = 0; o < node.outputs.size(); ++o)
      step.outputs.push_back(add_output(node.outputs[o], choice.outputs[o]));
    plan_.steps.push_back(std::move(step));
    for (ir::ValueId id : node.outputs) store_output(id);
  }

  std::shared_ptr<const void> constant_elements(ir::ValueId id, const Format& format) {
    if (format == Format{tuned(id).dtype, kernels::Layout::Linear})
      return graph_.value(id).constant->data;
    return constants_.share(tuned(id), format);
  }

  void add_packed(Packing& packing, engine::PlanStep& step) {
    step.packed_inputs = packing.inputs;
    step.packed = section_.add(std::move(packing.packed.data), packing.packed.bytes);
    for (size_t i = 0; i < packing.problem.inputs.size(); ++i) {
      if (!packing.inputs.contains(i)) continue;
      const kernels::TensorDesc& desc = packing.problem.inputs[i];
      step.packed_descs.push_back({.dtype = desc.dtype,
                                   .dims = desc.dims,
                                   .quantization = desc.quantization.without_numbers()});
    }
  }

  /// Blobs of one name are one.
  int32_t add_blob(const ops::OpDefinition& op, const ops::Attributes& attributes) {
    ops::Blob blob = op.save_blob(op.self, attributes);
    auto& blobs = plan_.blobs;
    const auto known = std::find_if(blobs.begin(), blobs.end(),
                                    [&](const auto& other) { return other.name == blob.name; });
    if (known != blobs.end()) return static_cast<int32_t>(known - blobs.begin());
    blobs.push_back({blob.name, section_.add(std::move(blob.data), blob.bytes)});
    return static_cast<int32_t>(blobs.size()) - 1;
  }

  int32_t add_value(ir::ValueId id, const Format& format, const std::string& name) {
    engine::PlanValue value;
    value.name = name;
    value.dtype = format.dtype;
    value.logical_dtype = graph_.value(id).type.dtype;
    value.layout = format.layout;
    value.quantization = format.quantization;
    if (!value.quantization && value.dtype == value.logical_dtype)
      value.quantization = graph_.value(id).quantization;
    value.dims = graph_.value(id).type.dims;
    plan_.values.push_back(std::move(value));
    return static_cast<int32_t>(plan_.values.size()) - 1;
  }

  int32_t add_output(ir::ValueId id, const Format& format) {
    const int32_t index = add_value(id, format, graph_.value(id).name);
    native_[id] = format;
    values_[key(id, format)] = index;
    return index;
  }

  /// A tactic that writes another type than the value is stored in is followed by a conversion,
  /// which all readers see.
  void store_output(ir::ValueId id) {
    const std::optional<DataType>& stored = tuned(id).stored;
    const Format made = native_.at(id);
    if (!stored || made.dtype == *stored) return;
    const Format format = tuned(id).format(*stored, made.layout);
    const int32_t source = values_.at(key(id, made));
    values_.erase(key(id, made));
    native_[id] = format;
    values_[key(id, format)] = add_conversion(id, source, made, format);
  }

  using ValueKey = std::tuple<int, int, int, std::string>;
  static ValueKey key(ir::ValueId id, const Format& format) {
    return {id.index, static_cast<int>(format.dtype), static_cast<int>(format.layout),
            format.quantization.to_string()};
  }

  /// The plan value that holds `id` in `format`, converted by a step of its own if nothing made it
  /// so.
  int32_t value_in(ir::ValueId id, const Format& format) {
    const auto known = values_.find(key(id, format));
    if (known != values_.end()) return known->second;
    const ir::Value& value = graph_.value(id);
    if (value.constant) {
      const int32_t index = add_value(id, format, value.name);
      engine::PlanValue& to = plan_.values[static_cast<size_t>(index)];
      to.kind = engine::ValueKind::Constant;
      auto elements = constant_elements(id, format);
      const kernels::TensorDesc desc = format.desc(value.type.dims);
      to.constant = value.constant->recipe == nullptr
                        ? section_.add(std::move(elements), desc.bytes())
                        : section_.add(std::move(elements), ir::constant_of(graph_, id), desc);
      return values_[key(id, format)] = index;
    }
    const Format from = native_.at(id);
    const int32_t source = values_.count(key(id, from)) != 0
                               ? values_.at(key(id, from))
                               : values_[key(id, from)] = add_value(id, from, value.name);
    if (from == format) return source;
    return values_[key(id, format)] = add_conversion(id, source, from, format);
  }

  int32_t add_conversion(ir::ValueId id, int32_t source, const Format& from, const Format& to) {
    const tuner::TunedValue& value = tuned(id);
    const std::string& name = graph_.value(id).name;
    engine::PlanStep step;
    step.name = core::str("Reformatting CopyNode for ", name);
    step.inputs = {source};
    step.strict = strict_;
    if (tuner::same_bytes(value, from, to)) {
      step.op = "Identity";
    } else {
      const kernels::Problem problem = tuner::reformat_problem(value, 0, from, to, threads_);
      step.op = problem.op->name;
      step.attributes = *problem.attributes;
      const kernels::Tactic* tactic = tuner::find_reformat(problem);
      if (tactic == nullptr)
        throw UnsupportedError(core::str(
            "[builder] tensor '", name, "': expected a conversion from ",
            problem.inputs[0].to_string(), " to ", problem.outputs[0].to_string(), ", got none."));
      step.tactic = tactic->name;
    }
    const int32_t target = add_value(id, to,
                                     core::str(name, " as ", core::dtype_short_name(to.dtype), " ",
                                               kernels::layout_name(to.layout)));
    step.outputs = {target};
    plan_.steps.push_back(std::move(step));
    return target;
  }

  void add_bindings() {
    for (ir::ValueId id : graph_.inputs()) add_binding(id, TensorIOMode::Input);
    for (ir::ValueId id : graph_.outputs())
      if (!debug_.unbound.contains(graph_.value(id).name)) add_binding(id, TensorIOMode::Output);
  }

  void add_debug_tensors() {
    for (const std::string& name : debug_.names) {
      const auto bound = std::find_if(plan_.bindings.begin(), plan_.bindings.end(),
                                      [&](const auto& binding) { return binding.name == name; });
      const int32_t value =
          bound != plan_.bindings.end() ? bound->value : output_value(graph_.find_value(name));
      plan_.debug_tensors.push_back({name, value});
    }
    plan_.reports_unfused = debug_.unfused;
  }

  int32_t output_value(ir::ValueId id) {
    const ir::Value& value = graph_.value(id);
    return value.is_input || value.constant ? copy_to_output(id)
                                            : value_in(id, tuned(id).fixed_format);
  }

  void add_binding(ir::ValueId id, TensorIOMode mode) {
    const ir::Value& value = graph_.value(id);
    engine::PlanBinding binding;
    binding.name = value.name;
    binding.mode = mode;
    binding.value =
        mode == TensorIOMode::Output ? output_value(id) : value_in(id, tuned(id).fixed_format);
    binding.dimension_names = value.dimension_names;
    plan_.bindings.push_back(std::move(binding));
  }

  /// An output that is an input or a constant gets storage of its own.
  int32_t copy_to_output(ir::ValueId id) {
    engine::PlanStep step;
    step.op = "Identity";
    step.name = core::str("copy of ", graph_.value(id).name);
    step.inputs = {value_in(id, tuned(id).fixed_format)};
    step.outputs = {add_value(id, tuned(id).fixed_format, graph_.value(id).name)};
    step.tactic = "reference";
    plan_.steps.push_back(step);
    return step.outputs[0];
  }

  const ir::Graph& graph_;
  const tuner::TunedGraph& tuned_;
  const bool strict_;
  const int threads_;
  ConstantSection& section_;
  const DebugTensors& debug_;
  engine::Plan plan_;
  std::vector<Packing> packings_;
  std::map<ir::ValueId, Format> native_;
  std::map<ValueKey, int32_t> values_;
  tuner::ConvertedConstants constants_;
};

}  // namespace

engine::Plan assemble(const ir::Graph& graph, const std::vector<ir::NodeId>& order,
                      const tuner::TunedGraph& tuned, const tuner::Result& result, bool strict,
                      int threads, ConstantSection& constants, const DebugTensors& debug) {
  return Assembler(graph, tuned, strict, threads, constants, debug).run(order, result);
}

}  // namespace trtlike::builder
