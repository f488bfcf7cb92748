// Attention as ONNX Runtime's optimizer and exporters write it (domain com.microsoft): Attention,
// MultiHeadAttention, GroupQueryAttention, RotaryEmbedding.
#include <cmath>

#include "onnx/heads.h"
#include "ops/shapes/reduce_shape.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

constexpr const char* kMicrosoft = "com.microsoft";
constexpr int64_t kFill = 3;  ///< SampleMode of a slice that reaches outside

void check_absent(NodeContext& node, size_t input, const char* what) {
  if (node.has_input(input))
    node.fail_input(Code::UnsupportedNodeInput, input,
                    core::str("expected no ", what, ", got one."));
}

void check_zero(NodeContext& node, const char* attribute) {
  const int64_t value = node.get_int(attribute, 0);
  if (value != 0) node.fail_attribute(attribute, core::str("expected 0, got ", value, "."));
}

/// Element `index` of an axis, without that axis.
ValueId element(NodeContext& node, ValueId x, int64_t index, int64_t axis) {
  const ValueId at = node.add_constant(DataType::Int64, {}, {static_cast<double>(index)});
  return node.add("Gather", {x, at}, {{"axis", axis}}, "part");
}

ValueId plus(NodeContext& node, ValueId a, ValueId b, const char* suffix) {
  if (!a || !b) return a ? a : b;
  return elementwise(node, Op::Sum, a, b, suffix);
}

double scale_of(NodeContext& node, ValueId query) {
  const double scale = node.get_float("scale", 0.0);
  return scale != 0 ? scale : default_scale(node, query, 0);
}

/// softmax(scale query key^T + bias) value, by heads.
ValueId attend(NodeContext& node, ValueId query, ValueId key, ValueId value, ValueId bias) {
  ValueId scores = scaled_scores(node, query, key, scale_of(node, query));
  scores = plus(node, scores, bias, "masked");
  const ValueId weights = node.add("Softmax", {scores}, {{"axes", axes_mask({3})}}, "softmax");
  return join_heads(node, node.add("MatrixMultiply", {weights, value}, {}, "weighted"));
}

struct Operands {
  ValueId query, key, value;
  Extent past = 0;
};

/// 0 where the flags say so, the model's filter value elsewhere.
ValueId mask_bias(NodeContext& node, ValueId keep, DataType dtype) {
  return as_bias(node, keep, dtype, node.get_float("mask_filter_value", -10000.0));
}

/// What masked keys add to the scores. The mask has lengths [B], or 1 where a key counts, as [B,
/// T], [B, S, T] or [B, 1, T, T].
ValueId key_mask(NodeContext& node, size_t input, const Operands& operands, DataType dtype) {
  const ValueId mask = node.input(input);
  const Extent keys = extent_of(node, operands.key, 2);
  const int rank = node.rank(mask);
  if (rank == 1) {
    const int64_t batch = node.dims(operands.query)[0], given = node.dims(mask)[0];
    if (core::is_known(batch) && core::is_known(given) && given != batch)
      node.fail_input(
          Code::UnsupportedNodeInput, input,
          core::str("expected one length for each of ", batch, " sequences, got ", given, "."));
    const ValueId columns = unsqueeze(node, count_up(node, keys), {0});
    const ValueId lengths = unsqueeze(node, cast(node, mask, DataType::Int64), {1});
    const ValueId keep = elementwise(node, Op::Less, columns, lengths, "padding");
    return mask_bias(node, unsqueeze(node, keep, {1, 2}), dtype);
  }
  const ValueId is_zero = elementwise(node, Op::Equal, mask, 0.0, "is_masked");
  ValueId keep = unary(node, UnaryOperation::Not, is_zero, "keep");
  if (rank == 2) keep = unsqueeze(node, keep, {1, 2});
  if (rank == 3) keep = unsqueeze(node, keep, {1});
  if (rank == 4) {
    // Rows of queries behind the past.
    SliceArguments part;
    part.axes = {2, 3};
    part.start = {operands.past, 0};
    part.shape = {extent_of(node, operands.query, 2), keys};
    part.stride = {1, 1};
    keep = cast(node, slice(node, cast(node, keep, DataType::Int32), part, "rows"), DataType::Bool);
  }
  return mask_bias(node, keep, dtype);
}

/// Keys behind a query do not count.
ValueId causal_bias(NodeContext& node, const Operands& operands, DataType dtype) {
  const ValueId columns = unsqueeze(node, count_up(node, extent_of(node, operands.key, 2)), {0});
  const ValueId rows = unsqueeze(node, count_up(node, extent_of(node, operands.query, 2)), {1});
  const ValueId offset = unsqueeze(node, shape_tensor(node, {operands.past}), {1});
  const ValueId last = elementwise(node, Op::Sum, rows, offset, "causal");
  const ValueId later = elementwise(node, Op::Greater, columns, last, "causal");
  return as_bias(node, unary(node, UnaryOperation::Not, later, "causal"), dtype, -INFINITY);
}

ValueId all_biases(NodeContext& node, const Operands& operands, size_t mask, size_t added) {
  const DataType dtype = node.dtype(operands.query);
  ValueId bias;
  if (node.has_input(mask)) bias = key_mask(node, mask, operands, dtype);
  if (node.get_int("unidirectional", 0) != 0)
    bias = plus(node, bias, causal_bias(node, operands, dtype), "bias");
  return node.has_input(added) ? plus(node, bias, node.input(added), "bias") : bias;
}

/// Takes part after part of the last axis.
struct Parts {
  ValueId x;
  int64_t begin = 0;

  ValueId take(NodeContext& node, int64_t count) {
    const ValueId part = last_axis(node, x, begin, count);
    begin += count;
    return part;
  }
};

/// One product makes queries, keys and values.
Outputs import_attention(NodeContext& node) {
  check_absent(node, 6, "length of a shared past");
  check_zero(node, "do_rotary");
  const ValueId weights = node.input(1);
  const int64_t width = known_extent(node, weights, 1, 1, "number of columns");
  const int64_t heads = node.get_int("num_heads");
  const auto sizes =
      node.get_ints("qkv_hidden_sizes", std::vector<int64_t>{width / 3, width / 3, width / 3});
  if (sizes.size() != 3 || sizes[0] + sizes[1] + sizes[2] != width)
    node.fail_attribute("qkv_hidden_sizes", core::str("expected three numbers whose sum is ", width,
                                                      ", got [", core::join(sizes), "]."));
  std::vector<ValueId> factors{node.input(0), weights};
  equalize_ranks(node, factors);
  const ValueId product = node.add("MatrixMultiply", factors, {}, "projection");
  Parts parts{plus(node, product, node.optional_input(2), "projection")};
  Operands operands{};
  operands.query = split_heads(node, parts.take(node, sizes[0]), heads);
  operands.key = split_heads(node, parts.take(node, sizes[1]), heads);
  operands.value = split_heads(node, parts.take(node, sizes[2]), heads);
  Outputs outputs(2);
  if (node.has_input(4)) {
    const ValueId past = node.input(4);
    operands.past = extent_of(node, past, 3);
    operands.key = concat(node, {element(node, past, 0, 0), operands.key}, 2, "keys");
    operands.value = concat(node, {element(node, past, 1, 0), operands.value}, 2, "values");
  }
  if (node.wants_output(1))
    outputs[1] =
        concat(node, {unsqueeze(node, operands.key, {0}), unsqueeze(node, operands.value, {0})}, 0,
               "present");
  const ValueId bias = all_biases(node, operands, 3, 5);
  outputs[0] = attend(node, operands.query, operands.key, operands.value, bias);
  return outputs;
}

/// Queries, keys and values apart ([B, S, H D], keys and values of another attention by heads), or
/// packed ([B, S, H, 3, D], or keys with values [B, T, H, 2, D]).
Operands multi_head_operands(NodeContext& node) {
  const int64_t heads = node.get_int("num_heads");
  const ValueId query = node.input(0);
  const auto packed = [&](ValueId x, int64_t index) {
    return transpose(node, element(node, x, index, 3), {0, 2, 1, 3}, "heads");
  };
  if (node.rank(query) == 5) {
    check_absent(node, 3, "bias for packed operands");
    return {packed(query, 0), packed(query, 1), packed(query, 2)};
  }
  const ValueId key = node.input(1);
  Parts biases{node.optional_input(3)};
  const auto split = [&](size_t input) {
    ValueId x = node.input(input);
    if (node.rank(x) == 4) return x;
    if (biases.x)
      x = plus(node, x, biases.take(node, known_extent(node, x, 2, input, "number of columns")),
               "bias");
    return split_heads(node, x, heads);
  };
  const ValueId split_query = split(0);
  if (node.rank(key) == 5) return {split_query, packed(key, 0), packed(key, 1)};
  const ValueId split_key = split(1);
  return {split_query, split_key, split(2)};
}

Outputs import_multi_head_attention(NodeContext& node) {
  check_absent(node, 8, "length of a shared past");
  Operands operands = multi_head_operands(node);
  if (node.has_input(6)) {
    operands.past = extent_of(node, node.input(6), 2);
    operands.key = concat(node, {node.input(6), operands.key}, 2, "keys");
    operands.value = concat(node, {node.input(7), operands.value}, 2, "values");
  }
  const ValueId bias = all_biases(node, operands, 4, 5);
  return {attend(node, operands.query, operands.key, operands.value, bias), operands.key,
          operands.value};
}

/// Rows of the tables of cosines and sines at these positions ([B or 1, S]).
Rotation rotation_at(NodeContext& node, ValueId positions, size_t cosine, size_t sine) {
  const auto rows = [&](size_t table) {
    const ValueId gathered =
        node.add("Gather", {node.input(table), positions}, {{"axis", int64_t{0}}}, "positions");
    return unsqueeze(node, gathered, {2});
  };
  return {.cosine = rows(cosine),
          .sine = rows(sine),
          .turned = 2 * known_extent(node, node.input(cosine), 1, cosine, "number of columns")};
}

Outputs import_rotary_embedding(NodeContext& node) {
  check_zero(node, "is_packed_batching");
  ValueId x = node.input(0);
  const bool is_flat = node.rank(x) == 3;
  const int64_t half = known_extent(node, node.input(2), 1, 2, "number of columns");
  if (is_flat) {
    const int64_t heads = node.get_int("num_heads", 0);
    x = heads > 0 ? reshape(node, x, {0, 0, heads, -1}, "heads")
                  : reshape(node, x, {0, 0, -1, 2 * half}, "heads");
  } else {
    x = transpose(node, x, {0, 2, 1, 3}, "heads");
  }
  ValueId positions = cast(node, node.input(1), DataType::Int64);
  if (node.rank(positions) == 1)
    positions = unsqueeze(
        node,
        elementwise(node, Op::Sum, count_up(node, extent_of(node, x, 1)), positions, "positions"),
        {0});
  Rotation rotation = rotation_at(node, positions, 2, 3);
  rotation.interleaved = node.get_int("interleaved", 0) != 0;
  ValueId y = rotate_pairs(node, x, rotation, 0);
  const double scale = node.get_float("scale", 1.0);
  if (scale != 1.0) y = elementwise(node, Op::Prod, y, scale, "scale");
  return {is_flat ? reshape(node, y, {0, 0, -1}) : transpose(node, y, {0, 2, 1, 3})};
}

/// Where the tokens of a step stand in a cache whose sequences have lengths of their own.
struct Cache {
  Extent tokens;    ///< of this step
  Extent length;    ///< of the cache behind it
  ValueId first;    ///< [B, 1]: the position of a sequence's first token of this step
  ValueId indices;  ///< [B, S]: of each
};

Cache read_cache(NodeContext& node, ValueId query) {
  Cache cache;
  cache.tokens = extent_of(node, query, 1);
  const Extents total = read_extents(node, node.input(6));
  if (total.size() != 1)
    node.fail_input(Code::InvalidNode, 6,
                    core::str("expected one element, got ", total.size(), "."));
  const Extent past = node.has_input(3) ? extent_of(node, node.input(3), 2) : Extent(0);
  cache.length = maximum(node, past, total[0]);
  // All tokens of a first step are new: theirs begin at 0 whatever their sequence's length.
  const Extent is_later = minimum(node, subtract(node, total[0], cache.tokens), 1);
  const ValueId lengths =
      reshape(node, cast(node, node.input(5), DataType::Int64), {-1, 1}, "lengths");
  const Extent before = subtract(node, 1, cache.tokens);
  const auto tensor = [&](const Extent& extent) { return shape_tensor(node, {extent}); };
  const ValueId begun = elementwise(node, Op::Sum, lengths, tensor(before), "first");
  cache.first = elementwise(node, Op::Prod, begun, tensor(is_later), "first");
  cache.indices = elementwise(node, Op::Sum, cache.first,
                              unsqueeze(node, count_up(node, cache.tokens), {0}), "indices");
  return cache;
}

/// The cache `past` ([B, H, P, D], or none) with the step's elements ([B, H, S, D]) in their
/// places.
ValueId store(NodeContext& node, const Cache& cache, size_t past, ValueId x) {
  Extents extents = extents_of(node, x);
  extents[2] = cache.length;
  ValueId base;
  if (node.has_input(past)) {
    SliceArguments whole;
    whole.axes = {2};
    whole.start = {0};
    whole.shape = {cache.length};
    whole.stride = {1};
    whole.mode = kFill;
    base = slice(node, node.input(past), whole, "past");
  } else {
    base = expand_to(node, node.add_constant(node.dtype(x), Dims::filled(4, 1), {0.0}), extents,
                     "past");
  }
  const ValueId indices =
      expand_to(node, unsqueeze(node, cache.indices, {1, 3}), extents_of(node, x), "indices");
  return node.add("Scatter", {base, indices, x},
                  {{"mode", enum_number(ScatterMode::Element)}, {"axis", int64_t{2}}}, "present");
}

/// Each token sees those up to itself, or the last few of them.
ValueId cache_bias(NodeContext& node, const Cache& cache, DataType dtype) {
  const ValueId columns = unsqueeze(node, count_up(node, cache.length), {0, 1, 2});
  const ValueId rows = unsqueeze(node, cache.indices, {1, 3});
  const ValueId later = elementwise(node, Op::Greater, columns, rows, "causal");
  ValueId keep = unary(node, UnaryOperation::Not, later, "causal");
  const int64_t window = node.get_int("local_window_size", -1);
  if (window >= 0) {
    const ValueId distance = elementwise(node, Op::Sub, rows, columns, "window");
    const ValueId is_near =
        elementwise(node, Op::Less, distance, static_cast<double>(window), "window");
    keep = elementwise(node, Op::And, keep, is_near, "window");
  }
  return as_bias(node, keep, dtype, -INFINITY);
}

Outputs import_group_query_attention(NodeContext& node) {
  check_absent(node, 11, "sink of heads");
  for (const char* attribute : {"smooth_softmax", "qk_output", "kv_cache_bit_width"})
    check_zero(node, attribute);
  const int64_t heads = node.get_int("num_heads"), kv_heads = node.get_int("kv_num_heads");
  const ValueId input = node.input(0);
  Operands operands{input, node.optional_input(1), node.optional_input(2), 0};
  if (!operands.key) {
    const int64_t size =
        known_extent(node, input, 2, 0, "number of columns") / (heads + 2 * kv_heads);
    Parts parts{input};
    operands.query = parts.take(node, heads * size);
    operands.key = parts.take(node, kv_heads * size);
    operands.value = parts.take(node, kv_heads * size);
  }
  const Cache cache = read_cache(node, input);
  ValueId query = reshape(node, operands.query, {0, 0, heads, -1}, "heads");
  ValueId key = reshape(node, operands.key, {0, 0, kv_heads, -1}, "heads");
  if (node.get_int("do_rotary", 0) != 0) {
    const ValueId positions = node.has_input(9) ? node.input(9) : cache.indices;
    Rotation rotation = rotation_at(node, positions, 7, 8);
    rotation.interleaved = node.get_int("rotary_interleaved", 0) != 0;
    query = rotate_pairs(node, query, rotation, 0);
    key = rotate_pairs(node, key, rotation, 1);
  }
  const auto by_heads = [&](ValueId x) { return transpose(node, x, {0, 2, 1, 3}, "heads"); };
  const ValueId present_key = store(node, cache, 3, by_heads(key));
  const ValueId present_value = store(node, cache, 4, split_heads(node, operands.value, kv_heads));
  ValueId bias = cache_bias(node, cache, node.dtype(input));
  if (node.has_input(10)) bias = plus(node, bias, node.input(10), "bias");
  const ValueId y = attend(node, by_heads(query), repeat_heads(node, present_key, heads),
                           repeat_heads(node, present_value, heads), bias);
  return {y, present_key, present_value};
}

constexpr Importer kImporters[] = {
    {"Attention", import_attention, 0, kMicrosoft},
    {"MultiHeadAttention", import_multi_head_attention, 0, kMicrosoft},
    {"GroupQueryAttention", import_group_query_attention, 0, kMicrosoft},
    {"RotaryEmbedding", import_rotary_embedding, 0, kMicrosoft},
};

}  // namespace

std::span<const Importer> contrib_attention_importers() { return kImporters; }

}  // namespace trtlike::onnx
