// Reductions of f32, f16 and bf16 tensors in f32 arithmetic.
//
// y[kept] = combination of x[kept, reduced] over all reduced indices: sum, product, maximum,
// minimum or mean. Extents are taken in memory order and merged where they are adjacent, so that
// every layout and every choice of axes becomes one of two loops: over runs of adjacent reduced
// elements (rows), or over vectors of adjacent kept elements (columns).
#pragma once

#include "kernels/simd/float_types.h"

namespace trtlike::kernels::reduce {

enum class Mode { Sum, Prod, Max, Min };

inline constexpr int kMaxAxes = Dims::kMaxDims;

/// Reduced axes from the outermost to the innermost: extents and steps in elements.
struct Walk {
  int axes = 0;
  int64_t extents[kMaxAxes] = {};
  int64_t steps[kMaxAxes] = {};
};

struct Loops {
  /// The combination of all elements of `walk`; the innermost axis has step 1.
  FloatTable<float (*)(const void* input, const Walk& walk, Mode mode)> row;
  /// y[i] = scale * combination of x[i + walk] for i in [0, count).
  FloatTable<void (*)(const void* input, void* output, int64_t count, const Walk& walk, Mode mode,
                      float scale)>
      columns;
};

extern const Loops kPortable, kAvx2, kAvx512;

}  // namespace trtlike::kernels::reduce
