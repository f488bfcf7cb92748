// MaxPool and AveragePool to Pooling, LpPool through an average, global pools to Reduce.
#include <cmath>

#include "onnx/layers.h"
#include "onnx/window.h"
#include "ops/reduce_shape.h"

namespace trtlike::onnx {
namespace {

constexpr int64_t kMax = 0;
constexpr int64_t kAverage = 1;
constexpr int64_t kReduceMax = static_cast<int64_t>(ops::ReduceOperation::Max);
constexpr int64_t kReduceAverage = static_cast<int64_t>(ops::ReduceOperation::Avg);

ValueId add_pooling(NodeContext& node, int64_t type, ValueId x, bool excludes_padding) {
  const int rank = node.rank(x);
  if (rank < 3 || rank > 5)
    node.fail_input(Code::UnsupportedNodeShape, 0,
                    core::str("expected rank 3, 4 or 5, got rank ", rank, " with shape ",
                              node.dims(x).to_string(), "."));
  Window window = read_window(node, rank - 2, {});
  if (window.padding_mode == kRoundDown && node.get_int("ceil_mode", 0) != 0)
    window.padding_mode = kRoundUp;
  return node.add("Pooling", {x},
                  {{"type", type},
                   {"window_size", window.kernel},
                   {"stride", window.strides},
                   {"pre_padding", window.pre_padding},
                   {"post_padding", window.post_padding},
                   {"padding_mode", window.padding_mode},
                   {"average_count_excludes_padding", excludes_padding},
                   {"dilation", window.dilations}});
}

Outputs import_max_pool(NodeContext& node) {
  return {add_pooling(node, kMax, node.input(0), true)};
}

Outputs import_average_pool(NodeContext& node) {
  return {add_pooling(node, kAverage, node.input(0), node.get_int("count_include_pad", 0) == 0)};
}

/// (sum of |x|^p)^(1/p): the average over the whole window, padding included, times its size.
Outputs import_lp_pool(NodeContext& node) {
  const auto p = static_cast<double>(node.get_int("p", 2));
  const ValueId size = unary(node, UnaryOperation::Abs, node.input(0), "abs");
  const ValueId power = elementwise(node, ElementWiseOperation::Pow, size, p, "power");
  const ValueId mean = add_pooling(node, kAverage, power, false);
  double count = 1;
  for (const int64_t extent : node.get_ints("kernel_shape")) count *= static_cast<double>(extent);
  const ValueId sum = elementwise(node, ElementWiseOperation::Prod, mean, count, "sum");
  return {elementwise(node, ElementWiseOperation::Pow, sum, 1.0 / p, "root")};
}

Outputs import_global_pool(NodeContext& node) {
  const ValueId x = node.input(0);
  return {reduce(node, node.argument(), x, axes_between(2, node.rank(x)), true)};
}

Outputs import_global_lp_pool(NodeContext& node) {
  const ValueId x = node.input(0);
  const auto p = static_cast<double>(node.get_int("p", 2));
  const ValueId size = unary(node, UnaryOperation::Abs, x, "abs");
  const ValueId power = elementwise(node, ElementWiseOperation::Pow, size, p, "power");
  const ValueId sum = reduce(node, static_cast<int64_t>(ops::ReduceOperation::Sum), power,
                             axes_between(2, node.rank(x)), true);
  return {elementwise(node, ElementWiseOperation::Pow, sum, 1.0 / p, "root")};
}

constexpr Importer kImporters[] = {
    {"MaxPool", import_max_pool},
    {"AveragePool", import_average_pool},
    {"LpPool", import_lp_pool},
    {"GlobalMaxPool", import_global_pool, kReduceMax},
    {"GlobalAveragePool", import_global_pool, kReduceAverage},
    {"GlobalLpPool", import_global_lp_pool},
};

}  // namespace

std::span<const Importer> pooling_importers() { return kImporters; }

}  // namespace trtlike::onnx
