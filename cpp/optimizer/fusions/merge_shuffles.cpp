// Two reshapes or transposes in a row become one.
#include <string_view>

#include "optimizer/match.h"
#include "optimizer/rule.h"
#include "optimizer/shuffle_map.h"

namespace trtlike::optimizer {
namespace {

using Permutation = std::vector<int64_t>;

bool reshapes(const ir::Node& node) {
  return node.attributes.get_bool("has_reshape") || has_input(node, 1);
}

/// The axes of `outer` after those of `inner`; an empty list is the identity.
Permutation compose(const Permutation& inner, const Permutation& outer) {
  if (inner.empty() || outer.empty()) return inner.empty() ? outer : inner;
  Permutation out;
  for (const int64_t axis : outer) out.push_back(inner[static_cast<size_t>(axis)]);
  return out;
}

/// The transposes of a Shuffle that does not reshape.
Permutation permutation_of(const ir::Node& node) {
  return compose(node.attributes.get_ints("first_transpose"),
                 node.attributes.get_ints("second_transpose"));
}

/// What is one Shuffle whatever the extents, because at most one of the two reshapes. `inputs` are
/// those after the first.
struct Merged {
  ir::AttributeList attributes;
  std::vector<ir::ValueId> inputs = {};
};

std::optional<Merged> merge_any(const ir::Node& first, const ir::Node& second) {
  if (std::string_view(first.op->name) != "Shuffle" ||
      std::string_view(second.op->name) != "Shuffle" || (reshapes(first) && reshapes(second)))
    return std::nullopt;
  const ir::Node& main = reshapes(first) ? first : second;
  Merged out{attribute_list(main), {main.inputs.begin() + 1, main.inputs.end()}};
  for (auto& [name, value] : out.attributes) {
    if (&main == &first && name == "second_transpose")
      value = compose(std::get<Permutation>(value), permutation_of(second));
    if (&main == &second && name == "first_transpose")
      value = compose(permutation_of(first), std::get<Permutation>(value));
  }
  return out;
}

std::optional<ir::AttributeList> merge_static(const ir::Graph& graph, ir::NodeId first,
                                              ir::NodeId second) {
  const auto inner = shuffle_map(graph, first), outer = shuffle_map(graph, second);
  if (!inner || !outer) return std::nullopt;
  const auto merged = optimizer::compose(*inner, *outer);
  return merged ? shuffle_attributes(*merged) : std::nullopt;
}

/// True when the first node costs nothing, so that it may run twice.
bool is_free(const ir::Graph& graph, ir::NodeId first) {
  const auto map = shuffle_map(graph, first);
  return map && map->is_reshape();
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  const std::string_view op = node.op->name;
  if (op != "Shuffle" && op != "Squeeze" && op != "Unsqueeze") return std::nullopt;
  const ir::NodeId first = graph.producer(node.inputs[0]);
  const std::string_view first_op = first ? graph.node(first).op->name : "";
  if (first_op != "Shuffle" && first_op != "Squeeze" && first_op != "Unsqueeze")
    return std::nullopt;
  if (only_reader(graph, node.inputs[0]) != id && !is_free(graph, first)) return std::nullopt;
  std::optional<Merged> merged;
  if (auto attributes = merge_static(graph, first, id)) merged = Merged{std::move(*attributes)};
  if (!merged) merged = merge_any(graph.node(first), node);
  if (!merged) return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  std::vector<ir::ValueId> inputs = {graph.node(first).inputs[0]};
  inputs.insert(inputs.end(), merged->inputs.begin(), merged->inputs.end());
  patch.replace(node.outputs[0],
                patch.add("Shuffle", joined_name(graph, {first, id}), inputs, merged->attributes));
  return patch;
}

}  // namespace

Rule merge_shuffles() {
  return {"merge_shuffles", "Shuffle(Shuffle(x)) -> Shuffle(x)", "", 40, rewrite};
}

}  // namespace trtlike::optimizer
