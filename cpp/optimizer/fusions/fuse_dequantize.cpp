// Programs read quantized numbers themselves. Not those that a Quantize makes for nobody else:
// fuse_fake_quantization rounds them where they are.
#include "optimizer/match.h"
#include "optimizer/quantization/steps.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

std::optional<QuantizationSteps> match_operand(const ir::Graph& graph, ir::ValueId operand) {
  const ir::NodeId dequantize = graph.producer_of(operand, "Dequantize");
  if (!dequantize) return std::nullopt;
  const auto steps = match_steps(graph, dequantize);
  const ir::ValueId integers = graph.node(dequantize).inputs[0];
  if (!steps || !is_byte(steps->type) || is_constant(graph, integers)) return std::nullopt;
  const bool is_pair = static_cast<bool>(quantize_before(graph, dequantize)) &&
                       only_reader(graph, integers) == dequantize;
  return is_pair ? std::nullopt : steps;
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  const ir::ValueId result = node.outputs[0];
  const DataType dtype = dtype_of(graph, result);
  if (!is_byte(dtype) && dtype != DataType::Float) return std::nullopt;
  const auto outer = quantized_form(graph, id);
  if (!outer) return std::nullopt;
  for (size_t i = 0; i < outer->operands.size(); ++i) {
    const ir::ValueId operand = outer->operands[i];
    const auto steps = operand == result ? std::nullopt : match_operand(graph, operand);
    if (!steps || dtype_of(graph, operand) != DataType::Float) continue;
    const ir::ValueId integers = graph.node(graph.producer(operand)).inputs[0];
    const PointwiseForm form = dequantize_operand(*outer, i, integers, *steps);
    if (!is_within_limits(form)) continue;
    ir::Patch patch(graph);
    patch.inherit_from(id);
    patch.replace(result, add_quantized_form(graph, patch, id, node.name, form, dtype));
    return patch;
  }
  return std::nullopt;
}

}  // namespace

Rule fuse_dequantize() {
  return {"fuse_dequantize", "Activation(Dequantize(x)) -> PointWise(x)", "", 420, rewrite};
}

}  // namespace trtlike::optimizer
