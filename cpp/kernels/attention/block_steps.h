// The steps of attention for one block of queries, for any way of computing products. Products has
//   multiply_keys(chunk, first key, scratch, depth, sums[R][V])
//   multiply_values<R, V, kTail>(chunk, first query, scratch, column, tail, sums[R][V])
//   scaled(score, scale)
#pragma once

#include <algorithm>
#include <limits>

#include "kernels/attention/chunk.h"
#include "kernels/simd/register_tile.h"
#include "kernels/simd/vector_math.h"

namespace trtlike::kernels::attention {
namespace {

constexpr float kLowest = -std::numeric_limits<float>::infinity();

inline void begin_block(const Scratch& s) {
  for (int64_t i = 0; i < s.width; ++i) {
    s.most[i] = kLowest;
    s.sums[i] = 0;
  }
}

/// Keys that the block's last query sees.
inline int64_t visible_keys(const Block& block) {
  const int64_t seen = block.first_query + block.queries;
  return block.causal && seen < block.keys ? seen : block.keys;
}

/// Scores of the chunk's keys, and the largest of every query.
template <typename Products, int V>
void compute_scores(const Block& block, const Scratch& s, const Chunk& chunk) {
  constexpr int64_t kWidth = V * kLanes;
  float lane_numbers[kWidth];
  for (int64_t i = 0; i < kWidth; ++i) lane_numbers[i] = static_cast<float>(i);
  const Vector scale(block.scale);
  Vector most[V];
  for (int v = 0; v < V; ++v) most[v] = Vector(kLowest);
  for_each_tile<tile_rows(V)>(chunk.count, [&](auto rows, int64_t first) {
    constexpr int R = decltype(rows)::value;
    Vector sums[R][V];
    clear_tile(sums);
    Products::multiply_keys(chunk, first, s, block.depth, sums);
    const int64_t position = chunk.first + first - block.first_query;
    const bool hides = block.causal && position + R > 1;
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) {
        Vector x = Products::scaled(sums[r][v], scale);
        if (chunk.key_mask != nullptr) x = x + Vector(chunk.key_mask[first + r]);
        if (chunk.query_mask != nullptr)
          x = x + Vector::load(chunk.query_mask + (first + r) * kWidth + v * kLanes);
        if (hides) {
          const Vector limit(static_cast<float>(position + r));
          x = select(less(Vector::load(lane_numbers + v * kLanes), limit), Vector(kLowest), x);
        }
        x.store(s.scores + (first + r) * kWidth + v * kLanes);
        most[v] = max(most[v], x);
      }
  });
  for (int v = 0; v < V; ++v) most[v].store(s.chunk_most + v * kLanes);
}

/// Where the softmax of every query stands when a chunk's scores are known.
template <int V>
struct Running {
  Vector most[V];  ///< subtracted from scores; finite
  Vector sums[V];  ///< of weights before the chunk, scaled down

  explicit Running(const Scratch& s) {
    for (int v = 0; v < V; ++v) {
      const Vector before = Vector::load(s.most + v * kLanes);
      const Vector now = max(before, Vector::load(s.chunk_most + v * kLanes));
      // A query that has seen nothing yet must not subtract infinities.
      most[v] = select(equal(now, Vector(kLowest)), Vector(0.0f), now);
      const Vector factor = exp(before - most[v]);
      now.store(s.most + v * kLanes);
      factor.store(s.factors + v * kLanes);
      sums[v] = Vector::load(s.sums + v * kLanes) * factor;
    }
  }
  void store_sums(const Scratch& s) const {
    for (int v = 0; v < V; ++v) sums[v].store(s.sums + v * kLanes);
  }
};

/// O[i, columns] = factor * O + sum over the chunk of scores times values, for V vectors of
/// columns.
template <typename Products, int V, bool kTail>
void add_values(const Scratch& s, const Chunk& chunk, int64_t queries, int64_t column, int tail,
                bool fresh) {
  for_each_tile<tile_rows(V)>(queries, [&](auto rows, int64_t first) {
    constexpr int R = decltype(rows)::value;
    Vector sums[R][V];
    clear_tile(sums);
    Products::template multiply_values<R, V, kTail>(chunk, first, s, column, tail, sums);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      float* to = s.output + (first + r) * s.output_step + column;
      const Vector factor(s.factors[first + r]);
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) {
        Vector x = sums[r][v];
        if (!fresh) x = fma(Vector::load(to + v * kLanes), factor, x);
        x.store(to + v * kLanes);
      }
    }
  });
}

template <typename Products, int V>
void add_last_values(const Scratch& s, const Chunk& chunk, int64_t queries, int64_t column,
                     int64_t left, bool fresh) {
  if constexpr (V > 0) {
    if (left <= (V - 1) * kLanes)
      return add_last_values<Products, V - 1>(s, chunk, queries, column, left, fresh);
    if (left == V * kLanes)
      return add_values<Products, V, false>(s, chunk, queries, column, 0, fresh);
    add_values<Products, V, true>(s, chunk, queries, column,
                                  static_cast<int>(left - (V - 1) * kLanes), fresh);
  }
}

template <typename Products>
void add_all_values(const Block& block, const Scratch& s, const Chunk& chunk, bool fresh) {
  constexpr int64_t kStep = kTileVectors * kLanes;
  int64_t column = 0;
  for (; column + kStep <= block.value_depth; column += kStep)
    add_values<Products, kTileVectors, false>(s, chunk, block.queries, column, 0, fresh);
  add_last_values<Products, kTileVectors>(s, chunk, block.queries, column,
                                          block.value_depth - column, fresh);
}

template <typename T>
void store_output(const Block& block, const Scratch& s) {
  for (int64_t i = 0; i < block.queries; ++i) {
    T* to = static_cast<T*>(block.output) + i * block.output_step;
    if (block.keys == 0) {
      std::fill_n(to, block.value_depth, T{});
      continue;
    }
    const Vector factor(1 / s.sums[i]);
    const float* from = s.output + i * s.output_step;
    int64_t c = 0;
    for (; c + kLanes <= block.value_depth; c += kLanes)
      (Vector::load(from + c) * factor).store(to + c);
    if (c == block.value_depth) continue;
    const int tail = static_cast<int>(block.value_depth - c);
    (Vector::load(from + c, tail) * factor).store(to + c, tail);
  }
}

}  // namespace
}  // namespace trtlike::kernels::attention
