// Vector: as many floats as the instruction set of this translation unit computes at once, with
// loads and stores of every element type. Everything has internal linkage: each x86_*.cpp gets its
// own copy, compiled with its own flags.
//
// The interface, alike in the three headers below:
//
//   kLanes; Vector(float) broadcasts; T is float, core::Half or core::BFloat16 in
//   load(const T*), load(p, count) (0 beyond), store(T*), store(p, count)
//
//   a + b, a - b, a * b, a / b, -a; fma(a, b, c) = a * b + c (unfused in portable code);
//   abs, sqrt, floor, ceil, trunc, round (ties to even); max(a, b), min(a, b): b when either is NaN
//
//   less, less_equal, equal, is_nan give a Mask; mask_and, mask_or, mask_not, any;
//   select(mask, a, b); copy_sign(magnitude, sign)
//
//   scale_by_power(x, n) = x * 2^n for integral n in [-250, 250];
//   fraction(x) = x - floor(x), 0 for infinite x; scale_by_floor(x, t) = x * 2^floor(t) for any t,
//   the power 0 or infinite where it is no float;
//   exponent(x) = floor(log2 x), significand(x) in [1, 2): for finite x > 0, subnormal ones too
//
//   sum(v), maximum(v) over the lanes; transpose(Vector (&rows)[kLanes])
#pragma once

#if defined(__AVX512F__)
#include "kernels/simd/vector_avx512.h"
#elif defined(__AVX2__)
#include "kernels/simd/vector_avx2.h"
#else
#include "kernels/simd/vector_portable.h"
#endif
