// What is joined only to be quantized is quantized before: bytes are joined, and whoever computes
// the parts may give bytes. Before the rule that lets them.
#include "optimizer/match.h"
#include "optimizer/quantization/steps.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& quantize = graph.node(id);
  const ir::NodeId join = graph.producer_of(quantize.inputs[0], "Concatenation");
  const auto steps = match_steps(graph, id);
  if (!join || !steps || !is_byte(steps->type) || only_reader(graph, quantize.inputs[0]) != id ||
      !is_read_as_integers(graph, quantize.outputs[0]))
    return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  // One number of its own: there may be one an index of the axis, all the same.
  const ir::ValueId scale = patch.add_constant("scale", dtype_of(graph, quantize.inputs[1]), {},
                                               std::vector<double>{steps->scale});
  const ir::ValueId zero =
      patch.add_constant("zero point", steps->type, {}, std::vector<double>{steps->zero_point});
  std::vector<ir::ValueId> parts;
  for (const ir::ValueId part : graph.node(join).inputs)
    parts.push_back(patch.add("Quantize", quantize.name, {part, scale, zero},
                              {{"to_type", enum_number(steps->type)}}));
  patch.replace(quantize.outputs[0], patch.add("Concatenation", joined_name(graph, {join, id}),
                                               parts, attribute_list(graph.node(join))));
  return patch;
}

}  // namespace

Rule hoist_quantize() {
  return {"hoist_quantize",
          "Quantize(Concatenation(a, b)) -> Concatenation(Quantize(a), Quantize(b))", "Quantize",
          405, rewrite};
}

}  // namespace trtlike::optimizer
