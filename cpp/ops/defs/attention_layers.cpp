// AttentionInput and AttentionOutput: the ends of attention in a network. The first computes it,
// for any number of heads of queries to one of keys; the second gives it on.
#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/block_quantization.h"
#include "ops/elements.h"
#include "trtlike/enums/transformer_enums.h"

namespace trtlike::ops {
namespace {

enum Input : size_t { kQuery, kKey, kValue, kMask, kQuantizationScale };

void check_operands(const InferArgs& args) {
  static constexpr const char* kNames[] = {"query", "key", "value"};
  for (size_t i = kQuery; i <= kValue; ++i) {
    check_float(args, i, kNames[i]);
    TRTLIKE_CHECK(args.inputs[i].dims.rank() == 4, "[ops] input ", i, " '", kNames[i],
                  "': expected shape [batch, heads, length, size], got ", args.inputs[i].dims, ".");
    TRTLIKE_CHECK(args.inputs[i].dtype == args.inputs[0].dtype, "[ops] input ", i, " '", kNames[i],
                  "': expected ", core::dtype_name(args.inputs[0].dtype), " as input 0, got ",
                  core::dtype_name(args.inputs[i].dtype), ".");
  }
  const Dims &q = args.inputs[kQuery].dims, &k = args.inputs[kKey].dims,
             &v = args.inputs[kValue].dims;
  TRTLIKE_CHECK(may_be(k, {q[0], core::kUnknownDim, core::kUnknownDim, q[3]}),
                "[ops] input 1 'key': expected batch and size of the query's shape ", q, ", got ",
                k, ".");
  TRTLIKE_CHECK(may_be(v, {k[0], k[1], k[2], core::kUnknownDim}),
                "[ops] input 2 'value': expected batch, heads and length of the key's shape ", k,
                ", got ", v, ".");
  TRTLIKE_CHECK(q[1] < 0 || k[1] <= 0 || q[1] % k[1] == 0,
                "[ops] input 1 'key': expected a number of heads that divides the query's ", q[1],
                ", got ", k[1], ".");
}

void check_mask(const InferArgs& args, const Dims& scores) {
  if (!args.has_input(kMask)) return;
  const TensorType& mask = args.inputs[kMask];
  TRTLIKE_CHECK(!args.attributes.get_bool("causal"),
                "[ops] input 3 'mask': expected none where causal is true, got one.");
  TRTLIKE_CHECK(mask.dtype == DataType::Bool || mask.dtype == args.inputs[0].dtype,
                "[ops] input 3 'mask': expected BOOL or ", core::dtype_name(args.inputs[0].dtype),
                " as input 0, got ", core::dtype_name(mask.dtype), ".");
  bool fits = mask.dims.rank() == 4;
  for (int d = 0; fits && d < 4; ++d)
    fits = mask.dims[d] == scores[d] || mask.dims[d] == 1 || mask.dims[d] < 0 || scores[d] < 0;
  TRTLIKE_CHECK(fits, "[ops] input 3 'mask': expected a shape that repeats to ", scores, ", got ",
                mask.dims, ".");
}

void infer(const InferArgs& args) {
  check_operands(args);
  const Dims &q = args.inputs[kQuery].dims, &v = args.inputs[kValue].dims;
  check_mask(args, {q[0], q[1], q[2], v[2]});
  const int64_t op = args.attributes.get_int("norm_op");
  TRTLIKE_CHECK(op >= 0 && op < kEnumCount<AttentionNormalizationOp>,
                "[ops] attribute 'norm_op': expected NONE (0) or SOFTMAX (1), got ", op, ".");
  const DataType to = to_type(args.attributes);
  check_one(args, kQuantizationScale, "normalization_quantize_scale");
  if (args.has_input(kQuantizationScale)) largest_step(to, "to_type");
  args.outputs[0] = {args.inputs[kQuery].dtype, {q[0], q[1], q[2], v[3]}};
}

/// Extents, and operands as numbers.
struct Operands {
  Dims q, k, v;
  std::vector<double> query, key, value, mask;
  Dims mask_strides;
  bool is_bool_mask = false;
};

Operands read_operands(const ReferenceArgs& args) {
  Operands o{args.inputs[kQuery].dims,
             args.inputs[kKey].dims,
             args.inputs[kValue].dims,
             read_elements(args.inputs[kQuery]),
             read_elements(args.inputs[kKey]),
             read_elements(args.inputs[kValue]),
             {},
             {},
             false};
  if (!args.has_input(kMask)) return o;
  o.mask = read_elements(args.inputs[kMask]);
  o.mask_strides = broadcast_strides(args.inputs[kMask].dims, {o.q[0], o.q[1], o.q[2], o.k[2]});
  o.is_bool_mask = args.inputs[kMask].dtype == DataType::Bool;
  return o;
}

/// The scores of a query, where those that it must not see are -infinity.
void score(const Operands& o, int64_t b, int64_t h, int64_t i, bool is_causal,
           std::vector<double>& row) {
  const int64_t kv_head = h / (o.q[1] / o.k[1]);
  const double* q = o.query.data() + ((b * o.q[1] + h) * o.q[2] + i) * o.q[3];
  for (int64_t j = 0; j < o.k[2]; ++j) {
    const double* k = o.key.data() + ((b * o.k[1] + kv_head) * o.k[2] + j) * o.k[3];
    double sum = 0;
    for (int64_t d = 0; d < o.q[3]; ++d) sum += q[d] * k[d];
    bool is_hidden = is_causal && j > i;
    if (!o.mask.empty()) {
      const Dims& by = o.mask_strides;
      const double mask =
          o.mask[static_cast<size_t>(b * by[0] + h * by[1] + i * by[2] + j * by[3])];
      if (o.is_bool_mask)
        is_hidden = mask == 0;
      else
        sum += mask;
    }
    row[static_cast<size_t>(j)] = is_hidden ? -HUGE_VAL : sum;
  }
}

/// Weights of the values: softmax of the scores, or themselves, 0 for what is not seen.
void normalize(std::vector<double>& row, AttentionNormalizationOp op) {
  if (op == AttentionNormalizationOp::None) {
    for (double& v : row)
      if (v == -HUGE_VAL) v = 0;
    return;
  }
  const double most = *std::max_element(row.begin(), row.end());
  double sum = 0;
  for (double& v : row) sum += v = std::exp(v - most);
  for (double& v : row) v /= sum;
}

/// To steps of the scale and back.
void round_to_steps(std::vector<double>& row, double scale, DataType type) {
  std::vector<std::byte> storage(row.size() + 1);
  const core::TensorView steps{storage.data(), type, {std::ssize(row)}};
  for (size_t i = 0; i < row.size(); ++i) {
    set_step(steps, static_cast<int64_t>(i), row[i], scale);
    row[i] = steps.at(static_cast<int64_t>(i)) * scale;
  }
}

void reference(const ReferenceArgs& args) {
  const Operands o = read_operands(args);
  const auto op = args.attributes.get_enum<AttentionNormalizationOp>("norm_op");
  const bool is_causal = args.attributes.get_bool("causal");
  std::vector<double> out(static_cast<size_t>(args.outputs[0].elems()));
  std::vector<double> row(static_cast<size_t>(o.k[2]));
  if (out.empty() || row.empty()) return write_elements(out, args.outputs[0]);
  double* to = out.data();
  for (int64_t b = 0; b < o.q[0]; ++b)
    for (int64_t h = 0; h < o.q[1]; ++h)
      for (int64_t i = 0; i < o.q[2]; ++i, to += o.v[3]) {
        score(o, b, h, i, is_causal, row);
        normalize(row, op);
        if (args.has_input(kQuantizationScale))
          round_to_steps(row, args.inputs[kQuantizationScale].at(0), to_type(args.attributes));
        const int64_t kv_head = h / (o.q[1] / o.k[1]);
        const double* v = o.value.data() + (b * o.v[1] + kv_head) * o.v[2] * o.v[3];
        for (int64_t j = 0; j < o.v[2]; ++j)
          for (int64_t d = 0; d < o.v[3]; ++d)
            to[d] += row[static_cast<size_t>(j)] * v[j * o.v[3] + d];
      }
  write_elements(out, args.outputs[0]);
}

int64_t count_operations(const InferArgs& args) {
  const Dims &q = args.inputs[kQuery].dims, &v = args.inputs[kValue].dims;
  return 2 * q[0] * q[1] * q[2] * v[2] * (q[3] + v[3]);
}

void infer_output(const InferArgs& args) { args.outputs[0] = args.inputs[0]; }

void copy(const ReferenceArgs& args) {
  write_elements(read_elements(args.inputs[0]), args.outputs[0]);
}

}  // namespace

const OpDefinition& attention_input_op() {
  static const OpDefinition op{
      .name = "AttentionInput",
      .meaning = "norm(Q K^T + mask) V for every head of queries",
      .layer_type = LayerType::AttentionInput,
      .attributes = {{"norm_op", enum_number(AttentionNormalizationOp::Softmax)},
                     {"causal", false},
                     {"decomposable", false},
                     {"to_type", int64_t{0}}},
      .inputs = {{.name = "query"},
                 {.name = "key"},
                 {.name = "value"},
                 {.name = "mask", .optional = true},
                 {.name = "normalization_quantize_scale", .optional = true}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = kDiminished,
  };
  return op;
}

const OpDefinition& attention_output_op() {
  static const OpDefinition op{
      .name = "AttentionOutput",
      .meaning = "the result of attention",
      .layer_type = LayerType::AttentionOutput,
      .attributes = {},
      .inputs = {{.name = "attention"}},
      .infer = infer_output,
      .reference = copy,
      .is_view = [](const InferArgs&) { return true; },
      .rounding = kMoved,
  };
  return op;
}

}  // namespace trtlike::ops
