// Finish on vectors; internal linkage like Vector.
#pragma once

#include "kernels/convolution/finish.h"
#include "kernels/round_to.h"
#include "kernels/vector.h"
#include "kernels/vector_math.h"

namespace trtlike::kernels::convolution {
namespace {

/// To multiples of `step`.
template <int kCount>
inline void round_vectors(Vector step, Vector* sums) {
  const Vector inverse = Vector(1.0f) / step;
#pragma GCC unroll 36
  for (int i = 0; i < kCount; ++i) sums[i] = round_to(sums[i], step, inverse);
}

/// Through another type and back.
template <typename T, int kCount>
inline void narrow_vectors(Vector* sums) {
#pragma GCC unroll 36
  for (int i = 0; i < kCount; ++i) {
    T stored[Vector::kLanes];
    sums[i].store(stored);
    sums[i] = Vector::load(stored);
  }
}

template <int kCount>
inline void apply_kind(const Finish& finish, Vector* sums) {
  const Vector a(finish.a), b(finish.b);
  switch (finish.kind) {
    case Finish::Kind::None:
      return;
    case Finish::Kind::Clip:
#pragma GCC unroll 36
      for (int i = 0; i < kCount; ++i) sums[i] = max(a, min(b, sums[i]));
      if (finish.step != 0) round_vectors<kCount>(Vector(finish.step), sums);
      return;
    case Finish::Kind::Silu:
#pragma GCC unroll 36
      for (int i = 0; i < kCount; ++i) sums[i] = silu(sums[i]);
      return;
    case Finish::Kind::HardSwish: {
      const Vector zero(0.0f), one(1.0f);
#pragma GCC unroll 36
      for (int i = 0; i < kCount; ++i) sums[i] = sums[i] * max(zero, min(one, fma(a, sums[i], b)));
      return;
    }
  }
}

/// Replaces each of kCount vectors by what the finish makes of it.
template <int kCount>
inline void finish_vectors(const Finish& finish, Vector* sums) {
  apply_kind<kCount>(finish, sums);
  if (finish.narrow == Finish::Narrow::Half) narrow_vectors<core::Half, kCount>(sums);
  if (finish.narrow == Finish::Narrow::BF16) narrow_vectors<core::BFloat16, kCount>(sums);
}

}  // namespace
}  // namespace trtlike::kernels::convolution
