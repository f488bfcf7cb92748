// Which weights have recipes.
#include "builder/refit/refit.h"

#include <algorithm>
#include <set>

#include "core/check.h"
#include "core/log.h"
#include "ir/network_state.h"
#include "optimizer/quantization/constants.h"

namespace trtlike::builder {
namespace {

using ir::Graph;
using ir::Node;
using ir::Recipe;
using ir::Value;
using ir::ValueId;
using RecipePtr = std::shared_ptr<const Recipe>;

enum class Mode { None, Any, Identical, Individual };

Mode mode_of(const BuilderConfig& config) {
  if (config.flag(BuilderFlag::RefitIndividual)) return Mode::Individual;
  if (config.flag(BuilderFlag::Refit)) return Mode::Any;
  const bool is_identical =
      config.flag(BuilderFlag::RefitIdentical) || config.flag(BuilderFlag::StripPlan);
  return is_identical ? Mode::Identical : Mode::None;
}

bool is_quantization(const Node& node) {
  return node.op->layer_type == LayerType::Quantize || node.op->layer_type == LayerType::Dequantize;
}

/// Integers are what shapes and places are made of, but for those that stand for real numbers.
bool has_refittable_type(const Graph& graph, const Value& value, ValueId id) {
  if (core::is_float(value.type.dtype) || core::is_narrow(value.type.dtype)) return true;
  const auto dequantizes = [&](ir::NodeId user) {
    const Node& node = graph.node(user);
    return node.op->layer_type == LayerType::Dequantize && node.inputs[0] == id;
  };
  return value.type.dtype != DataType::Bool && !value.users.empty() &&
         std::all_of(value.users.begin(), value.users.end(), dequantizes);
}

bool is_scale_or_zero(const Graph& graph, const Value& value, ValueId id) {
  return std::any_of(value.users.begin(), value.users.end(), [&](ir::NodeId user) {
    const Node& node = graph.node(user);
    return is_quantization(node) && node.inputs[0] != id;
  });
}

/// The values that shapes are computed from: constants and extents lead to integers.
std::set<ValueId> find_shape_arithmetic(const Graph& graph) {
  std::vector<bool> is_fixed(graph.num_value_ids(), false);
  for (size_t i = 0; i < is_fixed.size(); ++i) {
    const Value& value = graph.value({static_cast<int32_t>(i)});
    is_fixed[i] = value.alive && value.constant.has_value();
  }
  const std::vector<ir::NodeId> order = graph.topological_order();
  const auto is_fixed_input = [&](ValueId id) {
    return !id || is_fixed[static_cast<size_t>(id.index)];
  };
  for (const ir::NodeId id : order) {
    const Node& node = graph.node(id);
    const bool fixed = node.op->reads_extents_only ||
                       (!node.inputs.empty() &&
                        std::all_of(node.inputs.begin(), node.inputs.end(), is_fixed_input));
    for (const ValueId output : node.outputs)
      if (fixed) is_fixed[static_cast<size_t>(output.index)] = true;
  }
  std::set<ValueId> found;
  for (auto at = order.rbegin(); at != order.rend(); ++at) {
    const Node& node = graph.node(*at);
    const bool leads = std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) {
      const Value& value = graph.value(id);
      return found.contains(id) ||
             (is_fixed[static_cast<size_t>(id.index)] && core::is_host_type(value.type.dtype));
    });
    if (!leads || node.op->reads_extents_only) continue;
    for (const ValueId input : node.inputs)
      if (input && is_fixed[static_cast<size_t>(input.index)]) found.insert(input);
  }
  return found;
}

/// Weights that belong to a layer, and as what; nothing for other inputs.
std::optional<WeightsRole> role_of(const Graph& graph, const Node& node, size_t index) {
  const ValueId id = node.inputs[index];
  if (!id || node.op->inputs.empty()) return std::nullopt;
  const ops::InputSpec& spec = node.op->inputs[std::min(index, node.op->inputs.size() - 1)];
  if (!spec.weights || !graph.value(id).constant || graph.value(id).producer) return std::nullopt;
  static constexpr std::pair<std::string_view, WeightsRole> kRoles[] = {
      {"kernel", WeightsRole::Kernel},
      {"bias", WeightsRole::Bias},
      {"shift", WeightsRole::Shift},
      {"scale", WeightsRole::Scale}};
  for (const auto& [name, role] : kRoles)
    if (name == spec.name) return role;
  return WeightsRole::Any;
}

class Notes {
 public:
  Notes(Graph& graph, const NetworkState& network, Mode mode)
      : graph_(graph), network_(network), mode_(mode) {}

  WeightsUses run() {
    WeightsUses uses;
    uses.are_identical = mode_ == Mode::Identical;
    if (mode_ != Mode::None) {
      shapes_ = find_shape_arithmetic(graph_);
      find_owned();
    }
    for (size_t i = 0; i < graph_.num_value_ids(); ++i) {
      const ValueId id{static_cast<int32_t>(i)};
      if (graph_.value(id).alive && graph_.value(id).constant) note(id);
    }
    if (mode_ != Mode::None) note_uses(uses);
    return uses;
  }

 private:
  void find_owned() {
    for (const ir::NodeId id : graph_.nodes())
      for (size_t i = 0; i < graph_.node(id).inputs.size(); ++i)
        if (role_of(graph_, graph_.node(id), i)) owned_.insert(graph_.node(id).inputs[i]);
  }

  /// Why the elements stay what they are; null where they need not.
  const char* refuse(const Value& value, ValueId id) const {
    if (!has_refittable_type(graph_, value, id))
      return "integers, which places and shapes follow from";
    if (shapes_.contains(id)) return "numbers that shapes are computed from";
    if (is_scale_or_zero(graph_, value, id)) return "scales or zero points of quantized tensors";
    return nullptr;
  }

  void note(ValueId id) {
    const Value& value = graph_.value(id);
    ir::ConstantData data = *value.constant;
    RecipePtr recipe = data.recipe;
    const bool may_be = mode_ != Mode::None && (mode_ != Mode::Individual || recipe != nullptr);
    data.recipe = nullptr;
    data.may_change = false;
    if (may_be) {
      const bool is_marked = mode_ == Mode::Individual && is_wanted(*recipe);
      const char* const reason = refuse(value, id);
      TRTLIKE_CHECK(!is_marked || reason == nullptr, "[builder] weights '", value.name,
                    "': expected marked weights that can be refitted, got ", reason, ".");
      // One number is a part of the network's formulas, unless it is a layer's own or marked.
      const bool is_formula =
          core::elems(value.type.dims) == 1 && !owned_.contains(id) && !is_marked;
      if (reason == nullptr && !is_formula) {
        if (recipe == nullptr) recipe = ir::make_weights_recipe("", value.type);
        data.recipe = mode_ == Mode::Individual ? filter(recipe) : recipe;
        data.may_change = data.recipe != nullptr && mode_ != Mode::Identical;
      }
    }
    graph_.set_constant(id, ops::TensorType(value.type), std::move(data));
  }

  /// True when some of the weights behind are marked.
  bool is_wanted(const Recipe& recipe) const {
    if (recipe.weights != nullptr) return network_.refittable.contains(recipe.weights->name);
    return std::any_of(recipe.inputs.begin(), recipe.inputs.end(), [&](const auto& input) {
      return input && input->data.recipe != nullptr && is_wanted(*input->data.recipe);
    });
  }

  /// The recipe by which weights that are not marked are numbers; null where none is marked.
  RecipePtr filter(const RecipePtr& recipe) {
    if (!is_wanted(*recipe)) return nullptr;
    if (recipe->weights != nullptr) return recipe;
    const auto [known, is_new] = filtered_.try_emplace(recipe.get());
    if (!is_new) return known->second;
    auto out = std::make_shared<Recipe>(*recipe);
    for (auto& input : out->inputs)
      if (input && input->data.recipe != nullptr) input->data.recipe = filter(input->data.recipe);
    return filtered_[recipe.get()] = std::move(out);
  }

  void note_uses(WeightsUses& uses) const {
    const auto add = [&](ValueId id, const Node& node, WeightsRole role) {
      const RecipePtr& recipe = graph_.value(id).constant->recipe;
      if (recipe != nullptr && recipe->weights != nullptr)
        uses.by_weights[recipe->weights.get()].push_back({node.name, role});
    };
    for (const ir::NodeId id : graph_.nodes()) {
      const Node& node = graph_.node(id);
      if (node.op->layer_type == LayerType::Constant)
        add(node.outputs[0], node, WeightsRole::Constant);
      for (size_t i = 0; i < node.inputs.size(); ++i)
        if (const auto role = role_of(graph_, node, i)) add(node.inputs[i], node, *role);
    }
  }

  Graph& graph_;
  const NetworkState& network_;
  const Mode mode_;
  std::set<ValueId> shapes_, owned_;
  std::map<const Recipe*, RecipePtr> filtered_;
};

}  // namespace

bool strips_weights(const BuilderConfig& config) { return config.flag(BuilderFlag::StripPlan); }

WeightsUses note_weights(Graph& graph, const NetworkState& network, const BuilderConfig& config) {
  return Notes(graph, network, mode_of(config)).run();
}

void keep_quantizable_weights(Graph& graph, Logger* logger) {
  constexpr size_t kWeights = 1;
  int kept = 0;
  for (const ir::NodeId id : graph.nodes()) {
    const Node& node = graph.node(id);
    if (node.inputs.size() <= kWeights || !node.inputs[kWeights]) continue;
    const ValueId weights = node.inputs[kWeights];
    const auto& constant = graph.value(weights).constant;
    if (!constant || constant->recipe == nullptr || constant->dequantized_from ||
        !optimizer::find_channel_axis(graph, node))
      continue;
    ir::Value& value = graph.mutable_value(weights);
    value.constant->recipe = nullptr;
    value.constant->may_change = false;
    ++kept;
  }
  if (kept > 0)
    core::log(logger, Severity::Warning, "[builder] weights of ", kept,
              " layers cannot be refitted: with BuilderFlag.INT8 and ranges their scales follow "
              "from their elements. Q/DQ layers keep them apart.");
}

}  // namespace trtlike::builder
