// Finish on vectors; internal linkage like Vector.
#pragma once

#include "kernels/convolution/finish.h"
#include "kernels/simd/round_to.h"
#include "kernels/simd/vector.h"
#include "kernels/simd/vector_math.h"

namespace trtlike::kernels::convolution {
namespace {

template <int kCount>
inline void apply_kind(const Finish& finish, Vector* sums) {
  const Vector a(finish.a), b(finish.b);
  switch (finish.kind) {
    case Finish::Kind::None:
      return;
    case Finish::Kind::Clip:
#pragma GCC unroll 36
      for (int i = 0; i < kCount; ++i) sums[i] = max(a, min(b, sums[i]));
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

/// Through another type and back.
template <typename T>
inline Vector narrowed(Vector x) {
  T stored[Vector::kLanes];
  x.store(stored);
  return Vector::load(stored);
}

/// Everything that a finish can ask, on `count` vectors in memory.
[[gnu::noinline]] void finish_in_memory(const Finish& finish, Vector* sums, int count) {
  const Vector step(finish.step), inverse = Vector(1.0f) / step;
  for (Vector* x = sums; x != sums + count; ++x) {
    apply_kind<1>(finish, x);
    if (finish.step != 0) *x = round_to(*x, step, inverse);
    if (finish.narrow == Finish::Narrow::Half) *x = narrowed<core::Half>(*x);
    if (finish.narrow == Finish::Narrow::BF16) *x = narrowed<core::BFloat16>(*x);
  }
}

/// The copy leaves the sums themselves in registers where nothing is to be done here.
template <int kCount>
inline void finish_copy(const Finish& finish, Vector* sums) {
  Vector copy[kCount];
#pragma GCC unroll 36
  for (int i = 0; i < kCount; ++i) copy[i] = sums[i];
  finish_in_memory(finish, copy, kCount);
#pragma GCC unroll 36
  for (int i = 0; i < kCount; ++i) sums[i] = copy[i];
}

/// Replaces each of kCount vectors by what the finish makes of it.
template <int kCount>
inline void finish_vectors(const Finish& finish, Vector* sums) {
  if (finish.rounds()) [[unlikely]] {
    finish_copy<kCount>(finish, sums);
  } else {
    apply_kind<kCount>(finish, sums);
  }
}

/// The same for what is seldom asked: a finish before the residual is added.
template <int kCount>
inline void finish_before_residual(const Finish& finish, Vector* sums) {
  if (!finish.is_nothing()) [[unlikely]]
    finish_copy<kCount>(finish, sums);
}

}  // namespace
}  // namespace trtlike::kernels::convolution
