// A tensor that is quantized and dequantized at once is rounded to the steps of its scale, which
// runs with other element-wise operations. Last of all: rules that compute on the integers want to
// see the pair.
#include <limits>

#include "ops/pointwise_program.h"
#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

using ops::PointwiseOpcode;

/// The one scale and zero point of a Quantize or Dequantize.
struct Steps {
  double scale = 1;
  double zero_point = 0;
  bool operator==(const Steps&) const = default;
};

std::optional<Steps> match_steps(const ir::Graph& graph, const ir::Node& node) {
  const auto scale = ir::constant_scalar(graph, node.inputs[1]);
  const auto zero =
      has_input(node, 2) ? ir::constant_scalar(graph, node.inputs[2]) : std::optional(0.0);
  return scale && zero && *scale > 0 ? std::optional(Steps{*scale, *zero}) : std::nullopt;
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& dequantize = graph.node(id);
  const ir::NodeId producer = graph.producer_of(dequantize.inputs[0], "Quantize");
  if (!producer || only_reader(graph, dequantize.inputs[0]) != id) return std::nullopt;
  const ir::Node& quantize = graph.node(producer);
  const auto steps = match_steps(graph, quantize);
  if (!steps || steps != match_steps(graph, dequantize) ||
      graph.value(quantize.inputs[0]).type != graph.value(dequantize.outputs[0]).type)
    return std::nullopt;
  const bool is_signed = dtype_of(graph, dequantize.inputs[0]) == DataType::Int8;
  const double lowest = is_signed ? std::numeric_limits<int8_t>::min() : 0;
  const double highest =
      is_signed ? std::numeric_limits<int8_t>::max() : std::numeric_limits<uint8_t>::max();
  ops::PointwiseProgram program{.num_inputs = 1};
  const auto scale = static_cast<float>(steps->scale);
  const int step = program.append(PointwiseOpcode::Constant, -1, -1, -1, scale);
  const int rounded =
      program.append(PointwiseOpcode::Round, program.append(PointwiseOpcode::Div, 0, step));
  const int limited = program.append(PointwiseOpcode::Clip, rounded, -1, -1,
                                     static_cast<float>(lowest - steps->zero_point),
                                     static_cast<float>(highest - steps->zero_point));
  program.output = program.append(PointwiseOpcode::Prod, limited, step);
  ir::Patch patch(graph);
  patch.inherit_from(id);
  patch.replace(dequantize.outputs[0],
                patch.add("PointWise", joined_name(graph, {producer, id}), {quantize.inputs[0]},
                          {{"program", program.to_text()}}));
  return patch;
}

}  // namespace

Rule fuse_fake_quantization() {
  return {"fuse_fake_quantization", "Dequantize(Quantize(x)) -> PointWise(x)", "Dequantize", 500,
          rewrite};
}

}  // namespace trtlike::optimizer
