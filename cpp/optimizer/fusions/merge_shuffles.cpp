// Two reshapes or transposes in a row become one.
#include <string_view>

#include "optimizer/match.h"
#include "optimizer/rule.h"
#include "optimizer/shuffle_map.h"

namespace trtlike::optimizer {
namespace {

bool has_transpose(const ir::Node& node, const char* which) {
  return !node.attributes.get_ints(which).empty();
}

bool reshapes(const ir::Node& node) {
  return node.attributes.get_bool("has_reshape") || has_input(node, 1);
}

/// Nodes that are transposes alone, whatever the extents.
std::optional<std::vector<int64_t>> permutation_of(const ir::Node& node) {
  if (std::string_view(node.op->name) != "Shuffle" || reshapes(node) ||
      has_transpose(node, "second_transpose"))
    return std::nullopt;
  return node.attributes.get_ints("first_transpose");
}

/// transpose(transpose(x)): permutations compose without the extents.
std::optional<ir::AttributeList> merge_transposes(const ir::Node& first, const ir::Node& second) {
  const auto inner = permutation_of(first), outer = permutation_of(second);
  if (!inner || !outer) return std::nullopt;
  if (inner->empty() || outer->empty())
    return ir::AttributeList{{"first_transpose", inner->empty() ? *outer : *inner}};
  std::vector<int64_t> merged;
  for (const int64_t axis : *outer) merged.push_back((*inner)[static_cast<size_t>(axis)]);
  return ir::AttributeList{{"first_transpose", merged}};
}

std::optional<ir::AttributeList> merge_static(const ir::Graph& graph, ir::NodeId first,
                                              ir::NodeId second) {
  const auto inner = shuffle_map(graph, first), outer = shuffle_map(graph, second);
  if (!inner || !outer) return std::nullopt;
  const auto merged = compose(*inner, *outer);
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
  auto attributes = merge_static(graph, first, id);
  if (!attributes) attributes = merge_transposes(graph.node(first), node);
  if (!attributes) return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  patch.replace(node.outputs[0], patch.add("Shuffle", joined_name(graph, {first, id}),
                                           {graph.node(first).inputs[0]}, *attributes));
  return patch;
}

}  // namespace

Rule merge_shuffles() {
  return {"merge_shuffles", "Shuffle(Shuffle(x)) -> Shuffle(x)", "", 40, rewrite};
}

}  // namespace trtlike::optimizer
