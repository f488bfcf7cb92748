// GRU and RNN as ONNX defines them: all steps, one or two directions.
#include <algorithm>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/shapes/recurrent_shape.h"

namespace trtlike::ops {
namespace {

enum Input : size_t { kX, kW, kR, kB, kLengths, kInitialH };

/// What one step computes, by the number of gates: 3 for GRU, 1 for RNN.
constexpr int64_t kGruGates = 3;
constexpr int64_t kRnnGates = 1;

RecurrentShape shape_of(const ReferenceArgs& args, int64_t gates) {
  return recurrent_shape(args.attributes, args.inputs[kX].dims, args.inputs[kW].dims,
                         args.inputs[kR].dims, gates);
}

void infer_cell(const InferArgs& args, int64_t gates) {
  check_float(args, kX, "x");
  const RecurrentShape s = recurrent_shape(args.attributes, args.inputs[kX].dims,
                                           args.inputs[kW].dims, args.inputs[kR].dims, gates);
  check_recurrent_operand(args, kB, "b", {s.directions, 2 * gates * s.hidden});
  check_recurrent_operand(args, kLengths, "sequence_lens", {s.batch});
  check_recurrent_operand(args, kInitialH, "initial_h", recurrent_state(s));
  TRTLIKE_CHECK(!args.has_input(kLengths) || core::is_integer(args.inputs[kLengths].dtype),
                "[ops] input 4 'sequence_lens': expected integers, got ",
                core::dtype_name(args.inputs[kLengths].dtype), ".");
  const DataType dtype = args.inputs[kX].dtype;
  args.outputs[0] = {dtype, recurrent_output(s)};
  args.outputs[1] = {dtype, recurrent_state(s)};
}

struct Operands {
  std::vector<double> x, w, r, b, lengths, h;
};

/// Weights and functions of one direction.
struct Cell {
  const RecurrentShape* shape = nullptr;
  const double* w = nullptr;
  const double* r = nullptr;
  const double* b = nullptr;  ///< null without biases
  std::vector<CellFunction> functions;
  int64_t gates = kGruGates;
  bool linear_before_reset = false;

  double clip(double v) const {
    return shape->clip > 0 ? std::clamp(v, -shape->clip, shape->clip) : v;
  }
  double input_bias(int64_t row) const { return b == nullptr ? 0 : b[row]; }
  double state_bias(int64_t row) const { return b == nullptr ? 0 : b[gates * shape->hidden + row]; }
  /// Row `row` of W times x.
  double from_input(int64_t row, const double* x) const {
    double sum = 0;
    for (int64_t k = 0; k < shape->inputs; ++k) sum += w[row * shape->inputs + k] * x[k];
    return sum;
  }
  /// Row `row` of R times h.
  double from_state(int64_t row, const double* h) const {
    double sum = 0;
    for (int64_t k = 0; k < shape->hidden; ++k) sum += r[row * shape->hidden + k] * h[k];
    return sum;
  }
  double gate(int64_t row, const double* x, const double* h) const {
    return clip(from_input(row, x) + from_state(row, h) + input_bias(row) + state_bias(row));
  }
};

void step_rnn(const Cell& cell, const double* x, const double* h, double* next) {
  for (int64_t j = 0; j < cell.shape->hidden; ++j) next[j] = cell.functions[0](cell.gate(j, x, h));
}

/// z = f(W_z x + R_z h + b_z), r likewise, n = g(W_h x + R_h (r * h) + b_h) or, linear before the
/// reset, n = g(W_h x + r * (R_h h + b_Rh) + b_Wh);  h = (1 - z) * n + z * h.
void step_gru(const Cell& cell, const double* x, const double* h, double* next) {
  const int64_t hidden = cell.shape->hidden;
  std::vector<double> reset(static_cast<size_t>(hidden)), gated(static_cast<size_t>(hidden));
  for (int64_t j = 0; j < hidden; ++j) {
    const auto i = static_cast<size_t>(j);
    reset[i] = cell.functions[0](cell.gate(hidden + j, x, h));
    gated[i] = reset[i] * h[j];
  }
  for (int64_t j = 0; j < hidden; ++j) {
    const int64_t row = 2 * hidden + j;
    const double state =
        cell.linear_before_reset
            ? reset[static_cast<size_t>(j)] * (cell.from_state(row, h) + cell.state_bias(row))
            : cell.from_state(row, gated.data()) + cell.state_bias(row);
    const double candidate =
        cell.functions[1](cell.clip(cell.from_input(row, x) + state + cell.input_bias(row)));
    const double update = cell.functions[0](cell.gate(j, x, h));
    next[j] = (1 - update) * candidate + update * h[j];
  }
}

using Step = void (*)(const Cell& cell, const double* x, const double* h, double* next);

void run_cell(const ReferenceArgs& args, Cell cell, const std::vector<CellFunction>& functions,
              Step step) {
  const RecurrentShape s = shape_of(args, cell.gates);
  const auto read = [&](Input i) {
    return args.has_input(i) ? read_elements(args.inputs[i]) : std::vector<double>();
  };
  const Operands in{read(kX), read(kW), read(kR), read(kB), read(kLengths), read(kInitialH)};
  std::vector<double> y(static_cast<size_t>(args.outputs[0].elems()));
  std::vector<double> h = in.h;
  h.resize(static_cast<size_t>(s.directions * s.batch * s.hidden));
  const size_t per_direction = functions.size() / static_cast<size_t>(s.directions);
  cell.shape = &s;
  for (int64_t direction = 0; direction < s.directions; ++direction) {
    const int64_t rows = direction * cell.gates * s.hidden;
    cell.w = in.w.data() + rows * s.inputs;
    cell.r = in.r.data() + rows * s.hidden;
    cell.b = in.b.empty() ? nullptr : in.b.data() + 2 * rows;
    const auto first = functions.begin() + direction * static_cast<int64_t>(per_direction);
    cell.functions.assign(first, first + static_cast<int64_t>(per_direction));
    for (int64_t sequence = 0; sequence < s.batch; ++sequence) {
      double* state = h.data() + s.state_offset(direction, sequence);
      const int64_t length =
          in.lengths.empty()
              ? s.steps
              : std::clamp<int64_t>(static_cast<int64_t>(in.lengths[static_cast<size_t>(sequence)]),
                                    0, s.steps);
      for (int64_t t = 0; t < length; ++t) {
        const int64_t at = s.is_backward(direction) ? length - 1 - t : t;
        double* to = y.data() + s.y_offset(at, direction, sequence);
        step(cell, in.x.data() + s.x_offset(at, sequence), state, to);
        std::copy(to, to + s.hidden, state);
      }
    }
  }
  write_elements(y, args.outputs[0]);
  write_elements(h, args.outputs[1]);
}

void infer_gru(const InferArgs& args) { infer_cell(args, kGruGates); }
void infer_rnn(const InferArgs& args) { infer_cell(args, kRnnGates); }

void reference_gru(const ReferenceArgs& args) {
  Cell cell;
  cell.linear_before_reset = args.attributes.get_int("linear_before_reset") != 0;
  run_cell(
      args, cell,
      cell_functions(args.attributes, shape_of(args, kGruGates).directions, {"Sigmoid", "Tanh"}),
      step_gru);
}

void reference_rnn(const ReferenceArgs& args) {
  Cell cell;
  cell.gates = kRnnGates;
  run_cell(args, cell,
           cell_functions(args.attributes, shape_of(args, kRnnGates).directions, {"Tanh"}),
           step_rnn);
}

std::vector<AttributeSpec> attributes(bool is_gru) {
  std::vector<AttributeSpec> specs{{"hidden_size", int64_t{0}},
                                   {"direction", std::string("forward")},
                                   {"activations", std::string()},
                                   {"activation_alpha", std::vector<double>()},
                                   {"activation_beta", std::vector<double>()},
                                   {"layout", int64_t{0}},
                                   {"clip", 0.0}};
  if (is_gru) specs.push_back({"linear_before_reset", int64_t{0}});
  return specs;
}

std::vector<InputSpec> operands() {
  return {{.name = "x"},
          {.name = "w"},
          {.name = "r"},
          {.name = "b", .optional = true},
          {.name = "sequence_lens", .optional = true},
          {.name = "initial_h", .optional = true}};
}

int64_t count_gru(const InferArgs& args) { return count_recurrent(args, 3); }
int64_t count_rnn(const InferArgs& args) { return count_recurrent(args, 1); }

}  // namespace

const OpDefinition& gru_op() {
  static const OpDefinition op{
      .name = "GRU",
      .meaning = "a gated recurrent unit over all steps, in one or both directions",
      .layer_type = LayerType::PluginV3,
      .attributes = attributes(true),
      .inputs = operands(),
      .num_outputs = 2,
      .infer = infer_gru,
      .reference = reference_gru,
      .count_operations = count_gru,
      .rounding = kDiminished,
  };
  return op;
}

const OpDefinition& rnn_op() {
  static const OpDefinition op{
      .name = "RNN",
      .meaning = "a recurrent cell of one gate over all steps, in one or both directions",
      .layer_type = LayerType::PluginV3,
      .attributes = attributes(false),
      .inputs = operands(),
      .num_outputs = 2,
      .infer = infer_rnn,
      .reference = reference_rnn,
      .count_operations = count_rnn,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
