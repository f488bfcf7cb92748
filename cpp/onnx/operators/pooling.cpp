// MaxPool (with MaxUnpool) and AveragePool to Pooling, LpPool through an average, global pools to
// Reduce.
#include <algorithm>
#include <cmath>

#include "onnx/extents.h"
#include "onnx/layers.h"
#include "onnx/window.h"
#include "ops/shapes/reduce_shape.h"

namespace trtlike::onnx {
namespace {

constexpr int64_t kMax = enum_number(PoolingType::Max);
constexpr int64_t kAverage = enum_number(PoolingType::Average);
constexpr int64_t kReduceMax = static_cast<int64_t>(ReduceOperation::Max);
constexpr int64_t kReduceAverage = static_cast<int64_t>(ReduceOperation::Avg);

/// What the padding of auto_pad is missing on an axis: the elements that its windows together leave
/// out, where a stride is longer than a window. ONNX splits such a negative padding like any other:
/// windows start half of it into the input (half less one where SAME_LOWER halves an odd number).
Extent left_out_before(NodeContext& node, const Window& window, ValueId x, size_t i) {
  const int64_t stride = window.strides[i];
  const int64_t reach = (window.kernel[i] - 1) * window.dilations[i] + 1;
  if (stride - reach < 2) return 0;
  // (steps - 1) * stride + reach elements are looked at or skipped between windows.
  const Extent extent = extent_of(node, x, static_cast<int>(i) + 2);
  const Extent steps = floor_divide(node, add(node, extent, stride - 1), stride);
  const Extent covered = add(node, multiply(node, steps, stride), reach - stride);
  const Extent rest = subtract(node, extent, covered);
  const bool lower = window.padding_mode == kSameLower;
  return floor_divide(node, maximum(node, subtract(node, rest, lower ? 1 : 0), 0), 2);
}

ValueId skip_left_out(NodeContext& node, const Window& window, ValueId x) {
  SliceArguments arguments;
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    const Extent start = left_out_before(node, window, x, i);
    if (start.is(0)) continue;
    const int axis = static_cast<int>(i) + 2;
    arguments.axes.push_back(axis);
    arguments.start.push_back(start);
    arguments.shape.push_back(subtract(node, extent_of(node, x, axis), start));
    arguments.stride.push_back(1);
  }
  return arguments.axes.empty() ? x : slice(node, x, arguments, "left_out");
}

Window read_pooling_window(NodeContext& node, ValueId x) {
  const int rank = node.rank(x);
  if (rank < 3 || rank > 5)
    node.fail_input(Code::UnsupportedNodeShape, 0,
                    core::str("expected rank 3, 4 or 5, got rank ", rank, " with shape ",
                              node.dims(x).to_string(), "."));
  Window window = read_window(node, rank - 2, {});
  if (window.padding_mode == kRoundDown && node.get_int("ceil_mode", 0) != 0)
    window.padding_mode = kRoundUp;
  return window;
}

AttributeList pooling_attributes(int64_t type, const Window& window, bool excludes_padding) {
  return {{"type", type},
          {"window_size", window.kernel},
          {"stride", window.strides},
          {"pre_padding", window.pre_padding},
          {"post_padding", window.post_padding},
          {"padding_mode", window.padding_mode},
          {"average_count_excludes_padding", excludes_padding},
          {"dilation", window.dilations}};
}

ValueId add_pooling(NodeContext& node, int64_t type, ValueId x, const Window& window,
                    bool excludes_padding) {
  const bool is_same = window.padding_mode == kSameUpper || window.padding_mode == kSameLower;
  return node.add("Pooling", {is_same ? skip_left_out(node, window, x) : x},
                  pooling_attributes(type, window, excludes_padding));
}

Outputs import_max_pool(NodeContext& node) {
  const ValueId x = node.input(0);
  const Window window = read_pooling_window(node, x);
  Outputs outputs{add_pooling(node, kMax, x, window, true)};
  if (!node.wants_output(1)) return outputs;
  const bool is_same = window.padding_mode == kSameUpper || window.padding_mode == kSameLower;
  if (is_same && skip_left_out(node, window, x) != x)
    node.fail_attribute("auto_pad",
                        "expected strides that leave no elements out where indices are wanted, got "
                        "longer ones.");
  AttributeList attributes = pooling_attributes(kMax, window, true);
  attributes.emplace_back("storage_order", node.get_int("storage_order", 0));
  outputs.push_back(node.add("MaxPoolIndices", {x}, attributes, "indices"));
  return outputs;
}

/// Each element goes back to where its index says, zeros between them. An output shape that is
/// larger than that of the windows adds zeros behind.
Outputs import_max_unpool(NodeContext& node) {
  const ValueId x = node.input(0);
  const Window window = read_pooling_window(node, x);
  Extents extents = extents_of(node, x);
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    const int64_t rest = window.kernel[i] - window.pre_padding[i] - window.post_padding[i];
    const Extent steps = subtract(node, extents[i + 2], 1);
    extents[i + 2] = add(node, multiply(node, steps, window.strides[i]), rest);
  }
  const ValueId zeros = expand_to(node, node.add_constant(node.dtype(x), {1}, {0.0}),
                                  {product(node, extents)}, "zeros");
  const ValueId flat = node.add(
      "Scatter",
      {zeros, reshape(node, node.input(1), {-1}, "indices"), reshape(node, x, {-1}, "elements")},
      {{"mode", enum_number(ScatterMode::Element)}, {"axis", int64_t{0}}}, "scatter");
  const ValueId result = reshape_to(node, flat, extents);
  if (!node.has_input(2)) return {result};
  SliceArguments whole;
  whole.shape = read_extents(node, node.input(2));
  whole.start.assign(extents.size(), 0);
  whole.stride.assign(extents.size(), 1);
  whole.mode = 3;
  return {slice(node, result, whole, "output_shape")};
}

Outputs import_average_pool(NodeContext& node) {
  const ValueId x = node.input(0);
  return {add_pooling(node, kAverage, x, read_pooling_window(node, x),
                      node.get_int("count_include_pad", 0) == 0)};
}

/// With ceil_mode the last window may reach beyond the padding, where an average counts nothing:
/// more padding instead, so that every window is whole.
void complete_last_window(NodeContext& node, Window& window) {
  if (window.padding_mode != kRoundUp) return;
  window.padding_mode = kRoundDown;
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    const int64_t extent = node.dims(node.input(0))[static_cast<int>(i) + 2];
    const int64_t stride = window.strides[i];
    if (stride == 1) continue;
    if (!core::is_known(extent))
      node.fail_attribute("ceil_mode", core::str("expected 0 for extents that are not known, got "
                                                 "1 for shape ",
                                                 node.dims(node.input(0)).to_string(), "."));
    const int64_t reach = (window.kernel[i] - 1) * window.dilations[i] + 1;
    const int64_t room = extent + window.pre_padding[i] + window.post_padding[i] - reach;
    if (room < 0) continue;
    const int64_t last = (room + stride - 1) / stride * stride;
    if (last < extent + window.pre_padding[i]) window.post_padding[i] += last - room;
  }
}

/// (sum of |x|^p)^(1/p): the average over the whole window, padding included, times its size.
Outputs import_lp_pool(NodeContext& node) {
  const auto p = static_cast<double>(node.get_int("p", 2));
  const ValueId size = unary(node, UnaryOperation::Abs, node.input(0), "abs");
  const ValueId power = elementwise(node, ElementWiseOperation::Pow, size, p, "power");
  Window window = read_pooling_window(node, power);
  complete_last_window(node, window);
  const ValueId mean = add_pooling(node, kAverage, power, window, false);
  double count = 1;
  for (const int64_t extent : window.kernel) count *= static_cast<double>(extent);
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
  const ValueId sum = reduce(node, static_cast<int64_t>(ReduceOperation::Sum), power,
                             axes_between(2, node.rank(x)), true);
  return {elementwise(node, ElementWiseOperation::Pow, sum, 1.0 / p, "root")};
}

constexpr Importer kImporters[] = {
    {"MaxPool", import_max_pool},
    {"MaxUnpool", import_max_unpool},
    {"AveragePool", import_average_pool},
    {"LpPool", import_lp_pool},
    {"GlobalMaxPool", import_global_pool, kReduceMax},
    {"GlobalAveragePool", import_global_pool, kReduceAverage},
    {"GlobalLpPool", import_global_lp_pool},
};

}  // namespace

std::span<const Importer> pooling_importers() { return kImporters; }

}  // namespace trtlike::onnx
