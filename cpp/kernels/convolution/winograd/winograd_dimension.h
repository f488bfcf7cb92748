// Winograd's transforms in one dimension. Internal linkage like Vector.
#pragma once

#include "kernels/simd/vector.h"

namespace trtlike::kernels::convolution {
namespace {

/// B^T d and A^T m in one dimension, by m, stride and taps.
template <int kM, int kStride, int kTaps = 3>
struct Winograd;

template <>
struct Winograd<2, 1> {
  static void input(const Vector (&d)[4], Vector (&y)[4]) {
    y[0] = d[2] - d[0];
    y[1] = d[2] + d[1];
    y[2] = d[2] - d[1];
    y[3] = d[3] - d[1];
  }
  static void output(const Vector (&m)[4], Vector (&y)[2]) {
    y[0] = m[0] + (m[1] + m[2]);
    y[1] = (m[1] - m[2]) + m[3];
  }
};

template <>
struct Winograd<4, 1> {
  static void input(const Vector (&d)[6], Vector (&y)[6]) {
    const Vector half(0.5f), two(2.0f), p = d[4] - d[2], q = d[3] - d[1];
    y[0] = fma(Vector(1.5f), q, (d[0] - d[2]) + p);
    y[1] = fma(half, d[2], fma(Vector(2.5f), d[3], d[4] - d[1]));
    y[2] = fma(half, d[3], fma(Vector(-2.5f), d[2], d[4] + d[1]));
    y[3] = fma(two, q, p);
    y[4] = fma(Vector(-0.5f), q, p);
    y[5] = fma(Vector(1.5f), p, (d[5] - d[3]) - q);
  }
  static void output(const Vector (&m)[6], Vector (&y)[4]) {
    const Vector s = m[1] + m[2], d = m[1] - m[2];
    y[0] = (m[0] + s) + (m[3] + m[4]);
    y[1] = fma(Vector(0.5f), m[3], fma(Vector(-2.0f), m[4], d));
    y[2] = fma(Vector(0.25f), m[3], fma(Vector(4.0f), m[4], s));
    y[3] = fma(Vector(0.125f), m[3], fma(Vector(-8.0f), m[4], d + m[5]));
  }
};

template <>
struct Winograd<6, 1> {
  static void input(const Vector (&d)[8], Vector (&y)[8]) {
    y[0] = fma(Vector(5.25f), d[2] - d[4], d[6] - d[0]);
    const Vector e1 = fma(Vector(-4.25f), d[4], d[6] + d[2]);
    const Vector o1 = fma(Vector(-4.25f), d[3], d[5] + d[1]);
    y[1] = e1 + o1;
    y[2] = e1 - o1;
    const Vector e2 = fma(Vector(0.25f), d[2], fma(Vector(-1.25f), d[4], d[6]));
    const Vector o2 = fma(Vector(2.0f), d[5], fma(Vector(-2.5f), d[3], Vector(0.5f) * d[1]));
    y[3] = e2 + o2;
    y[4] = e2 - o2;
    const Vector e3 = fma(Vector(4.0f), d[2], fma(Vector(-5.0f), d[4], d[6]));
    const Vector o3 = fma(Vector(2.0f), d[1], fma(Vector(-2.5f), d[3], Vector(0.5f) * d[5]));
    y[5] = e3 + o3;
    y[6] = e3 - o3;
    y[7] = fma(Vector(5.25f), d[3] - d[5], d[7] - d[1]);
  }
  static void output(const Vector (&m)[8], Vector (&y)[6]) {
    const Vector s1 = m[1] + m[2], d1 = m[1] - m[2], s2 = m[3] + m[4], d2 = m[3] - m[4];
    const Vector s3 = m[5] + m[6], d3 = m[5] - m[6];
    y[0] = (m[0] + s1) + (s2 + s3);
    y[1] = fma(Vector(2.0f), d2, fma(Vector(0.5f), d3, d1));
    y[2] = fma(Vector(4.0f), s2, fma(Vector(0.25f), s3, s1));
    y[3] = fma(Vector(8.0f), d2, fma(Vector(0.125f), d3, d1));
    y[4] = fma(Vector(16.0f), s2, fma(Vector(0.0625f), s3, s1));
    y[5] = fma(Vector(32.0f), d2, fma(Vector(0.03125f), d3, d1 + m[7]));
  }
};

template <>
struct Winograd<2, 2> {
  static void input(const Vector (&d)[5], Vector (&y)[5]) {
    y[0] = d[2] - d[0];
    y[1] = d[2];
    y[2] = d[4] - d[2];
    y[3] = d[1];
    y[4] = d[3];
  }
  static void output(const Vector (&m)[5], Vector (&y)[2]) {
    y[0] = (m[0] + m[1]) + m[3];
    y[1] = (m[1] + m[2]) + m[4];
  }
};

template <>
struct Winograd<4, 2> {
  static void input(const Vector (&d)[9], Vector (&y)[9]) {
    const Vector two(2.0f), p = d[6] - d[2], q = d[4] - d[0];
    y[0] = fma(Vector(-2.0f), q, p);
    y[1] = fma(Vector(-2.0f), d[2], d[6] - d[4]);
    y[2] = fma(two, d[2], fma(Vector(-3.0f), d[4], d[6]));
    y[3] = p;
    y[4] = fma(Vector(-2.0f), p, d[8] - d[4]);
    y[5] = d[1];
    y[6] = d[3];
    y[7] = d[5];
    y[8] = d[7];
  }
  static void output(const Vector (&m)[9], Vector (&y)[4]) {
    const Vector s = m[1] + m[2], d = m[1] - m[2];
    y[0] = (m[0] + s) + (m[3] + m[5]);
    y[1] = fma(Vector(2.0f), m[3], d + m[6]);
    y[2] = fma(Vector(4.0f), m[3], s + m[7]);
    y[3] = fma(Vector(8.0f), m[3], (d + m[4]) + m[8]);
  }
};

template <>
struct Winograd<4, 1, 4> {
  static void input(const Vector (&d)[7], Vector (&y)[7]) {
    Vector e[6];
#pragma GCC unroll 6
    for (int i = 0; i < 6; ++i) e[i] = fma(Vector(-0.5f), d[i], d[i + 1]);
    const Vector four(4.0f), minus_four(-4.0f), minus_five(-5.0f), two(2.0f);
    y[0] = fma(four, e[0], fma(minus_five, e[2], e[4]));
    const Vector even1 = fma(minus_four, e[2], e[4]), odd1 = fma(minus_four, e[1], e[3]);
    y[1] = even1 + odd1;
    y[2] = even1 - odd1;
    const Vector even2 = e[4] - e[2], odd2 = e[3] - e[1];
    y[3] = fma(two, odd2, even2);
    y[4] = fma(Vector(-2.0f), odd2, even2);
    y[5] = fma(four, d[1], fma(minus_five, d[3], d[5]));
    y[6] = fma(four, e[1], fma(minus_five, e[3], e[5]));
  }
  static void output(const Vector (&m)[7], Vector (&y)[4]) {
    const Vector s1 = m[1] + m[2], d1 = m[1] - m[2], s2 = m[3] + m[4], d2 = m[3] - m[4];
    y[0] = (m[0] + s1) + (s2 + m[5]);
    y[1] = fma(Vector(2.0f), d2, fma(Vector(0.5f), m[5], d1));
    y[2] = fma(Vector(4.0f), s2, fma(Vector(0.25f), m[5], s1));
    y[3] = fma(Vector(8.0f), d2, fma(Vector(0.125f), m[5], d1 + m[6]));
  }
};

}  // namespace
}  // namespace trtlike::kernels::convolution
