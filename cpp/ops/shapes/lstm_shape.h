// The geometry of ONNX's LSTM. Shared by the op definition and the kernels.
#pragma once

#include <array>
#include <vector>

#include "ops/shapes/recurrent_shape.h"

namespace trtlike::ops {

/// For each direction and step, with gates in the order i, o, f, c:
///   i = f(W_i x + R_i h + P_i c + b_i),  f likewise (1 - i for input_forget),  g = g(W_c x + R_c h
///   + b_c),  c = f * c + i * g,  o = f(W_o x + R_o h + P_o c + b_o),  h = o * h(c).
/// Rows beyond a sequence's length give 0 in y and leave h and c as they were.
struct LstmShape : RecurrentShape {
  bool input_forget = false;
  /// f, g, h of each direction.
  std::vector<std::array<CellFunction, 3>> functions;
};

/// Extents may be -1. Throws UserError for attributes and operands that do not fit.
LstmShape lstm_shape(const Attributes& attributes, const Dims& x, const Dims& w, const Dims& r);

}  // namespace trtlike::ops
