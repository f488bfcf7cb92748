// Softmax, LogSoftmax and Hardmax. Before opset 13 they see the input as a matrix, cut at `axis`.
#include <algorithm>

#include "onnx/extents.h"
#include "onnx/layers.h"
#include "ops/shapes/reduce_shape.h"

namespace trtlike::onnx {
namespace {

/// The input such that the operator works along one axis, and how to undo it.
struct Rows {
  ValueId x;
  int axis = 0;
  std::optional<Extents> original;
};

Rows read_rows(NodeContext& node) {
  const ValueId x = node.input(0);
  const int rank = node.rank(x);
  const bool is_old = node.opset() < 13;
  const int axis = node.normalize_axis(node.get_int("axis", is_old ? 1 : -1), rank);
  const Dims& dims = node.dims(x);
  const bool one_axis =
      !is_old || std::all_of(dims.begin() + axis + 1, dims.end(), [](int64_t e) { return e == 1; });
  if (one_axis) return {x, axis, std::nullopt};
  // Only what follows the axis is joined; the dimensions before it do not mix anyway.
  const Extents original = extents_of(node, x);
  Extents joined(original.begin(), original.begin() + axis);
  joined.push_back(product(node, {original.begin() + axis, original.end()}));
  return {reshape_to(node, x, joined, "flatten"), axis, original};
}

ValueId restore(NodeContext& node, const Rows& rows, ValueId result) {
  return rows.original ? reshape_to(node, result, *rows.original, "unflatten") : result;
}

Outputs import_softmax(NodeContext& node) {
  const Rows rows = read_rows(node);
  return {restore(node, rows, node.add("Softmax", {rows.x}, {{"axes", axes_mask({rows.axis})}}))};
}

Outputs import_log_softmax(NodeContext& node) {
  const Rows rows = read_rows(node);
  return {restore(node, rows, log_softmax(node, rows.x, rows.axis))};
}

/// 1 at the first maximum, 0 elsewhere.
Outputs import_hardmax(NodeContext& node) {
  const Rows rows = read_rows(node);
  const auto top = node.add_many("TopK", {rows.x},
                                 {{"op", enum_number(TopKOperation::Max)},
                                  {"k", int64_t{1}},
                                  {"axes", axes_mask({rows.axis})},
                                  {"indices_type", enum_number(DataType::Int64)}},
                                 "argmax");
  const ValueId index = squeeze(node, top[1], {rows.axis});
  const ValueId values = node.add_constant(node.dtype(rows.x), {2}, {0.0, 1.0});
  const Extent depth = extent_of(node, rows.x, rows.axis);
  const ValueId scalar_depth =
      depth.known ? node.add_constant(DataType::Int64, {}, {static_cast<double>(*depth.known)})
                  : squeeze(node, depth.value, {0});
  return {
      restore(node, rows,
              node.add("OneHot", {index, values, scalar_depth}, {{"axis", int64_t{rows.axis}}}))};
}

constexpr Importer kImporters[] = {
    {"Softmax", import_softmax},
    {"LogSoftmax", import_log_softmax},
    {"Hardmax", import_hardmax},
};

}  // namespace

std::span<const Importer> softmax_importers() { return kImporters; }

}  // namespace trtlike::onnx
