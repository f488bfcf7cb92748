// LinearAttention: attention whose memory of the past is one matrix a head, updated step by step,
// as ONNX defines it.
#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/elements.h"

namespace trtlike::ops {
namespace {

enum Input : size_t { kQuery, kKey, kValue, kPast, kDecay, kBeta };

/// Extents; -1 where they are not known.
struct Heads {
  int64_t batch, steps, query_heads, heads, key_size, value_size;
};

/// The extent that two tensors share, as far as one of them knows it.
int64_t shared(int64_t a, int64_t b) { return a < 0 ? b : a; }

int64_t size_of_head(const Dims& dims, int64_t heads, const char* what) {
  if (dims[2] < 0) return -1;
  TRTLIKE_CHECK(dims[2] % heads == 0, "[ops] ", what, ": expected a last extent that ", heads,
                " heads share, got ", dims, ".");
  return dims[2] / heads;
}

Heads read_heads(const Attributes& attributes, const Dims& query, const Dims& key,
                 const Dims& value) {
  Heads h{};
  h.query_heads = attributes.get_int("q_num_heads");
  h.heads = attributes.get_int("kv_num_heads");
  TRTLIKE_CHECK(h.heads >= 1 && h.query_heads >= 1 && h.query_heads % h.heads == 0,
                "[ops] attribute 'q_num_heads': expected a multiple of kv_num_heads, got ",
                h.query_heads, " and ", h.heads, ".");
  const auto known = [](int64_t a, int64_t b) { return shared(a, b); };
  h.batch = known(known(query[0], key[0]), value[0]);
  h.steps = known(known(query[1], key[1]), value[1]);
  h.key_size = known(size_of_head(query, h.query_heads, "input 0 'query'"),
                     size_of_head(key, h.heads, "input 1 'key'"));
  h.value_size = size_of_head(value, h.heads, "input 2 'value'");
  return h;
}

void check_rule(const InferArgs& args) {
  const std::string rule = args.attributes.get_string("update_rule");
  TRTLIKE_CHECK(
      rule == "linear" || rule == "gated" || rule == "delta" || rule == "gated_delta",
      "[ops] attribute 'update_rule': expected linear, gated, delta or gated_delta, got '", rule,
      "'.");
  const bool is_gated = rule.starts_with("gated"), is_delta = rule.ends_with("delta");
  TRTLIKE_CHECK(args.has_input(kDecay) == is_gated && args.has_input(kBeta) == is_delta,
                "[ops] inputs: expected ", is_gated ? "a decay" : "no decay", " and ",
                is_delta ? "a beta" : "no beta", " for the update rule ", rule, ", got ",
                args.has_input(kDecay) ? "a decay" : "no decay", " and ",
                args.has_input(kBeta) ? "a beta" : "no beta", ".");
}

void infer(const InferArgs& args) {
  const char* const names[] = {"query", "key", "value"};
  for (size_t i = kQuery; i <= kValue; ++i) {
    check_float(args, i, names[i]);
    TRTLIKE_CHECK(args.inputs[i].dims.rank() == 3, "[ops] input ", i, " '", names[i],
                  "': expected rank 3, got shape ", args.inputs[i].dims, ".");
  }
  check_rule(args);
  const Dims &query = args.inputs[kQuery].dims, &key = args.inputs[kKey].dims,
             &value = args.inputs[kValue].dims;
  const Heads h = read_heads(args.attributes, query, key, value);
  const auto joined = [](int64_t heads, int64_t size) { return size < 0 ? -1 : heads * size; };
  check_extents(args, kQuery, "query", {h.batch, h.steps, joined(h.query_heads, h.key_size)});
  check_extents(args, kKey, "key", {h.batch, h.steps, joined(h.heads, h.key_size)});
  check_extents(args, kValue, "value", {h.batch, h.steps, joined(h.heads, h.value_size)});
  const Dims state{h.batch, h.heads, h.key_size, h.value_size};
  check_extents(args, kPast, "past_state", state);
  if (args.has_input(kDecay) && !may_be(args.inputs[kDecay].dims, {h.batch, h.steps, h.heads}))
    check_extents(args, kDecay, "decay", {h.batch, h.steps, joined(h.heads, h.key_size)});
  if (args.has_input(kBeta) && !may_be(args.inputs[kBeta].dims, {h.batch, h.steps, 1}))
    check_extents(args, kBeta, "beta", {h.batch, h.steps, h.heads});
  args.outputs[0] = {args.inputs[kQuery].dtype,
                     {h.batch, h.steps, joined(h.query_heads, h.value_size)}};
  args.outputs[1] = {args.inputs[args.has_input(kPast) ? kPast : kQuery].dtype, state};
}

struct Operands {
  std::vector<double> query, key, value, state, decay, beta;
  double scale = 1;
};

/// Rows of [batch, steps, n] at one step.
const double* row(const std::vector<double>& x, const Heads& h, int64_t batch, int64_t step) {
  const auto rows = static_cast<size_t>(h.batch * h.steps);
  return x.data() + static_cast<size_t>(batch * h.steps + step) * (x.size() / rows);
}

/// One step of one head's memory: fades, then learns the step's pair of key and value.
void update(const Heads& h, const Operands& in, int64_t batch, int64_t step, int64_t head,
            double* state) {
  const int64_t n = h.key_size, m = h.value_size, rows = h.batch * h.steps;
  const double* key = row(in.key, h, batch, step) + head * n;
  std::vector<double> value(row(in.value, h, batch, step) + head * m,
                            row(in.value, h, batch, step) + (head + 1) * m);
  if (!in.decay.empty()) {
    const double* decay = row(in.decay, h, batch, step);
    const bool is_by_head = static_cast<int64_t>(in.decay.size()) == rows * h.heads;
    for (int64_t d = 0; d < n; ++d) {
      const double factor = std::exp(is_by_head ? decay[head] : decay[head * n + d]);
      for (int64_t j = 0; j < m; ++j) state[d * m + j] *= factor;
    }
  }
  if (!in.beta.empty()) {
    const bool is_shared = static_cast<int64_t>(in.beta.size()) == rows;
    const double beta = row(in.beta, h, batch, step)[is_shared ? 0 : head];
    std::vector<double> known(value.size(), 0.0);
    for (int64_t d = 0; d < n; ++d)
      for (int64_t j = 0; j < m; ++j) known[static_cast<size_t>(j)] += state[d * m + j] * key[d];
    for (size_t j = 0; j < value.size(); ++j) value[j] = beta * (value[j] - known[j]);
  }
  for (int64_t d = 0; d < n; ++d)
    for (int64_t j = 0; j < m; ++j) state[d * m + j] += key[d] * value[static_cast<size_t>(j)];
}

/// What the queries of one head read from its memory at a step.
void read_memory(const Heads& h, const Operands& in, int64_t batch, int64_t step, int64_t head,
                 const double* state, std::vector<double>& y) {
  const int64_t n = h.key_size, m = h.value_size, group = h.query_heads / h.heads;
  for (int64_t q = head * group; q < (head + 1) * group; ++q) {
    const double* query = row(in.query, h, batch, step) + q * n;
    double* to = y.data() + ((batch * h.steps + step) * h.query_heads + q) * m;
    for (int64_t d = 0; d < n; ++d)
      for (int64_t j = 0; j < m; ++j) to[j] += in.scale * query[d] * state[d * m + j];
  }
}

void reference(const ReferenceArgs& args) {
  const Heads h = read_heads(args.attributes, args.inputs[kQuery].dims, args.inputs[kKey].dims,
                             args.inputs[kValue].dims);
  const auto read = [&](Input i) {
    return args.has_input(i) ? read_elements(args.inputs[i]) : std::vector<double>();
  };
  Operands in{read(kQuery), read(kKey), read(kValue), read(kPast), read(kDecay), read(kBeta)};
  in.state.resize(static_cast<size_t>(args.outputs[1].elems()), 0.0);
  const double scale = args.attributes.get_float("scale");
  in.scale = scale == 0 ? 1 / std::sqrt(static_cast<double>(h.key_size)) : scale;
  std::vector<double> y(static_cast<size_t>(args.outputs[0].elems()), 0.0);
  for (int64_t b = 0; b < h.batch; ++b)
    for (int64_t head = 0; head < h.heads; ++head) {
      double* state = in.state.data() + (b * h.heads + head) * h.key_size * h.value_size;
      for (int64_t step = 0; step < h.steps; ++step) {
        update(h, in, b, step, head, state);
        read_memory(h, in, b, step, head, state, y);
      }
    }
  write_elements(y, args.outputs[0]);
  write_elements(in.state, args.outputs[1]);
}

int64_t count_operations(const InferArgs& args) {
  const int64_t rows = core::elems_between(args.inputs[kQuery].dims, 0, 2);
  const Dims& state = args.outputs[1].dims;
  const int64_t heads = args.attributes.get_int("q_num_heads") + 2 * state[1];
  return 2 * rows * heads * state[2] * state[3];
}

}  // namespace

const OpDefinition& linear_attention_op() {
  static const OpDefinition op{
      .name = "LinearAttention",
      .meaning = "attention whose memory is one matrix a head, updated step by step",
      .layer_type = LayerType::PluginV3,
      .attributes = {{"q_num_heads", int64_t{0}},
                     {"kv_num_heads", int64_t{0}},
                     {"scale", 0.0},
                     {"update_rule", std::string("gated_delta")}},
      .inputs = {{.name = "query"},
                 {.name = "key"},
                 {.name = "value"},
                 {.name = "past_state", .optional = true},
                 {.name = "decay", .optional = true},
                 {.name = "beta", .optional = true}},
      .num_outputs = 2,
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
