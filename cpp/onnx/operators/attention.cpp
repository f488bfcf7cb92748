// Attention (opset 23): heads, cache, mask, softmax, spelled out in matrix products.
#include <cmath>

#include "onnx/heads.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

struct Operands {
  ValueId query;
  ValueId key;
  ValueId value;
  /// Elements of the cache before this step.
  Extent past = 0;
};

/// [B, S, H * D] to [B, H, S, D]; other ranks are so already.
ValueId by_heads(NodeContext& node, size_t input, const char* attribute) {
  const ValueId x = node.input(input);
  if (node.rank(x) == 4) return x;
  node.check_rank(input, 3);
  return split_heads(node, x, node.get_int(attribute));
}

Operands read_operands(NodeContext& node, Outputs& outputs) {
  Operands operands{by_heads(node, 0, "q_num_heads"), by_heads(node, 1, "kv_num_heads"),
                    by_heads(node, 2, "kv_num_heads"), 0};
  if (node.has_input(4)) {
    operands.past = extent_of(node, node.input(4), 2);
    operands.key = concat(node, {node.input(4), operands.key}, 2, "keys");
  }
  if (node.has_input(5))
    operands.value = concat(node, {node.input(5), operands.value}, 2, "values");
  outputs[1] = operands.key;
  outputs[2] = operands.value;
  const int64_t heads = node.dims(operands.query)[1];
  operands.key = repeat_heads(node, operands.key, heads);
  operands.value = repeat_heads(node, operands.value, heads);
  return operands;
}

/// The mask of the model; keys beyond its end are masked.
ValueId model_mask(NodeContext& node, const Extent& keys, DataType dtype) {
  ValueId mask = node.input(3);
  if (node.dtype(mask) == DataType::Bool) mask = as_bias(node, mask, dtype, -INFINITY);
  const Extent width = extent_of(node, mask, node.rank(mask) - 1);
  if (width.known && (width.is(1) || !keys.known || *width.known >= *keys.known)) return mask;
  if (!width.known) return mask;
  SliceArguments padded;
  padded.axes = {node.rank(mask) - 1};
  padded.start = {0};
  padded.shape = {keys};
  padded.stride = {1};
  padded.mode = 3;
  padded.fill = node.add_constant(dtype, {}, {-INFINITY});
  return slice(node, mask, padded, "mask");
}

/// What is added to the scores; none without any mask.
ValueId bias_of(NodeContext& node, const Operands& operands, DataType dtype) {
  const Extent keys = extent_of(node, operands.key, 2);
  ValueId bias;
  const auto add_to_bias = [&](ValueId more) {
    bias = bias ? elementwise(node, Op::Sum, bias, more, "bias") : more;
  };
  if (node.has_input(3)) add_to_bias(model_mask(node, keys, dtype));
  const ValueId columns = unsqueeze(node, count_up(node, keys), {0});
  if (node.get_int("is_causal", 0) != 0) {
    const ValueId rows = unsqueeze(node, count_up(node, extent_of(node, operands.query, 2)), {1});
    const ValueId offset = unsqueeze(node, shape_tensor(node, {operands.past}), {1});
    const ValueId last = elementwise(node, Op::Sum, rows, offset, "causal");
    const ValueId later = elementwise(node, Op::Greater, columns, last, "causal");
    const ValueId keep = unary(node, UnaryOperation::Not, later, "causal");
    add_to_bias(as_bias(node, keep, dtype, -INFINITY));
  }
  if (node.has_input(6)) {
    const ValueId lengths = cast(node, node.input(6), DataType::Int64);
    const ValueId keep =
        elementwise(node, Op::Less, columns, unsqueeze(node, lengths, {1}), "padding");
    add_to_bias(as_bias(node, unsqueeze(node, keep, {1, 2}), dtype, -INFINITY));
  }
  return bias;
}

Outputs import_attention(NodeContext& node) {
  Outputs outputs(4);
  const DataType dtype = node.dtype(node.input(0));
  const Operands operands = read_operands(node, outputs);
  const double scale = node.has_attribute("scale") ? node.get_float("scale")
                                                   : default_scale(node, operands.query, 0);
  ValueId scores = scaled_scores(node, operands.query, operands.key, scale);
  const ValueId raw = scores;
  if (const ValueId bias = bias_of(node, operands, dtype))
    scores = elementwise(node, Op::Sum, scores, bias, "masked");
  const int64_t mode = node.get_int("qk_matmul_output_mode", 0);
  ValueId weights = scores;
  if (node.has_attribute("softmax_precision"))
    weights =
        cast(node, weights,
             to_dtype(static_cast<int32_t>(node.get_int("softmax_precision")), node.describe()));
  weights = node.add("Softmax", {weights}, {{"axes", axes_mask({3})}}, "softmax");
  weights = cast(node, weights, dtype);
  outputs[3] = mode == 3 ? weights : mode == 2 ? scores : raw;
  ValueId result = node.add("MatrixMultiply", {weights, operands.value});
  if (node.rank(node.input(0)) == 3) result = join_heads(node, result);
  outputs[0] = result;
  return outputs;
}

/// Pairs of elements turned by an angle that grows with the position.
Outputs import_rotary_embedding(NodeContext& node) {
  ValueId x = node.input(0);
  const bool is_flat = node.rank(x) == 3;
  if (is_flat)
    x = reshape(node, x, {0, 0, node.get_int("num_heads"), -1}, "heads");
  else
    x = transpose(node, x, {0, 2, 1, 3}, "heads");
  const auto angles = [&](size_t input) {
    ValueId table = node.input(input);
    if (node.has_input(3))
      table = node.add("Gather", {table, node.input(3)}, {{"axis", int64_t{0}}}, "positions");
    return unsqueeze(node, table, {2});
  };
  const ValueId result = rotate_pairs(node, x,
                                      {.cosine = angles(1),
                                       .sine = angles(2),
                                       .turned = node.get_int("rotary_embedding_dim", 0),
                                       .interleaved = node.get_int("interleaved", 0) != 0},
                                      0);
  return {is_flat ? reshape(node, result, {0, 0, -1}) : transpose(node, result, {0, 2, 1, 3})};
}

constexpr Importer kImporters[] = {
    {"Attention", import_attention},
    {"RotaryEmbedding", import_rotary_embedding},
};

}  // namespace

std::span<const Importer> attention_importers() { return kImporters; }

}  // namespace trtlike::onnx
