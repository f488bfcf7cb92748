// LSTM of f32, f16 and bf16 tensors in f32 arithmetic, with constant weights and the usual
// activations.
//
// Gates of a step are W x + R h + b. W x + b of all steps is one product, made first; R h is a
// product of few rows for every step. Weights are packed in blocks of as many hidden units as a
// vector has lanes: for every k, the four gates' weights of the block lie together, so that a tile
// of four vectors holds all that the block's new state depends on.
#pragma once

#include <cstddef>

#include "kernels/simd/float_types.h"

namespace trtlike::kernels::lstm {

inline constexpr int64_t kGates = 4;

/// rows x four gates of one block = rows of x times the block's weights, plus the bias.
struct InputRows {
  const float* x;
  int64_t x_step;
  int64_t rows;
  int64_t inputs;
  const void* weights;
  const float* bias;  ///< four vectors
  float* gates;       ///< four vectors a row
};

/// One step of some blocks for some sequences.
struct StepRows {
  const float* h;  ///< states before the step
  int64_t h_step;
  int64_t rows;
  int64_t hidden;
  int64_t blocks;
  /// From the last h to the first: a single sequence then begins with the weights that the step
  /// before left in the first-level cache.
  bool backwards;
  const void* weights;
  size_t weights_step;        ///< bytes from one block's weights to the next one's
  const float* const* gates;  ///< W x + b of each row
  int64_t gates_step;         ///< of the next block
  float* c;                   ///< cells of the blocks, updated
  float* next_h;              ///< states of the blocks
  int64_t state_step;         ///< of c and next_h

  const void* weights_of(int64_t block) const {
    return static_cast<const std::byte*>(weights) + static_cast<size_t>(block) * weights_step;
  }
};

/// So many blocks are one call where there is a single sequence: their weights follow each other,
/// and less often must a new state be waited for.
inline constexpr int64_t kBlocksAtOnce = 4;

struct Loops {
  int lanes;
  /// Weights are bf16, and those of two k lie together.
  bool pairs = false;
  /// Recurrent panels are narrow (see weights.h).
  bool narrow = false;
  /// By the type that weights are packed in.
  FloatTable<void (*)(const InputRows& rows)> input;
  FloatTable<void (*)(const StepRows& rows)> step;
  /// Between storage and f32.
  FloatTable<void (*)(const void* from, float* to, int64_t count)> load;
  FloatTable<void (*)(const float* from, void* to, int64_t count)> store;
};

extern const Loops kPortable, kAvx2, kAvx512, kAvx512Vnni, kAvx512Bf16;

}  // namespace trtlike::kernels::lstm
