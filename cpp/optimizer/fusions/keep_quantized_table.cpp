// Rows of a table that was dequantized are looked up among its integers, a quarter of the bytes in
// the plan and of what is read. Before rules that let programs read integers.
#include "ir/recipe.h"
#include "optimizer/match.h"
#include "optimizer/quantization/constants.h"
#include "optimizer/quantization/steps.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  /// Smaller tables are no burden.
  constexpr int64_t kFewElems = 4096;
  const ir::Node& node = graph.node(id);
  const ir::Value& table = graph.value(node.inputs[0]);
  const Dims& dims = table.type.dims;
  if (!node.op->is_lookup || !table.constant || table.type.dtype != DataType::Float ||
      core::elems(dims) < kFewElems)
    return std::nullopt;
  const auto quantization = quantization_of(*table.constant, dims);
  if (!quantization || quantization->axis() != core::Quantization::kNoAxis) return std::nullopt;
  const ir::QuantizedElements& stored = *table.constant->dequantized_from;
  if (!is_byte(stored.dtype)) return std::nullopt;

  ir::Patch patch(graph);
  patch.inherit_from(id);
  std::vector<ir::ValueId> inputs = node.inputs;
  inputs[0] = patch.add_constant(table.name, ir::integers_of(*table.constant, dims));
  const ir::ValueId rows = patch.add(node.op->name, node.name, inputs, attribute_list(node));
  const double zero = quantization->is_symmetric() ? 0 : quantization->zero_points()[0];
  const std::vector<double> scales{static_cast<double>(quantization->scales()[0])}, zeros{zero};
  patch.replace(node.outputs[0],
                patch.add("Dequantize", node.name + " dequantize",
                          {rows, patch.add_constant("scale", DataType::Float, {}, scales),
                           patch.add_constant("zero point", stored.dtype, {}, zeros)},
                          {{"to_type", enum_number(DataType::Float)}}));
  return patch;
}

}  // namespace

Rule keep_quantized_table() {
  return {"keep_quantized_table", "Gather(dequantized table) -> Dequantize(Gather(table))",
          "Gather", 345, rewrite};
}

}  // namespace trtlike::optimizer
