// A bias that is known when the network runs is added behind constant weights, which kernels pack
// with constant biases only. Before epilogues: they take the sum in.
#include <string_view>

#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

constexpr size_t kBias = 2;

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  const std::string_view op = node.op->name;
  if ((op != "Convolution" && op != "Deconvolution") || !has_input(node, kBias))
    return std::nullopt;
  const ir::ValueId bias = node.inputs[kBias], result = node.outputs[0];
  if (!is_constant(graph, node.inputs[1]) || is_constant(graph, bias) ||
      dtype_of(graph, bias) != dtype_of(graph, result))
    return std::nullopt;
  std::vector<int64_t> dims(static_cast<size_t>(dims_of(graph, result).rank()), 1);
  dims[1] = core::elems(dims_of(graph, bias));
  ir::Patch patch(graph);
  patch.inherit_from(id);
  const ir::ValueId sums =
      patch.add(op, node.name, {node.inputs[0], node.inputs[1]}, attribute_list(node));
  const ir::ValueId row = patch.add("Shuffle", node.name + " bias", {bias},
                                    {{"has_reshape", true}, {"reshape_dims", dims}});
  patch.replace(result, patch.add("ElementWise", node.name + " + bias", {sums, row},
                                  {{"op", static_cast<int64_t>(ElementWiseOperation::Sum)}}));
  return patch;
}

}  // namespace

Rule split_computed_bias() {
  return {"split_computed_bias",
          "Convolution(x, weights, bias) -> Sum(Convolution(x, weights), Shuffle(bias))", "", 20,
          rewrite};
}

}  // namespace trtlike::optimizer
