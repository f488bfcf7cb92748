// TopK, and ArgMax and ArgMin, which are its indices for k = 1.
#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

constexpr int64_t kMax = enum_number(TopKOperation::Max);
constexpr int64_t kMin = enum_number(TopKOperation::Min);
constexpr int64_t kInt64 = static_cast<int64_t>(DataType::Int64);

Outputs import_top_k(NodeContext& node) {
  const ValueId x = node.input(0);
  const int axis = node.normalize_axis(node.get_int("axis", -1), node.rank(x));
  AttributeList attributes{{"op", node.get_int("largest", 1) != 0 ? kMax : kMin},
                           {"axes", axes_mask({axis})},
                           {"indices_type", kInt64}};
  if (node.opset() < 10) {
    attributes.emplace_back("k", node.get_int("k"));
    return node.add_many("TopK", {x}, attributes);
  }
  if (const auto k = node.known_ints(node.input(1))) {
    if (k->size() != 1)
      node.fail_input(Code::InvalidNode, 1,
                      core::str("expected one element, got ", k->size(), "."));
    attributes.emplace_back("k", k->front());
    return node.add_many("TopK", {x}, attributes);
  }
  const ValueId k =
      node.rank(node.input(1)) == 0 ? node.input(1) : squeeze(node, node.input(1), {0});
  return node.add_many("TopK", {x, k}, attributes);
}

/// The first extreme element; the last one is the first of the reversed tensor.
Outputs import_arg(NodeContext& node) {
  const ValueId x = node.input(0);
  const int axis = node.normalize_axis(node.get_int("axis", 0), node.rank(x));
  const bool is_last = node.get_int("select_last_index", 0) != 0;
  ValueId from = x;
  const Extent extent = extent_of(node, x, axis);
  if (is_last) {
    SliceArguments reversed;
    reversed.shape = extents_of(node, x);
    for (int i = 0; i < node.rank(x); ++i) {
      reversed.start.push_back(i == axis ? subtract(node, extent, 1) : Extent(0));
      reversed.stride.push_back(i == axis ? -1 : 1);
    }
    from = slice(node, x, reversed, "reverse");
  }
  const auto outputs = node.add_many("TopK", {from},
                                     {{"op", node.argument()},
                                      {"k", int64_t{1}},
                                      {"axes", axes_mask({axis})},
                                      {"indices_type", kInt64}});
  ValueId index = outputs[1];
  if (is_last) {
    const ValueId last = shape_tensor(node, {subtract(node, extent, 1)});
    index = elementwise(node, ElementWiseOperation::Sub, last, index, "index");
  }
  return {node.get_int("keepdims", 1) != 0 ? index : squeeze(node, index, {axis})};
}

constexpr Importer kImporters[] = {
    {"TopK", import_top_k},
    {"ArgMax", import_arg, kMax},
    {"ArgMin", import_arg, kMin},
};

}  // namespace

std::span<const Importer> top_k_importers() { return kImporters; }

}  // namespace trtlike::onnx
