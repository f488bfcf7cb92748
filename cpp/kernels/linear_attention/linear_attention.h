// LinearAttention in f32 arithmetic: a slice a head, whose memory stays in the worker's scratch
// from step to step.
#pragma once

#include <cstdint>

namespace trtlike::kernels::linear_attention {

/// A memory [keys, values] of one head.
struct Memory {
  float* elements;
  int64_t keys, values;
};

struct Loops {
  /// Row d times factors[d].
  void (*fade)(const Memory& memory, const float* factors);
  /// memory += key value^T
  void (*learn)(const Memory& memory, const float* key, const float* value);
  /// out = scale query^T memory
  void (*read)(const Memory& memory, const float* query, float scale, float* out);
};

extern const Loops kPortable, kAvx2, kAvx512;

}  // namespace trtlike::kernels::linear_attention
