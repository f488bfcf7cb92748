// A stage on vectors; internal linkage like Vector.
#pragma once

#include "kernels/epilogue/stage.h"
#include "kernels/simd/vector.h"
#include "kernels/simd/vector_math.h"

namespace trtlike::kernels::epilogue {
namespace {

/// Replaces each of kCount vectors by what the stage makes of it.
template <int kCount>
inline void run_stage(const Stage& stage, Vector* sums) {
  const Vector a(stage.a), b(stage.b);
  switch (stage.kind) {
    case Stage::Kind::None:
      return;
    case Stage::Kind::Clip:
#pragma GCC unroll 36
      for (int i = 0; i < kCount; ++i) sums[i] = max(a, min(b, sums[i]));
      return;
    case Stage::Kind::Silu:
#pragma GCC unroll 36
      for (int i = 0; i < kCount; ++i) sums[i] = silu(sums[i]);
      return;
    case Stage::Kind::HardSwish: {
      const Vector zero(0.0f), one(1.0f);
#pragma GCC unroll 36
      for (int i = 0; i < kCount; ++i) sums[i] = sums[i] * max(zero, min(one, fma(a, sums[i], b)));
      return;
    }
  }
}

}  // namespace
}  // namespace trtlike::kernels::epilogue
