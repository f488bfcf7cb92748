// The attention of a network becomes the op that has kernels: heads of keys are repeated for the
// queries', and a mask of booleans becomes one that is added. What has no softmax, or rounds its
// weights, stays.
#include <cmath>

#include "optimizer/match.h"
#include "optimizer/rule.h"
#include "trtlike/enums/transformer_enums.h"

namespace trtlike::optimizer {
namespace {

enum Input : size_t { kQuery, kKey, kValue, kMask, kQuantizationScale };

/// As many heads as queries have: each of those of keys or values, several times.
ir::ValueId repeat_heads(const ir::Graph& graph, const ir::Node& node, size_t input,
                         ir::Patch& patch) {
  const int64_t heads = dims_of(graph, node.inputs[kQuery])[1],
                given = dims_of(graph, node.inputs[input])[1];
  if (heads == given) return node.inputs[input];
  std::vector<double> sources;
  for (int64_t head = 0; head < heads; ++head)
    sources.push_back(static_cast<double>(head / (heads / given)));
  const ir::ValueId indices =
      patch.add_constant(node.name + " heads", DataType::Int64, {heads}, sources);
  return patch.add("Gather", node.name + (input == kKey ? " keys" : " values"),
                   {node.inputs[input], indices}, {{"axis", int64_t{1}}});
}

ir::ValueId added_mask(const ir::Graph& graph, const ir::Node& node, ir::Patch& patch) {
  const ir::ValueId mask = node.inputs[kMask];
  if (dtype_of(graph, mask) != DataType::Bool) return mask;
  const DataType dtype = dtype_of(graph, node.inputs[kQuery]);
  const Dims one{1, 1, 1, 1};
  return patch.add("Select", node.name + " mask",
                   {mask, patch.add_constant(node.name + " seen", dtype, one, {0.0}),
                    patch.add_constant(node.name + " hidden", dtype, one, {-HUGE_VAL})});
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  const int64_t heads = dims_of(graph, node.inputs[kQuery])[1];
  if (node.attributes.get_enum<AttentionNormalizationOp>("norm_op") !=
          AttentionNormalizationOp::Softmax ||
      has_input(node, kQuantizationScale))
    return std::nullopt;
  for (const size_t input : {kKey, kValue})
    if (heads < 0 || dims_of(graph, node.inputs[input])[1] <= 0) return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  std::vector<ir::ValueId> inputs = {node.inputs[kQuery], repeat_heads(graph, node, kKey, patch),
                                     repeat_heads(graph, node, kValue, patch)};
  if (has_input(node, kMask)) inputs.push_back(added_mask(graph, node, patch));
  patch.replace(node.outputs[0], patch.add("Attention", node.name, inputs,
                                           {{"causal", node.attributes.get_bool("causal")}}));
  return patch;
}

}  // namespace

Rule lower_attention() {
  return {"lower_attention", "AttentionInput(Q, K, V, mask) -> Attention(Q, K, V, mask)",
          "AttentionInput", 10, rewrite};
}

}  // namespace trtlike::optimizer
