// CumSum to Cumulative.
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

Outputs import_cum_sum(NodeContext& node) {
  const auto axis = node.known_ints(node.input(1));
  ValueId axis_tensor = node.input(1);
  if (axis && axis->size() == 1) {
    const int positive = node.normalize_axis(axis->front(), node.rank(node.input(0)));
    axis_tensor = node.add_constant(DataType::Int64, {}, {static_cast<double>(positive)});
  } else if (node.rank(axis_tensor) == 1) {
    axis_tensor = squeeze(node, axis_tensor, {0});
  }
  return {node.add("Cumulative", {node.input(0), axis_tensor},
                   {{"op", enum_number(CumulativeOperation::Sum)},
                    {"exclusive", node.get_int("exclusive", 0) != 0},
                    {"reverse", node.get_int("reverse", 0) != 0}})};
}

constexpr Importer kImporters[] = {{"CumSum", import_cum_sum}};

}  // namespace

std::span<const Importer> cum_sum_importers() { return kImporters; }

}  // namespace trtlike::onnx
