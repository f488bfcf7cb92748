// Reshapes by heads, masks and rotations of attention in terms of layers.
#include "onnx/heads.h"

#include <cmath>

namespace trtlike::onnx {

using Op = ElementWiseOperation;

ValueId split_heads(NodeContext& node, ValueId x, int64_t heads) {
  const ValueId parts = reshape(node, x, {0, 0, heads, -1}, "heads");
  return transpose(node, parts, {0, 2, 1, 3}, "heads");
}

ValueId join_heads(NodeContext& node, ValueId x) {
  return reshape(node, transpose(node, x, {0, 2, 1, 3}, "join"), {0, 0, -1}, "join");
}

ValueId repeat_heads(NodeContext& node, ValueId x, int64_t query_heads) {
  const int64_t heads = node.dims(x)[1];
  if (heads == query_heads || !core::is_known(heads) || !core::is_known(query_heads)) return x;
  if (heads < 1 || query_heads % heads != 0)
    node.fail(Code::InvalidNode, core::str("expected heads of queries that are a multiple of those "
                                           "of keys and values, got ",
                                           query_heads, " and ", heads, "."));
  const Extents extents = extents_of(node, x);
  const ValueId wide = unsqueeze(node, x, {2});
  const int64_t repeats = query_heads / heads;
  const ValueId repeated =
      expand_to(node, wide, {extents[0], extents[1], repeats, extents[2], extents[3]}, "repeat");
  return reshape_to(node, repeated, {extents[0], query_heads, extents[2], extents[3]}, "repeat");
}

int64_t known_extent(NodeContext& node, ValueId x, int axis, size_t input, const char* what) {
  const int64_t extent = node.dims(x)[axis];
  if (!core::is_known(extent))
    node.fail_input(Code::UnsupportedNodeDynamic, input,
                    core::str("expected a ", what, " that is known, got shape ",
                              node.dims(node.input(input)).to_string(), "."));
  return extent;
}

double default_scale(NodeContext& node, ValueId query, size_t input) {
  return 1.0 / std::sqrt(static_cast<double>(known_extent(node, query, 3, input, "head size")));
}

ValueId scaled_scores(NodeContext& node, ValueId query, ValueId key, double scale) {
  ValueId scores = node.add("MatrixMultiply", {query, key},
                            {{"op1", enum_number(MatrixOperation::Transpose)}}, "scores");
  if (scale != 1.0) scores = elementwise(node, ElementWiseOperation::Prod, scores, scale, "scale");
  const double cap = node.get_float("softcap", 0.0);
  if (!(cap > 0)) return scores;
  const ValueId ratio = elementwise(node, ElementWiseOperation::Div, scores, cap, "softcap");
  const ValueId bounded = activation(node, ActivationType::Tanh, ratio, 0, 0, "softcap");
  return elementwise(node, ElementWiseOperation::Prod, bounded, cap, "softcap");
}

ValueId last_axis(NodeContext& node, ValueId x, int64_t start, int64_t count, int64_t stride) {
  SliceArguments part;
  part.axes = {node.rank(x) - 1};
  part.start = {start};
  part.shape = {count};
  part.stride = {stride};
  return slice(node, x, part, "part");
}

ValueId as_bias(NodeContext& node, ValueId keep, DataType dtype, double masked) {
  const Dims ones = Dims::filled(node.rank(keep), 1);
  return select(node, keep, node.add_constant(dtype, ones, {0.0}),
                node.add_constant(dtype, ones, {masked}), "mask");
}

ValueId rotate_pairs(NodeContext& node, ValueId x, const Rotation& rotation, size_t input) {
  const int64_t size = known_extent(node, x, 3, input, "head size");
  const int64_t turned = rotation.turned == 0 ? size : rotation.turned;
  const int64_t half = turned / 2;
  const bool interleaved = rotation.interleaved;
  const ValueId a = last_axis(node, x, 0, half, interleaved ? 2 : 1);
  const ValueId b = last_axis(node, x, interleaved ? 1 : half, half, interleaved ? 2 : 1);
  const auto times = [&](ValueId p, ValueId q) {
    return elementwise(node, Op::Prod, p, q, "turn");
  };
  const ValueId real =
      elementwise(node, Op::Sub, times(rotation.cosine, a), times(rotation.sine, b), "turn");
  const ValueId imaginary =
      elementwise(node, Op::Sum, times(rotation.sine, a), times(rotation.cosine, b), "turn");
  ValueId result;
  if (interleaved) {
    const ValueId pairs =
        concat(node, {unsqueeze(node, real, {4}), unsqueeze(node, imaginary, {4})}, 4, "pairs");
    result = reshape(node, pairs, {0, 0, 0, -1}, "pairs");
  } else {
    result = concat(node, {real, imaginary}, 3, "pairs");
  }
  if (turned < size)
    result = concat(node, {result, last_axis(node, x, turned, size - turned)}, 3, "rest");
  return result;
}

}  // namespace trtlike::onnx
