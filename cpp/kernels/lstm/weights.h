// LSTM weights as they stand in the plan.
#pragma once

#include "kernels/tactic.h"
#include "ops/lstm_shape.h"

namespace trtlike::kernels::lstm {

enum Input : size_t { kX, kW, kR, kB, kLengths, kInitialH, kInitialC, kPeephole };

/// Blocks of `lanes` hidden units. For every direction and block: W's panel [inputs][4][lanes] and
/// R's [hidden][4][lanes] in the weights' own type, and the sum of both biases [4][lanes] in f32.
/// In pairs, a panel is [(depth + 1) / 2][4][lanes][2]. What is beyond the last unit or depth is
/// zero.
struct WeightLayout {
  int64_t lanes = 1, inputs = 1, hidden = 1, directions = 1;
  DataType dtype = DataType::Float;
  bool pairs = false;

  int64_t blocks() const { return (hidden + lanes - 1) / lanes; }
  const void* input_panel(const std::byte* base, int64_t direction, int64_t block) const;
  const void* recurrent_panel(const std::byte* base, int64_t direction, int64_t block) const;
  const float* bias(const std::byte* base, int64_t direction, int64_t block) const;
  size_t bytes() const;

 private:
  size_t panel_bytes(int64_t depth) const;
  size_t panels_bytes(int64_t depth) const;
};

WeightLayout weight_layout(const Problem& problem, int64_t lanes, bool pairs);
/// W, R and, where it is given, b.
uint32_t packed_inputs(const Problem& problem);
Packed pack_weights(const Problem& problem, const WeightLayout& layout);

}  // namespace trtlike::kernels::lstm
