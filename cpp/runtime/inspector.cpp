// What the engine inspector says: layers and bindings as JSON with TensorRT's keys, or as lines of
// text.
#include <nlohmann/json.hpp>
#include <optional>

#include "core/check.h"
#include "core/text.h"
#include "engine/alias_plan.h"
#include "engine/step_cost.h"
#include "runtime/context_impl.h"
#include "trtlike/engine.h"

namespace trtlike {
namespace {

using Json = nlohmann::ordered_json;

const char* type_name(DataType dtype) {
  static constexpr const char* kNames[] = {"FP32", "FP16",  "Int8",   "Int32",  "Bool",  "UInt8",
                                           "FP8",  "BF16",  "Int64",  "Int4",   "FP4",   "E8M0",
                                           "FP64", "Int16", "UInt16", "UInt32", "UInt64"};
  const auto all = core::all_dtypes();
  return kNames[std::find(all.begin(), all.end(), dtype) - all.begin()];
}

const char* format_name(kernels::Layout layout) {
  static constexpr const char* kNames[] = {"Row major linear", "Channels last"};
  return kNames[static_cast<int>(layout)];
}

/// "kernel_size" as "KernelSize", or the name that TensorRT has for it.
std::string attribute_name(const std::string& name) {
  static const std::pair<const char*, const char*> kNames[] = {
      {"kernel_size", "Kernel"}, {"num_output_maps", "OutMaps"}, {"num_groups", "Groups"}};
  for (const auto& [ours, theirs] : kNames)
    if (name == ours) return theirs;
  std::string out;
  bool upper = true;
  for (char c : name) {
    if (c != '_') out += upper ? static_cast<char>(std::toupper(c)) : c;
    upper = c == '_';
  }
  return out;
}

/// Text from a plan or a model need not be UTF-8.
std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

/// The one scale and zero point, else how many there are and what they lie between.
Json quantization_of(const core::Quantization& quantization) {
  const auto numbers = [](const auto& list) -> Json {
    if (list.size() == 1) return list[0];
    const auto [least, most] = std::minmax_element(list.begin(), list.end());
    return {{"Count", list.size()}, {"Min", *least}, {"Max", *most}};
  };
  Json json;
  json["Scale"] = numbers(quantization.scales());
  if (!quantization.is_symmetric()) json["ZeroPoint"] = numbers(quantization.zero_points());
  if (quantization.axis() != core::Quantization::kNoAxis) json["Axis"] = quantization.axis();
  if (quantization.block() != 0) json["Block"] = quantization.block();
  return json;
}

/// One plan, with the shapes of a context where there is one.
class Inspector {
 public:
  Inspector(const engine::Plan& plan, const ExecutionContext* context)
      : Inspector(plan, context, plan.recipes.empty() ? UINT64_MAX : plan.recipes.kept_bytes) {}
  Inspector(const engine::Plan& plan, const ExecutionContext* context, uint64_t kept_bytes)
      : plan_(plan), kept_bytes_(kept_bytes) {
    if (context == nullptr) return;
    ExecutionContext::Impl& impl = RuntimeAccess::context(*context);
    use_.emplace(impl.user, "execution_context of an inspector");
    shapes_ = &impl.current_shapes();
    if (!impl.state_stale) state_ = impl.state.get();
  }

  Json layer(const engine::PlanStep& step, size_t index) const {
    if (plan_.verbosity != ProfilingVerbosity::Detailed) return step.name;
    Json json;
    json["Name"] = step.name;
    json["LayerType"] = step.op;
    json["Inputs"] = tensors(step.inputs);
    json["Outputs"] = tensors(step.outputs);
    json["ParameterType"] = step.op;
    for (const auto& [name, value] : step.attributes.items())
      std::visit([&, key = attribute_name(name)](const auto& v) { json[key] = v; }, value);
    json["TacticName"] = tactic(step, index);
    if (step.tuned_ms > 0) json["TunedMs"] = step.tuned_ms;
    if (is_prepared(index)) {
      const engine::StepCost cost =
          engine::step_cost(state_->first().concrete(), state_->first().aliases(), index);
      json["Operations"] = cost.operations;
      json["Bytes"] = cost.bytes;
      json["Slices"] = state_->first().slices(index);
    }
    if (is_refittable(step)) json["Refittable"] = true;
    json["StreamId"] = 0;
    json["Metadata"] = step.metadata;
    for (const int32_t index : step.regions) json["Regions"].push_back(region(index));
    return json;
  }

  /// The layers inside, at the shapes that are known without a run.
  Json region(int32_t index) const {
    const engine::Plan& plan = plan_.regions[static_cast<size_t>(index)];
    const Inspector inside(plan, nullptr, kept_bytes_);
    Json json;
    json["Name"] = plan.name;
    json["Layers"] = Json::array();
    for (size_t i = 0; i < plan.steps.size(); ++i)
      json["Layers"].push_back(inside.layer(plan.steps[i], i));
    return json;
  }

  /// The arena of the shapes that the context is prepared for, and the bytes below which no
  /// placement can get.
  void add_memory(Json& json) const {
    if (state_ == nullptr) return;
    json["ArenaBytes"] = state_->first().arena_bytes();
    json["ArenaLowerBoundBytes"] = state_->first().arena_lower_bound_bytes();
  }

  std::string line(const engine::PlanStep& step, size_t index) const {
    if (plan_.verbosity != ProfilingVerbosity::Detailed) return step.name;
    std::string text =
        core::str("Layer(", step.op, "): ", step.name, ", Tactic: ", tactic(step, index), ", ",
                  operands(step.inputs), " -> ", operands(step.outputs));
    for (const int32_t region : step.regions) {
      const engine::Plan& plan = plan_.regions[static_cast<size_t>(region)];
      const Inspector inside(plan, nullptr, kept_bytes_);
      for (size_t i = 0; i < plan.steps.size(); ++i)
        text += "\n" + core::indented(inside.line(plan.steps[i], i));
    }
    return text;
  }

 private:
  bool is_prepared(size_t step) const {
    return state_ != nullptr && step < state_->first().concrete().last_step;
  }

  const Dims& dims(int32_t value) const {
    return shapes_ != nullptr ? shapes_->of(value) : plan_.values[static_cast<size_t>(value)].dims;
  }

  Json tensors(const std::vector<int32_t>& values) const {
    Json list = Json::array();
    for (int32_t index : values) {
      if (index < 0) continue;
      const engine::PlanValue& value = plan_.values[static_cast<size_t>(index)];
      Json json;
      json["Name"] = value.name;
      json["Location"] = "Device";
      json["Dimensions"] = std::vector<int64_t>(dims(index).begin(), dims(index).end());
      json["Format/Datatype"] = core::str(format_name(value.layout), " ", type_name(value.dtype));
      if (value.quantization) json["Quantization"] = quantization_of(value.quantization);
      list.push_back(std::move(json));
    }
    return list;
  }

  std::string operands(const std::vector<int32_t>& values) const {
    std::vector<std::string> texts;
    for (int32_t index : values) {
      if (index < 0) continue;
      const engine::PlanValue& value = plan_.values[static_cast<size_t>(index)];
      const std::string scheme = value.quantization.scheme();
      texts.push_back(core::str(value.name, " (", type_name(value.dtype), dims(index).to_string(),
                                scheme.empty() ? "" : " ", scheme, ")"));
    }
    return core::join(texts);
  }

  /// True when some of its constants follow from weights.
  bool is_refittable(const engine::PlanStep& step) const {
    return std::any_of(step.inputs.begin(), step.inputs.end(), [&](int32_t input) {
      const auto* value = input < 0 ? nullptr : &plan_.values[static_cast<size_t>(input)];
      return value != nullptr && value->kind == engine::ValueKind::Constant &&
             value->constant.offset >= kept_bytes_;
    });
  }

  std::string tactic(const engine::PlanStep& step, size_t index) const {
    if (is_prepared(index)) {
      const engine::Work work = state_->first().aliases().steps[index].work;
      if (work == engine::Work::Nothing) return "none";
      if (work == engine::Work::Copies) return "copy";
      if (const kernels::Tactic* tactic = state_->first().tactic(index)) return tactic->name;
    }
    if (!step.regions.empty()) return "regions";
    return step.tactic.empty() ? "view" : step.tactic;
  }

  std::optional<runtime::Use> use_;
  const engine::Plan& plan_;
  /// Constants from here on follow from weights.
  const uint64_t kept_bytes_;
  const runtime::Shapes* shapes_ = nullptr;
  const runtime::ShapeState* state_ = nullptr;
};

}  // namespace

std::string CudaEngine::layer_information(int layer, LayerInformationFormat format,
                                          const ExecutionContext* context) const {
  TRTLIKE_CHECK(layer >= 0 && layer < num_layers(), "[runtime] layer index: expected 0 to ",
                num_layers() - 1, ", got ", layer, ".");
  const engine::Plan& p = impl_->plan();
  const bool json = format == LayerInformationFormat::Json;
  if (p.verbosity == ProfilingVerbosity::None) return json ? "\"\"" : "";
  const Inspector inspector(p, context);
  const auto index = static_cast<size_t>(layer);
  return json ? dump(inspector.layer(p.steps[index], index))
              : inspector.line(p.steps[index], index);
}

std::string CudaEngine::engine_information(LayerInformationFormat format,
                                           const ExecutionContext* context) const {
  const engine::Plan& p = impl_->plan();
  const Inspector inspector(p, context);
  const bool has_layers = p.verbosity != ProfilingVerbosity::None;
  if (format == LayerInformationFormat::Json) {
    Json all;
    all["Layers"] = Json::array();
    for (size_t i = 0; has_layers && i < p.steps.size(); ++i)
      all["Layers"].push_back(inspector.layer(p.steps[i], i));
    all["Bindings"] = Json::array();
    for (const engine::PlanBinding& binding : p.bindings) all["Bindings"].push_back(binding.name);
    inspector.add_memory(all);
    return dump(all);
  }
  std::string text = "Layers:\n";
  for (size_t i = 0; has_layers && i < p.steps.size(); ++i)
    text += inspector.line(p.steps[i], i) + "\n";
  text += "\nBindings:\n";
  for (const engine::PlanBinding& binding : p.bindings) text += binding.name + "\n";
  return text;
}

}  // namespace trtlike
