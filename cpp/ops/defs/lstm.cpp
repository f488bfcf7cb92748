// LSTM as ONNX defines it: all steps, one or two directions.
#include <algorithm>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/shapes/lstm_shape.h"

namespace trtlike::ops {
namespace {

enum Input : size_t { kX, kW, kR, kB, kLengths, kInitialH, kInitialC, kPeephole };

void infer(const InferArgs& args) {
  check_float(args, kX, "x");
  const LstmShape s =
      lstm_shape(args.attributes, args.inputs[kX].dims, args.inputs[kW].dims, args.inputs[kR].dims);
  const Dims state = recurrent_state(s);
  check_recurrent_operand(args, kB, "b", {s.directions, 8 * s.hidden});
  check_recurrent_operand(args, kLengths, "sequence_lens", {s.batch});
  TRTLIKE_CHECK(!args.has_input(kLengths) || core::is_integer(args.inputs[kLengths].dtype),
                "[ops] input 4 'sequence_lens': expected integers, got ",
                core::dtype_name(args.inputs[kLengths].dtype), ".");
  check_recurrent_operand(args, kInitialH, "initial_h", state);
  check_recurrent_operand(args, kInitialC, "initial_c", state);
  check_recurrent_operand(args, kPeephole, "p", {s.directions, 3 * s.hidden});
  const DataType dtype = args.inputs[kX].dtype;
  args.outputs[0] = {dtype, recurrent_output(s)};
  args.outputs[1] = args.outputs[2] = {dtype, state};
}

struct Operands {
  std::vector<double> x, w, r, b, lengths, h, c, p;
};

/// One sequence in one direction; `h` and `c` are its state.
void run_sequence(const LstmShape& s, const Operands& in, int64_t direction, int64_t sequence,
                  double* h, double* c, std::vector<double>& y) {
  const int64_t hidden = s.hidden;
  const double* w = in.w.data() + direction * 4 * hidden * s.inputs;
  const double* r = in.r.data() + direction * 4 * hidden * hidden;
  const double* b = in.b.empty() ? nullptr : in.b.data() + direction * 8 * hidden;
  const double* p = in.p.empty() ? nullptr : in.p.data() + direction * 3 * hidden;
  const auto& [f, g, out] = s.functions[static_cast<size_t>(direction)];
  const int64_t length =
      in.lengths.empty()
          ? s.steps
          : std::clamp<int64_t>(static_cast<int64_t>(in.lengths[static_cast<size_t>(sequence)]), 0,
                                s.steps);
  const auto clip = [&](double v) { return s.clip > 0 ? std::clamp(v, -s.clip, s.clip) : v; };
  std::vector<double> gates(static_cast<size_t>(4 * hidden));
  double *i_gate = gates.data(), *o_gate = i_gate + hidden, *f_gate = o_gate + hidden,
         *c_gate = f_gate + hidden;
  for (int64_t t = 0; t < length; ++t) {
    const int64_t step = s.is_backward(direction) ? length - 1 - t : t;
    const double* x = in.x.data() + s.x_offset(step, sequence);
    for (int64_t j = 0; j < 4 * hidden; ++j) {
      double sum = b == nullptr ? 0 : b[j] + b[4 * hidden + j];
      for (int64_t k = 0; k < s.inputs; ++k) sum += w[j * s.inputs + k] * x[k];
      for (int64_t k = 0; k < hidden; ++k) sum += r[j * hidden + k] * h[k];
      gates[static_cast<size_t>(j)] = sum;
    }
    double* to = y.data() + s.y_offset(step, direction, sequence);
    for (int64_t j = 0; j < hidden; ++j) {
      const double input = f(clip(i_gate[j] + (p == nullptr ? 0 : p[j] * c[j])));
      const double forget =
          s.input_forget ? 1 - input
                         : f(clip(f_gate[j] + (p == nullptr ? 0 : p[2 * hidden + j] * c[j])));
      c[j] = forget * c[j] + input * g(clip(c_gate[j]));
      to[j] = f(clip(o_gate[j] + (p == nullptr ? 0 : p[hidden + j] * c[j]))) * out(c[j]);
    }
    std::copy(to, to + hidden, h);
  }
}

void reference(const ReferenceArgs& args) {
  const LstmShape s =
      lstm_shape(args.attributes, args.inputs[kX].dims, args.inputs[kW].dims, args.inputs[kR].dims);
  const auto read = [&](Input i) {
    return args.has_input(i) ? read_elements(args.inputs[i]) : std::vector<double>();
  };
  const Operands in{read(kX),       read(kW),        read(kR),        read(kB),
                    read(kLengths), read(kInitialH), read(kInitialC), read(kPeephole)};
  const auto states = static_cast<size_t>(s.directions * s.batch * s.hidden);
  std::vector<double> y(static_cast<size_t>(args.outputs[0].elems()));
  std::vector<double> h = in.h, c = in.c;
  h.resize(states);
  c.resize(states);
  for (int64_t direction = 0; direction < s.directions; ++direction)
    for (int64_t sequence = 0; sequence < s.batch; ++sequence) {
      const int64_t at = s.state_offset(direction, sequence);
      run_sequence(s, in, direction, sequence, h.data() + at, c.data() + at, y);
    }
  write_elements(y, args.outputs[0]);
  write_elements(h, args.outputs[1]);
  write_elements(c, args.outputs[2]);
}

int64_t count_operations(const InferArgs& args) { return count_recurrent(args, 4); }

}  // namespace

const OpDefinition& lstm_op() {
  static const OpDefinition op{
      .name = "LSTM",
      .meaning = "a long short-term memory cell over all steps, in one or both directions",
      .layer_type = LayerType::PluginV3,
      .attributes = {{"hidden_size", int64_t{0}},
                     {"direction", std::string("forward")},
                     {"activations", std::string()},
                     {"activation_alpha", std::vector<double>()},
                     {"activation_beta", std::vector<double>()},
                     {"layout", int64_t{0}},
                     {"input_forget", int64_t{0}},
                     {"clip", 0.0}},
      .inputs = {{.name = "x"},
                 {.name = "w"},
                 {.name = "r"},
                 {.name = "b", .optional = true},
                 {.name = "sequence_lens", .optional = true},
                 {.name = "initial_h", .optional = true},
                 {.name = "initial_c", .optional = true},
                 {.name = "p", .optional = true}},
      .num_outputs = 3,
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
