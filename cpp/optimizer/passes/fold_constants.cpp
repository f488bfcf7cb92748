// Constant folding through the ops' references and through host values.
#include <algorithm>
#include <string_view>

#include "core/check.h"
#include "ir/node_args.h"
#include "ir/patch.h"
#include "ir/recipe.h"
#include "ops/host_values.h"
#include "optimizer/passes/passes.h"
#include "optimizer/quantization/constants.h"

namespace trtlike::optimizer {
namespace {

/// A folded tensor may have more elements than its inputs up to this size.
constexpr size_t kMaxGrownBytes = size_t{1} << 20;
/// Multiply-adds that a contraction may cost; the references take about a nanosecond for each.
constexpr int64_t kMaxWork = int64_t{1} << 28;

bool is_quantization(const ir::Node& node) {
  const std::string_view op = node.op->name;
  return op == "Quantize" || op == "Dequantize";
}

bool is_constant(const ir::Graph& graph, ir::ValueId id) {
  return graph.value(id).constant.has_value();
}

/// Multiply-adds, but at least one for each element of an output.
int64_t count_work(const ir::Graph& graph, const ir::Node& node, int64_t output_elems) {
  if (node.op->count_operations == nullptr) return output_elems;
  return std::max(output_elems, node.op->count_operations(ir::NodeArgs(graph, node).args()) / 2);
}

bool is_affordable(const ir::Graph& graph, const ir::Node& node) {
  size_t output_bytes = 0;
  int64_t input_elems = 0, output_elems = 0;
  for (const ir::ValueId input : node.inputs)
    if (input) input_elems += core::elems(graph.value(input).type.dims);
  for (const ir::ValueId output : node.outputs) {
    const ops::TensorType& type = graph.value(output).type;
    if (!core::is_static(type.dims)) return false;
    output_elems += core::elems(type.dims);
    output_bytes += core::dtype_bytes(type.dtype, core::elems(type.dims));
  }
  return (output_bytes <= kMaxGrownBytes || output_elems <= input_elems) &&
         count_work(graph, node, output_elems) <= kMaxWork;
}

bool can_evaluate(const ir::Graph& graph, const ir::Node& node) {
  for (const ir::ValueId input : node.inputs)
    if (input && !is_constant(graph, input)) return false;
  return node.op->reference != nullptr && ops::is_repeatable(*node.op, node.attributes) &&
         is_affordable(graph, node);
}

/// True when the elements of every output are known on the host.
bool is_known_on_host(const ir::Graph& graph, const ir::Node& node) {
  return std::all_of(node.outputs.begin(), node.outputs.end(), [&](ir::ValueId id) {
    const ir::Value& value = graph.value(id);
    return ops::is_known(value.host) && core::is_static(value.type.dims);
  });
}

ir::ConstantData from_host(const ir::Value& value) {
  const std::vector<double> elements(value.host->begin(), value.host->end());
  if (value.type.dtype != DataType::Int64)
    return ir::make_constant_data(value.type.dtype, elements);
  const auto owned = std::make_shared<const std::vector<int64_t>>(*value.host);
  return {std::shared_ptr<const void>(owned, owned->data()), owned->size() * sizeof(int64_t)};
}

/// A graph output that is a constant already goes through an Identity node, which stays.
bool is_output_copy(const ir::Graph& graph, const ir::Node& node) {
  return std::string_view(node.op->name) == "Identity" && graph.value(node.outputs[0]).is_output;
}

void fold_node(ir::Graph& graph, ir::NodeId id, bool from_shapes) {
  const ir::Node& node = graph.node(id);
  ir::Patch patch(graph);
  if (from_shapes) {
    for (const ir::ValueId output : node.outputs) {
      const ir::Value& value = graph.value(output);
      patch.replace(output, patch.add_constant(node.name, value.type.dtype, value.type.dims,
                                               from_host(value)));
    }
  } else {
    std::vector<std::optional<ir::Constant>> inputs;
    for (const ir::ValueId input : node.inputs)
      inputs.push_back(input ? std::optional(ir::constant_of(graph, input)) : std::nullopt);
    std::vector<ir::Constant> results = ir::compute(*node.op, node.attributes, inputs);
    const auto quantized = find_quantized(graph, node);
    for (size_t i = 0; i < results.size(); ++i) {
      results[i].data.dequantized_from = quantized;
      patch.replace(node.outputs[i], patch.add_constant(node.name, results[i]));
    }
  }
  patch.apply(graph);
}

int fold(ir::Graph& graph, bool quantized) {
  int changes = 0;
  for (const ir::NodeId id : graph.topological_order()) {
    const ir::Node& node = graph.node(id);
    if (!node.alive || is_quantization(node) != quantized || is_output_copy(graph, node)) continue;
    const bool from_shapes = is_known_on_host(graph, node);
    if (!from_shapes && !can_evaluate(graph, node)) continue;
    fold_node(graph, id, from_shapes);
    ++changes;
  }
  return changes;
}

}  // namespace

int fold_constants(ir::Graph& graph) { return fold(graph, false); }

int fold_quantized_constants(ir::Graph& graph) { return fold(graph, true); }

}  // namespace trtlike::optimizer
