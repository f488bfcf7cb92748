// Query, key and value that are the thirds of one tensor's last axis are read from it in place.
#include "optimizer/match.h"
#include "optimizer/rule.h"
#include "optimizer/slices.h"

namespace trtlike::optimizer {
namespace {

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  if (node.attributes.get_int("num_heads") == 0 || !has_input(node, 1)) return std::nullopt;
  ir::ValueId packed;
  for (size_t i = 0; i < 3; ++i) {
    const ir::NodeId producer = graph.producer(node.inputs[i]);
    const auto slice = axis_slice(graph, producer);
    if (!slice) return std::nullopt;
    const ir::ValueId from = graph.node(producer).inputs[0];
    const Dims& dims = dims_of(graph, from);
    const bool is_third = slice->axis == dims.rank() - 1 &&
                          3 * slice->extent == dims[slice->axis] &&
                          slice->start == static_cast<int64_t>(i) * slice->extent;
    if (!is_third || (packed && packed != from)) return std::nullopt;
    packed = from;
  }
  ir::Patch patch(graph);
  patch.inherit_from(id);
  std::vector<ir::ValueId> inputs = {packed};
  if (has_input(node, 3))
    inputs.insert(inputs.end(), {ir::ValueId{}, ir::ValueId{}, node.inputs[3]});
  patch.replace(node.outputs[0], patch.add("Attention", node.name, inputs, attribute_list(node)));
  return patch;
}

}  // namespace

Rule fuse_packed_qkv() {
  return {"fuse_packed_qkv", "Attention(qkv[0:n], qkv[n:2n], qkv[2n:3n]) -> Attention(qkv)",
          "Attention", 70, rewrite};
}

}  // namespace trtlike::optimizer
