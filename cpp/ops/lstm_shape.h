// The geometry of ONNX's LSTM. Shared by the op definition and the kernels.
#pragma once

#include <array>
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

/// For each direction and step, with gates in the order i, o, f, c:
///   i = f(W_i x + R_i h + P_i c + b_i),  f likewise (1 - i for input_forget),  g = g(W_c x + R_c h
///   + b_c),  c = f * c + i * g,  o = f(W_o x + R_o h + P_o c + b_o),  h = o * h(c).
/// Rows beyond a sequence's length give 0 in y and leave h and c as they were.
struct LstmShape {
  int64_t steps = 1, batch = 1, inputs = 1, hidden = 1;
  int64_t directions = 1;
  bool reverse = false;      ///< of direction 0; direction 1 always runs backwards
  bool batch_first = false;  ///< layout 1
  bool input_forget = false;
  double clip = 0;  ///< gates' arguments are clipped to [-clip, clip]; 0: not at all
  /// f, g, h of each direction.
  std::vector<std::array<CellFunction, 3>> functions;

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

/// Extents may be -1. Throws UserError for attributes and operands that do not fit.
LstmShape lstm_shape(const Attributes& attributes, const Dims& x, const Dims& w, const Dims& r);

}  // namespace trtlike::ops
