// The geometry that ONNX's recurrent cells share (LSTM, GRU, RNN), and their activations.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "ops/op.h"

namespace trtlike::ops {

/// The activations that ONNX names for recurrent cells.
enum class CellActivation {
  Sigmoid,
  Tanh,
  Relu,
  LeakyRelu,
  Elu,
  HardSigmoid,
  Affine,
  ThresholdedRelu,
  ScaledTanh,
  Softsign,
  Softplus
};

struct CellFunction {
  CellActivation kind = CellActivation::Sigmoid;
  double alpha = 0, beta = 0;

  double operator()(double x) const;
};

/// Sequences of `inputs` numbers a step become `hidden` numbers a step, in one or two directions.
struct RecurrentShape {
  int64_t steps = 1, batch = 1, inputs = 1, hidden = 1;
  int64_t directions = 1;
  bool reverse = false;      ///< of direction 0; direction 1 always runs backwards
  bool batch_first = false;  ///< layout 1
  double clip = 0;           ///< gates' arguments are clipped to [-clip, clip]; 0: not at all

  bool is_backward(int64_t direction) const { return direction == 1 || reverse; }
  /// Offset of x[step, sequence, 0].
  int64_t x_offset(int64_t step, int64_t sequence) const {
    return (batch_first ? sequence * steps + step : step * batch + sequence) * inputs;
  }
  /// Offset of y[step, direction, sequence, 0].
  int64_t y_offset(int64_t step, int64_t direction, int64_t sequence) const {
    return batch_first ? ((sequence * steps + step) * directions + direction) * hidden
                       : ((step * directions + direction) * batch + sequence) * hidden;
  }
  /// Offset of an initial or last state [direction, sequence, 0].
  int64_t state_offset(int64_t direction, int64_t sequence) const {
    return (batch_first ? sequence * directions + direction : direction * batch + sequence) *
           hidden;
  }
};

/// Reads attributes and extents of a cell with `gates` rows of weights a hidden element. Extents
/// may be -1. Throws UserError for attributes and operands that do not fit.
RecurrentShape recurrent_shape(const Attributes& attributes, const Dims& x, const Dims& w,
                               const Dims& r, int64_t gates);
/// The functions of all directions; `defaults` are those of one direction.
std::vector<CellFunction> cell_functions(const Attributes& attributes, int64_t directions,
                                         std::initializer_list<const char*> defaults);
/// Throws UserError unless operand `input` is absent or has these extents.
void check_recurrent_operand(const InferArgs& args, size_t input, const char* name,
                             const Dims& expected);
/// Extents of the output over all steps, and of a state.
Dims recurrent_output(const RecurrentShape& shape);
Dims recurrent_state(const RecurrentShape& shape);

}  // namespace trtlike::ops
