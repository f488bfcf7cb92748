// LSTM weights as they stand in the plan.
#pragma once

#include "kernels/lstm/lstm.h"
#include "kernels/tactic.h"
#include "ops/shapes/lstm_shape.h"

namespace trtlike::kernels::lstm {

enum Input : size_t { kX, kW, kR, kB, kLengths, kInitialH, kInitialC, kPeephole };

/// The first of the gates that narrow panels keep as integers, and bytes of two k of a unit.
inline constexpr int64_t kNarrowGate = 2;
inline constexpr int64_t kNarrowUnitBytes = 2 * (2 * 4 + 2 * 3);

/// Blocks of `lanes` hidden units. For every direction and block: W's panel [inputs][4][lanes] and
/// R's [hidden][4][lanes] in the weights' own type, and the sum of both biases [4][lanes] in f32.
/// In pairs, a panel is [(depth + 1) / 2][4][lanes][2]. A narrow panel has for every two k two
/// gates in f32 [2][2][lanes], then the other two as integers of 24 bits [2][2][lanes]; after all k
/// comes what 256 times the integers are multiplied with [2][lanes]. What is beyond the last unit
/// or depth is zero.
struct WeightLayout {
  int64_t lanes = 1, inputs = 1, hidden = 1, directions = 1;
  DataType dtype = DataType::Float;
  bool pairs = false;
  bool narrow = false;  ///< R's panels

  int64_t blocks() const { return (hidden + lanes - 1) / lanes; }
  const void* input_panel(const std::byte* base, int64_t direction, int64_t block) const;
  const void* recurrent_panel(const std::byte* base, int64_t direction, int64_t block) const;
  const float* bias(const std::byte* base, int64_t direction, int64_t block) const;
  /// Of one of R's panels.
  size_t recurrent_bytes() const;
  size_t bytes() const;

 private:
  size_t panel_bytes(int64_t depth) const;
  int64_t panels() const { return directions * blocks(); }
};

WeightLayout weight_layout(const Problem& problem, const Loops& loops);
/// Whether the largest weight of every row of R, in f32, is at most 8 times their root mean square.
/// Then rounding to 24 bits of the largest adds less to a sum of products than f32 sums lose. True
/// where R is packed already.
bool has_even_rows(const Problem& problem);
/// W, R and, where it is given, b.
ops::InputSet packed_inputs(const Problem& problem);
Packed pack_weights(const Problem& problem, const WeightLayout& layout);

}  // namespace trtlike::kernels::lstm
