// A tensor that is quantized and dequantized at once is rounded to the steps of its scale, which
// runs with other element-wise operations. Last of all: rules that compute on the integers want to
// see the pair.
#include <limits>

#include "ops/pointwise/pointwise_program.h"
#include "optimizer/match.h"
#include "optimizer/quantization/steps.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

using ops::PointwiseOpcode;

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& dequantize = graph.node(id);
  const ir::NodeId producer = quantize_before(graph, id);
  if (!producer || only_reader(graph, dequantize.inputs[0]) != id) return std::nullopt;
  const ir::Node& quantize = graph.node(producer);
  if (graph.value(quantize.inputs[0]).type != graph.value(dequantize.outputs[0]).type)
    return std::nullopt;
  const auto steps = match_steps(graph, id);
  const bool is_signed = steps->type == DataType::Int8;
  if (!is_signed && steps->type != DataType::UInt8) return std::nullopt;
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
