// Group normalization as exporters decompose it: channels are put together in groups by a reshape,
// normalized as instances, and taken apart again.
#include "optimizer/match.h"
#include "optimizer/rule.h"
#include "optimizer/shuffle_map.h"

namespace trtlike::optimizer {
namespace {

bool is_all(const ir::Graph& graph, const ir::Node& node, size_t input, double value) {
  return !has_input(node, input) || ir::constant_scalar(graph, node.inputs[input]) == value;
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  const ir::NodeId before = graph.producer(node.inputs[0]),
                   after = only_reader(graph, node.outputs[0]);
  const auto grouping = shuffle_map(graph, before), ungrouping = shuffle_map(graph, after);
  if (!grouping || !ungrouping || !grouping->is_reshape() || !ungrouping->is_reshape())
    return std::nullopt;
  const ir::ValueId x = graph.node(before).inputs[0], y = graph.node(after).outputs[0];
  const Dims &image = dims_of(graph, x), &groups = dims_of(graph, node.inputs[0]);
  const bool normalizes_groups = groups.rank() == 3 && node.attributes.get_int("axes") == 4 &&
                                 node.attributes.get_int("num_groups") == 1 &&
                                 !node.attributes.get_bool("simplified");
  if (!normalizes_groups || image.rank() < 3 || grouping->input != ungrouping->output ||
      grouping->input[0] != grouping->output[0])
    return std::nullopt;
  const int64_t count = groups[1];
  if (count < 1 || image[1] < 1 || image[1] % count != 0 || count == image[1]) return std::nullopt;
  if (!is_all(graph, node, 1, 1) || !is_all(graph, node, 2, 0)) return std::nullopt;
  // One group is no split of the channels: they are normalized together.
  int64_t axes = 0;
  for (int i = count == 1 ? 1 : 2; i < image.rank(); ++i) axes |= int64_t{1} << i;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  patch.replace(y, patch.add("Normalization", joined_name(graph, {before, id, after}), {x},
                             {{"axes", axes},
                              {"epsilon", node.attributes.get_float("epsilon")},
                              {"num_groups", count}}));
  return patch;
}

}  // namespace

Rule fuse_group_normalization() {
  return {"fuse_group_normalization",
          "Shuffle(Normalization(Shuffle(x))) -> Normalization(x) {num_groups}", "Normalization",
          33, rewrite};
}

}  // namespace trtlike::optimizer
