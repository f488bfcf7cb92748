// Elements that are multiples of a scale already stay what they are when they are quantized and
// dequantized by it again, as quantizers write it around reshapes, transposes, slices and poolings.
// Early: what is left in between hides the shuffles from each other.
#include <algorithm>
#include <string_view>

#include "ops/shapes/pooling_shape.h"
#include "ops/shapes/slice_shape.h"
#include "optimizer/match.h"
#include "optimizer/quantization/steps.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

constexpr int kMostNodes = 16;

/// The node's results are some of the elements of its data inputs, or 0.
bool selects_elements(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  const std::string_view op = node.op->name;
  if (op == "Activation")
    return node.attributes.get_enum<ActivationType>("type") == ActivationType::Relu;
  if (op == "Pooling") return node.attributes.get_enum<PoolingType>("type") == PoolingType::Max;
  if (op == "Slice") return node.attributes.get_enum<SampleMode>("mode") != SampleMode::Fill;
  return op == "Shuffle" || op == "Concatenation" || op == "Squeeze" || op == "Unsqueeze";
}

bool has_steps(const ir::Graph& graph, ir::ValueId value, const QuantizationSteps& steps,
               int& nodes) {
  const ir::NodeId producer = graph.producer(value);
  if (!producer || ++nodes > kMostNodes) return false;
  if (is_op(graph, producer, "Dequantize")) return match_steps(graph, producer) == steps;
  if (!selects_elements(graph, producer)) return false;
  const ir::Node& node = graph.node(producer);
  const size_t data = is_op(graph, producer, "Concatenation") ? node.inputs.size() : 1;
  return std::all_of(node.inputs.begin(), node.inputs.begin() + static_cast<long>(data),
                     [&](ir::ValueId id) { return has_steps(graph, id, steps, nodes); });
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::NodeId quantize = quantize_before(graph, id);
  if (!quantize) return std::nullopt;
  const ir::ValueId from = graph.node(quantize).inputs[0], to = graph.node(id).outputs[0];
  int nodes = 0;
  if (graph.value(from).type != graph.value(to).type || graph.value(to).is_output ||
      !has_steps(graph, from, *match_steps(graph, id), nodes))
    return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  patch.replace(to, from);
  return patch;
}

}  // namespace

Rule drop_repeated_quantization() {
  return {"drop_repeated_quantization",
          "Dequantize(Quantize(Shuffle(Dequantize(q)))) -> Shuffle(Dequantize(q))", "Dequantize", 5,
          rewrite};
}

}  // namespace trtlike::optimizer
