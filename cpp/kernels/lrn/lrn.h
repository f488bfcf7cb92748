// Local response normalization of adjacent columns, row by row of channels:
//
//   out[c] = in[c] / (k + scale * sum of in[j]^2 over the window)^beta
//
// with j from c - before to c + after as far as there are channels. Sums are in FP32, in FP64 where
// those overflow.
#pragma once

#include <cstdint>

namespace trtlike::kernels::lrn {

struct Columns {
  const void* in;
  void* out;
  int64_t channels;
  int64_t columns;
  int64_t pitch;  ///< elements from channel to channel
  int64_t before;
  int64_t after;
  float scale;
  float beta;
  float k;
};

/// The loops of one instruction set, for FP32, FP16 and BF16 storage.
struct Loops {
  void (*normalize[3])(const Columns& columns);
};

extern const Loops kPortable, kAvx2, kAvx512;

}  // namespace trtlike::kernels::lrn
