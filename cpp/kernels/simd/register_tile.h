// Small matrix products whose sums stay in registers: R rows by V vectors. Internal linkage like
// Vector.
#pragma once

#include "kernels/simd/vector.h"

namespace trtlike::kernels {
namespace {

/// The widest tile in vectors, and the rows of a tile of `vectors`: enough independent sums to hide
/// the latency of FMA, few enough for the register file.
#if defined(__AVX512F__)
inline constexpr int kTileVectors = 4;
constexpr int tile_rows(int vectors) {
  return vectors == 1 ? 12 : vectors == 2 ? 8 : vectors == 3 ? 8 : 6;
}
#else
inline constexpr int kTileVectors = 2;
constexpr int tile_rows(int vectors) { return vectors == 1 ? 8 : 6; }
#endif

/// How the left matrix lies: its rows, or its columns, are adjacent.
enum class Left { Rows, Columns };

/// sums[r][v] += over k in [0, depth) of a[r, k] * b[k, v]. The last vector of b has `tail`
/// elements where kTail.
template <int R, int V, Left kLeft, bool kTail, typename B>
inline void multiply_tile(const float* a, int64_t a_step, const B* b, int64_t b_step, int64_t depth,
                          int tail, Vector (&sums)[R][V]) {
  constexpr int kLanes = Vector::kLanes;
  for (int64_t k = 0; k < depth; ++k) {
    Vector columns[V];
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v)
      columns[v] =
          kTail && v == V - 1 ? Vector::load(b + v * kLanes, tail) : Vector::load(b + v * kLanes);
    b += b_step;
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const Vector x(kLeft == Left::Rows ? a[r * a_step + k] : a[k * a_step + r]);
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) sums[r][v] = fma(x, columns[v], sums[r][v]);
    }
  }
}

template <int R, int V>
inline void clear_tile(Vector (&sums)[R][V]) {
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) sums[r][v] = Vector(0.0f);
}

template <int N>
struct Rows {
  static constexpr int value = N;
};

/// Cuts [0, rows) into tiles of R rows and then 4, 2 and 1, and calls f(Rows<N>, first) for each.
template <int R, typename F>
inline void for_each_tile(int64_t rows, F&& f) {
  int64_t r = 0;
  for (; r + R <= rows; r += R) f(Rows<R>{}, r);
  if constexpr (R > 8) {
    if (r + 8 <= rows) {
      f(Rows<8>{}, r);
      r += 8;
    }
  }
  if constexpr (R > 4) {
    if (r + 4 <= rows) {
      f(Rows<4>{}, r);
      r += 4;
    }
  }
  if (r + 2 <= rows) {
    f(Rows<2>{}, r);
    r += 2;
  }
  if (r < rows) f(Rows<1>{}, r);
}

}  // namespace
}  // namespace trtlike::kernels
