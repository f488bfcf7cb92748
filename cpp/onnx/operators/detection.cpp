// Operators whose output extents follow from the elements: NonZero, Compress, NonMaxSuppression.
#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

/// A comparison with 0 where the elements are no integers or booleans.
ValueId as_flags(NodeContext& node, ValueId x) {
  if (!core::is_floating_point(node.dtype(x))) return x;
  const ValueId is_zero = elementwise(node, ElementWiseOperation::Equal, x, 0.0, "is_zero");
  return unary(node, UnaryOperation::Not, is_zero, "flags");
}

Outputs import_non_zero(NodeContext& node) {
  ValueId x = as_flags(node, node.input(0));
  const bool is_scalar = node.rank(x) == 0;
  if (is_scalar) x = unsqueeze(node, x, {0});
  const ValueId indices = node.add("NonZero", {x});
  if (!is_scalar) return {indices};
  // A scalar has no axes to tell positions on.
  SliceArguments none;
  none.axes = {0};
  none.start = {0};
  none.shape = {0};
  none.stride = {1};
  return {slice(node, indices, none, "scalar")};
}

Outputs import_compress(NodeContext& node) {
  ValueId x = node.input(0);
  int axis = 0;
  if (node.has_attribute("axis"))
    axis = node.normalize_axis(node.get_int("axis"), node.rank(x));
  else
    x = reshape(node, x, {-1}, "flatten");
  const ValueId kept = squeeze(node, node.add("NonZero", {node.input(1)}, {}, "kept"), {0});
  return {node.add("Gather", {x, kept}, {{"axis", int64_t{axis}}})};
}

/// A scalar from a tensor of one element.
ValueId scalar(NodeContext& node, size_t i) {
  if (!node.has_input(i)) return {};
  const ValueId value = node.input(i);
  return node.rank(value) == 0 ? value : reshape(node, value, {}, "scalar");
}

Outputs import_non_max_suppression(NodeContext& node) {
  ValueId max_boxes = scalar(node, 2);
  if (!max_boxes) max_boxes = node.add_constant(DataType::Int64, {}, {0.0});
  const auto found = node.add_many(
      "NMS", {node.input(0), node.input(1), max_boxes, scalar(node, 3), scalar(node, 4)},
      {{"bounding_box_format", node.get_int("center_point_box", 0)}});
  // Only the filled rows of the list.
  return {node.add("Slice", {found[0], {}, found[1]},
                   {{"axes", std::vector<int64_t>{0}},
                    {"start", std::vector<int64_t>{0}},
                    {"stride", std::vector<int64_t>{1}}},
                   "rows")};
}

constexpr Importer kImporters[] = {
    {"NonZero", import_non_zero},
    {"Compress", import_compress},
    {"NonMaxSuppression", import_non_max_suppression},
};

}  // namespace

std::span<const Importer> detection_importers() { return kImporters; }

}  // namespace trtlike::onnx
