// Recurrent cells with states of their outputs alone, with their usual activations:
//
//   GRU: z, r = sigmoid(W x + R h + b);  n = tanh(W x + b + r * (R h + b')), or R (r * h)
//        h = (1 - z) * n + z * h
//   RNN: h = tanh(W x + R h + b)
//
// The products with all inputs come first; then slices take some sequences through all steps. Gates
// stand one after the other in whole panels (kernels/simd/panel_product.h).
#pragma once

#include "kernels/simd/panel_product.h"

namespace trtlike::kernels::recurrent {

/// One sequence in one step: gates from the input and from the state, `pitch` floats apart.
struct Gates {
  const float* from_input;
  const float* from_state;
  int64_t pitch;
  int64_t hidden;
};

/// The loops of one instruction set.
struct Loops {
  void (*multiply)(const PanelProduct& product);
  /// gated = r * h
  void (*reset)(const Gates& gates, const float* h, float* gated);
  /// h is updated; `is_reset`: the candidate's part from the state is of gated states already.
  void (*update)(const Gates& gates, bool is_reset, float* h);
  void (*tanh)(const Gates& gates, float* h);
};

extern const Loops kPortable, kAvx2, kAvx512;

}  // namespace trtlike::kernels::recurrent
