// out[i] = what remains of a[i] where b[i] is taken from it as often as it fits, with a's sign: C's
// fmod, exact. Zero and NaN as b and infinite a give NaN; an infinite b leaves a.
#pragma once

#include <cstdint>

namespace trtlike::kernels::remainder {

/// Of `count` elements; an operand that `is_one` has one element for all.
struct Run {
  const void* a;
  const void* b;
  bool a_is_one;
  bool b_is_one;
  void* out;
  int64_t count;
};

/// The loops of one instruction set, for FP32, FP16 and BF16 storage.
struct Loops {
  void (*compute[3])(const Run& run);
};

extern const Loops kPortable, kAvx2, kAvx512;

}  // namespace trtlike::kernels::remainder
