// Attention: softmax(scale * Q K^T + mask) V for every head. Made by fusion only.
#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/shapes/attention_shape.h"

namespace trtlike::ops {
namespace {

using Strides = AttentionShape::Strides;

int64_t times(int64_t a, int64_t b) { return a < 0 || b < 0 ? core::kUnknownDim : a * b; }

void check_rank(const Dims& dims, int input, const char* name, int rank) {
  TRTLIKE_CHECK(dims.rank() == rank, "[ops] input ", input, " '", name, "': expected rank ", rank,
                ", got rank ", dims.rank(), " with shape ", dims, ".");
}

/// The known one of two extents that must agree.
int64_t agree(int64_t a, int64_t b, const char* what, const Dims& x, const Dims& y) {
  TRTLIKE_CHECK(a < 0 || b < 0 || a == b, "[ops] inputs of attention: expected equal ", what,
                ", got ", a, " and ", b, " with shapes ", x, " and ", y, ".");
  return std::max(a, b);
}

/// [B, H, S, D].
void read_separate_heads(AttentionShape& s, const Dims& q, const Dims& k, const Dims& v) {
  check_rank(q, 0, "query", 4);
  check_rank(k, 1, "key", 4);
  check_rank(v, 2, "value", 4);
  s.batch = agree(agree(q[0], k[0], "batches", q, k), v[0], "batches", q, v);
  s.heads = agree(agree(q[1], k[1], "heads", q, k), v[1], "heads", q, v);
  s.queries = q[2];
  s.keys = agree(k[2], v[2], "numbers of keys and values", k, v);
  s.depth = agree(q[3], k[3], "depths", q, k);
  s.value_depth = v[3];
  const auto dense = [&](int64_t rows, int64_t depth) {
    return Strides{times(times(s.heads, rows), depth), times(rows, depth), depth, 0};
  };
  s.query = dense(s.queries, s.depth);
  s.key = dense(s.keys, s.depth);
  s.value = dense(s.keys, s.value_depth);
  s.output = dense(s.queries, s.value_depth);
}

int64_t head_depth(int64_t width, int64_t parts, int input, const char* name, const Dims& dims) {
  if (width < 0) return width;
  TRTLIKE_CHECK(width % parts == 0, "[ops] input ", input, " '", name,
                "': expected a last extent that ", parts, " divides, got shape ", dims, ".");
  return width / parts;
}

/// [B, S, H * D] each.
void read_joined_heads(AttentionShape& s, const Dims& q, const Dims& k, const Dims& v) {
  check_rank(q, 0, "query", 3);
  check_rank(k, 1, "key", 3);
  check_rank(v, 2, "value", 3);
  s.batch = agree(agree(q[0], k[0], "batches", q, k), v[0], "batches", q, v);
  s.queries = q[1];
  s.keys = agree(k[1], v[1], "numbers of keys and values", k, v);
  s.depth = head_depth(agree(q[2], k[2], "depths", q, k), s.heads, 0, "query", q);
  s.value_depth = head_depth(v[2], s.heads, 2, "value", v);
  const auto joined = [&](int64_t rows, int64_t depth) {
    const int64_t row = times(s.heads, depth);
    return Strides{times(rows, row), depth, row, 0};
  };
  s.query = joined(s.queries, s.depth);
  s.key = joined(s.keys, s.depth);
  s.value = joined(s.keys, s.value_depth);
  s.output = joined(s.queries, s.value_depth);
}

/// [B, S, 3 * H * D].
void read_packed(AttentionShape& s, const Dims& q) {
  check_rank(q, 0, "query", 3);
  s.packed = true;
  s.batch = q[0];
  s.queries = s.keys = q[1];
  s.depth = s.value_depth = head_depth(q[2], 3 * s.heads, 0, "query", q);
  const int64_t width = times(s.heads, s.depth), row = times(3, width);
  s.query = {times(s.queries, row), s.depth, row, 0};
  s.key = s.value = s.query;
  s.key.base = width;
  s.value.base = times(2, width);
  s.output = {times(s.queries, width), s.depth, width, 0};
}

void read_mask(AttentionShape& s, const Dims& mask) {
  if (mask.rank() < 0) return;
  check_rank(mask, 3, "mask", 4);
  const Dims scores{s.batch, s.heads, s.queries, s.keys};
  for (int i = 0; i < 4; ++i)
    TRTLIKE_CHECK(mask[i] < 0 || mask[i] == 1 || scores[i] < 0 || mask[i] == scores[i],
                  "[ops] input 3 'mask': expected a shape that repeats to ", scores, ", got ", mask,
                  ".");
  if (!core::is_static(mask)) return;
  const Dims strides = broadcast_strides(mask, scores);
  s.mask = {strides[0], strides[1], strides[2], 0};
  s.mask_column = strides[3];
}

int64_t count_operations(const InferArgs& args) {
  const AttentionShape s =
      attention_shape(args.attributes, input_dims(args, 0), input_dims(args, 1),
                      input_dims(args, 2), input_dims(args, 3));
  return 2 * s.batch * s.heads * s.queries * s.keys * (s.depth + s.value_depth);
}

}  // namespace

AttentionShape attention_shape(const Attributes& attributes, const Dims& query, const Dims& key,
                               const Dims& value, const Dims& mask) {
  AttentionShape shape;
  shape.scale = attributes.get_float("scale");
  shape.causal = attributes.get_bool("causal");
  const int64_t heads = attributes.get_int("num_heads");
  TRTLIKE_CHECK(heads >= 0, "[ops] attribute 'num_heads': expected at least 0, got ", heads, ".");
  TRTLIKE_CHECK((key.rank() < 0) == (value.rank() < 0),
                "[ops] inputs 1 'key' and 2 'value': expected both or neither, got one.");
  if (heads == 0) {
    read_separate_heads(shape, query, key, value);
  } else {
    shape.heads = heads;
    key.rank() < 0 ? read_packed(shape, query) : read_joined_heads(shape, query, key, value);
  }
  read_mask(shape, mask);
  return shape;
}

Dims attention_output(const AttentionShape& s, int64_t num_heads_attribute) {
  if (num_heads_attribute == 0) return {s.batch, s.heads, s.queries, s.value_depth};
  return {s.batch, s.queries, times(s.heads, s.value_depth)};
}

namespace {

AttentionShape shape_of(const Attributes& attributes, auto&& inputs) {
  const auto dims = [&](size_t i) {
    return i < inputs.size() ? inputs[i].dims : Dims::unknown_rank();
  };
  return attention_shape(attributes, dims(0), dims(1), dims(2), dims(3));
}

void infer(const InferArgs& args) {
  check_float(args, 0, "query");
  for (size_t i = 1; i < 3; ++i)
    TRTLIKE_CHECK(!args.has_input(i) || args.inputs[i].dtype == args.inputs[0].dtype,
                  "[ops] input ", i, ": expected ", core::dtype_name(args.inputs[0].dtype),
                  " as input 0, got ", core::dtype_name(args.inputs[i].dtype), ".");
  if (args.has_input(3)) check_float(args, 3, "mask");
  const AttentionShape shape = shape_of(args.attributes, args.inputs);
  args.outputs[0] = {args.inputs[0].dtype,
                     attention_output(shape, args.attributes.get_int("num_heads"))};
}

/// Scores of a query, turned into weights that sum to 1.
void weigh(std::vector<double>& row) {
  const double most = *std::max_element(row.begin(), row.end());
  double sum = 0;
  for (double& v : row) {
    v = std::exp(v - most);
    sum += v;
  }
  for (double& v : row) v /= sum;
}

void reference(const ReferenceArgs& args) {
  const AttentionShape s = shape_of(args.attributes, args.inputs);
  const std::vector<double> first = read_elements(args.inputs[0]);
  const std::vector<double> second = s.packed ? first : read_elements(args.inputs[1]);
  const std::vector<double> third = s.packed ? first : read_elements(args.inputs[2]);
  const std::vector<double> mask =
      args.has_input(3) ? read_elements(args.inputs[3]) : std::vector<double>();
  std::vector<double> out(static_cast<size_t>(args.outputs[0].elems()));
  std::vector<double> row(static_cast<size_t>(s.keys));
  const auto at = [](const Strides& by, int64_t b, int64_t h, int64_t i) {
    return by.base + b * by.batch + h * by.head + i * by.row;
  };
  if (out.empty() || row.empty()) return write_elements(out, args.outputs[0]);
  for (int64_t b = 0; b < s.batch; ++b)
    for (int64_t h = 0; h < s.heads; ++h)
      for (int64_t i = 0; i < s.queries; ++i) {
        const double* q = first.data() + at(s.query, b, h, i);
        for (int64_t j = 0; j < s.keys; ++j) {
          const double* k = second.data() + at(s.key, b, h, j);
          double score = 0;
          for (int64_t d = 0; d < s.depth; ++d) score += q[d] * k[d];
          score *= s.scale;
          if (!mask.empty())
            score += mask[static_cast<size_t>(at(s.mask, b, h, i) + j * s.mask_column)];
          const bool hidden = s.causal && j > i;
          row[static_cast<size_t>(j)] = hidden ? -HUGE_VAL : score;
        }
        weigh(row);
        double* to = out.data() + at(s.output, b, h, i);
        const int64_t seen = s.causal ? std::min(s.keys, i + 1) : s.keys;
        for (int64_t j = 0; j < seen; ++j)
          for (int64_t d = 0; d < s.value_depth; ++d)
            to[d] +=
                row[static_cast<size_t>(j)] * third[static_cast<size_t>(at(s.value, b, h, j) + d)];
      }
  write_elements(out, args.outputs[0]);
}

}  // namespace

const OpDefinition& attention_op() {
  static const OpDefinition op{
      .name = "Attention",
      .meaning = "softmax(scale * Q K^T + mask) V for every head",
      .layer_type = kInternalLayer,
      .attributes = {{"num_heads", int64_t{0}}, {"scale", 1.0}, {"causal", false}},
      .inputs = {{.name = "query"},
                 {.name = "key", .optional = true},
                 {.name = "value", .optional = true},
                 {.name = "mask", .optional = true}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
