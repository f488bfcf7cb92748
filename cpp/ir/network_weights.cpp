// Names of a network's weights, and which of them may be refitted.
#include "core/check.h"
#include "ir/network_state.h"
#include "ir/recipe.h"

namespace trtlike {
namespace {

/// The weights that the constant is, untouched; null when it has no name.
const ir::NamedWeights* find_weights(const ir::Value& value) {
  const bool is_named = value.alive && value.constant && value.constant->recipe != nullptr;
  return is_named ? value.constant->recipe->weights.get() : nullptr;
}

/// Weights of the name as they are, or as parts of a constant that a parser computed.
bool has_weights(const ir::ConstantData& data, const std::string& name) {
  if (data.recipe == nullptr) return false;
  if (data.recipe->weights != nullptr) return data.recipe->weights->name == name;
  for (const auto& input : data.recipe->inputs)
    if (input && has_weights(input->data, name)) return true;
  return false;
}

void check_name(const ir::Graph& graph, const std::string& name) {
  for (size_t i = 0; i < graph.num_value_ids(); ++i) {
    const ir::Value& value = graph.value({static_cast<int32_t>(i)});
    if (value.alive && value.constant && has_weights(*value.constant, name)) return;
  }
  throw UserError(core::str("[network] weights '", name,
                            "': expected weights of this name, got none. Name them by "
                            "set_weights_name."));
}

}  // namespace

void Network::set_weights_name(const Weights& weights, const std::string& name) {
  TRTLIKE_CHECK(weights.values != nullptr, "[network] set_weights_name('", name,
                "'): expected weights of a layer, got none.");
  ir::Graph& graph = state_->graph;
  std::vector<ir::ValueId> uses;
  for (size_t i = 0; i < graph.num_value_ids(); ++i) {
    const ir::ValueId id{static_cast<int32_t>(i)};
    const ir::Value& value = graph.value(id);
    if (!value.alive || !value.constant) continue;
    const int64_t count = core::elems(value.type.dims);
    if (value.constant->data.get() == weights.values) {
      TRTLIKE_CHECK(value.type.dtype == weights.type && count == weights.count,
                    "[network] set_weights_name('", name, "'): expected the ", count, " ",
                    core::dtype_name(value.type.dtype), " elements of '", value.name, "', got ",
                    weights.count, " of ", core::dtype_name(weights.type), ".");
      uses.push_back(id);
    } else {
      const ir::NamedWeights* other = find_weights(value);
      TRTLIKE_CHECK(
          name.empty() || other == nullptr || other->name != name, "[network] set_weights_name('",
          name, "'): expected a name that no other weights have, got that of '", value.name, "'.");
    }
  }
  TRTLIKE_CHECK(!uses.empty(), "[network] set_weights_name('", name,
                "'): expected weights that a layer has, got others. Name them once they are used.");
  const auto recipe =
      name.empty() ? nullptr : ir::make_weights_recipe(name, graph.value(uses.front()).type);
  for (const ir::ValueId id : uses) graph.mutable_value(id).constant->recipe = recipe;
}

void Network::mark_weights_refittable(const std::string& name) {
  check_name(state_->graph, name);
  state_->refittable.insert(name);
}

void Network::unmark_weights_refittable(const std::string& name) {
  check_name(state_->graph, name);
  state_->refittable.erase(name);
}

bool Network::are_weights_marked_refittable(const std::string& name) const {
  return state_->refittable.contains(name);
}

}  // namespace trtlike
