// CumSum to Cumulative; CumProd.
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

constexpr int64_t kSum = 0, kProduct = 1;

Outputs import_cumulative(NodeContext& node) {
  const auto axis = node.known_ints(node.input(1));
  ValueId axis_tensor = node.input(1);
  if (axis && axis->size() == 1) {
    const int positive = node.normalize_axis(axis->front(), node.rank(node.input(0)));
    axis_tensor = node.add_constant(DataType::Int64, {}, {static_cast<double>(positive)});
  } else if (node.rank(axis_tensor) == 1) {
    axis_tensor = squeeze(node, axis_tensor, {0});
  }
  AttributeList attributes{{"exclusive", node.get_int("exclusive", 0) != 0},
                           {"reverse", node.get_int("reverse", 0) != 0}};
  if (node.argument() == kProduct)
    return {node.add("CumProd", {node.input(0), axis_tensor}, attributes)};
  attributes.emplace_back("op", enum_number(CumulativeOperation::Sum));
  return {node.add("Cumulative", {node.input(0), axis_tensor}, attributes)};
}

constexpr Importer kImporters[] = {
    {"CumSum", import_cumulative, kSum},
    {"CumProd", import_cumulative, kProduct},
};

}  // namespace

std::span<const Importer> cum_sum_importers() { return kImporters; }

}  // namespace trtlike::onnx
