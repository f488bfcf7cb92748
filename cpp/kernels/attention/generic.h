// Attention of one block of queries, written once against Vector. Included by one source file for
// each instruction set.
#pragma once

#include <limits>
#include <type_traits>

#include "kernels/attention/attention.h"
#include "kernels/attention/scratch.h"
#include "kernels/register_tile.h"
#include "kernels/transpose_block.h"
#include "kernels/vector.h"
#include "kernels/vector_math.h"

namespace trtlike::kernels::attention {
namespace {

constexpr int64_t kLanes = Vector::kLanes;
constexpr float kLowest = -std::numeric_limits<float>::infinity();

/// A chunk of keys and what is added to its scores.
struct Chunk {
  int64_t first = 0, count = 0;
  const float* keys = nullptr;
  int64_t key_step = 0;
  const float* values = nullptr;
  int64_t value_step = 0;
  const float* key_mask = nullptr;    ///< one number a key
  const float* query_mask = nullptr;  ///< [count][width]
};

template <typename T>
void convert_rows(const T* from, int64_t from_step, int64_t rows, int64_t columns, float* to) {
  for (int64_t r = 0; r < rows; ++r, from += from_step, to += columns) {
    int64_t c = 0;
    for (; c + kLanes <= columns; c += kLanes) Vector::load(from + c).store(to + c);
    if (c == columns) continue;
    const int tail = static_cast<int>(columns - c);
    Vector::load(from + c, tail).store(to + c, tail);
  }
}

/// Scores of the chunk's keys, and the largest of every query.
template <int V>
void compute_scores(const Block& block, const Scratch& s, const Chunk& chunk) {
  constexpr int64_t kWidth = V * kLanes;
  float lane_numbers[kWidth];
  for (int64_t i = 0; i < kWidth; ++i) lane_numbers[i] = static_cast<float>(i);
  Vector most[V];
  for (int v = 0; v < V; ++v) most[v] = Vector(kLowest);
  for_each_tile<tile_rows(V)>(chunk.count, [&](auto rows, int64_t first) {
    constexpr int R = decltype(rows)::value;
    Vector sums[R][V];
    clear_tile(sums);
    multiply_tile<R, V, Left::Rows, false>(chunk.keys + first * chunk.key_step, chunk.key_step,
                                           s.queries, kWidth, block.depth, 0, sums);
    const int64_t position = chunk.first + first - block.first_query;
    const bool hides = block.causal && position + R > 1;
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) {
        Vector x = sums[r][v];
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

/// Scores become exp(score - largest so far); sums and what earlier chunks are scaled by follow.
template <int V>
void weigh_scores(const Scratch& s, int64_t count) {
  constexpr int64_t kWidth = V * kLanes;
  Vector most[V], sums[V];
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
  for (int64_t j = 0; j < count; ++j) {
    float* row = s.scores + j * kWidth;
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) {
      const Vector e = exp(Vector::load(row + v * kLanes) - most[v]);
      e.store(row + v * kLanes);
      sums[v] = sums[v] + e;
    }
  }
  for (int v = 0; v < V; ++v) sums[v].store(s.sums + v * kLanes);
}

/// O[i, columns] = factor * O + sum over the chunk of scores times values, for V vectors of
/// columns.
template <int V, bool kTail>
void add_values(const Scratch& s, const Chunk& chunk, int64_t queries, int64_t column, int tail,
                bool fresh) {
  for_each_tile<tile_rows(V)>(queries, [&](auto rows, int64_t first) {
    constexpr int R = decltype(rows)::value;
    Vector sums[R][V];
    clear_tile(sums);
    multiply_tile<R, V, Left::Columns, kTail>(s.scores + first, s.width, chunk.values + column,
                                              chunk.value_step, chunk.count, tail, sums);
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

template <int V>
void add_last_values(const Scratch& s, const Chunk& chunk, int64_t queries, int64_t column,
                     int64_t left, bool fresh) {
  if constexpr (V > 0) {
    if (left <= (V - 1) * kLanes)
      return add_last_values<V - 1>(s, chunk, queries, column, left, fresh);
    if (left == V * kLanes) return add_values<V, false>(s, chunk, queries, column, 0, fresh);
    add_values<V, true>(s, chunk, queries, column, static_cast<int>(left - (V - 1) * kLanes),
                        fresh);
  }
}

void add_all_values(const Block& block, const Scratch& s, const Chunk& chunk, bool fresh) {
  constexpr int64_t kStep = kTileVectors * kLanes;
  int64_t column = 0;
  for (; column + kStep <= block.value_depth; column += kStep)
    add_values<kTileVectors, false>(s, chunk, block.queries, column, 0, fresh);
  add_last_values<kTileVectors>(s, chunk, block.queries, column, block.value_depth - column, fresh);
}

template <typename T>
void load_mask(const Block& block, const T* mask, const Scratch& s, Chunk& chunk) {
  if (block.mask_step == 0) {
    convert_rows(mask + chunk.first, 0, 1, chunk.count, s.mask);
    chunk.key_mask = s.mask;
  } else {
    transpose_block(mask + chunk.first, block.mask_step, block.queries, chunk.count, 1.0f, s.mask,
                    s.width);
    // Lanes without a query may be anything finite.
    for (int64_t first = (block.queries + kLanes - 1) / kLanes * kLanes; first < s.width;
         first += kLanes)
      for (int64_t j = 0; j < chunk.count; ++j) Vector(0.0f).store(s.mask + j * s.width + first);
    chunk.query_mask = s.mask;
  }
}

template <typename T>
Chunk make_chunk(const Block& block, const Scratch& s, int64_t first, int64_t count) {
  Chunk chunk;
  chunk.first = first;
  chunk.count = count;
  const T* keys = static_cast<const T*>(block.key) + first * block.key_step;
  const T* values = static_cast<const T*>(block.value) + first * block.value_step;
  if constexpr (std::is_same_v<T, float>) {
    chunk.keys = keys;
    chunk.key_step = block.key_step;
    chunk.values = values;
    chunk.value_step = block.value_step;
  } else {
    convert_rows(keys, block.key_step, count, block.depth, s.keys);
    convert_rows(values, block.value_step, count, block.value_depth, s.values);
    chunk.keys = s.keys;
    chunk.key_step = block.depth;
    chunk.values = s.values;
    chunk.value_step = block.value_depth;
  }
  if (block.mask == nullptr) return chunk;
  if (block.mask_dtype == DataType::Float) {
    load_mask(block, static_cast<const float*>(block.mask), s, chunk);
  } else if (block.mask_dtype == DataType::Half) {
    load_mask(block, static_cast<const core::Half*>(block.mask), s, chunk);
  } else {
    load_mask(block, static_cast<const core::BFloat16*>(block.mask), s, chunk);
  }
  return chunk;
}

template <typename T>
void store_output(const Block& block, const Scratch& s) {
  for (int64_t i = 0; i < block.queries; ++i) {
    const float sum = s.sums[i];
    const Vector factor(sum > 0 ? 1 / sum : sum);
    const float* from = s.output + i * s.output_step;
    T* to = static_cast<T*>(block.output) + i * block.output_step;
    int64_t c = 0;
    for (; c + kLanes <= block.value_depth; c += kLanes)
      (Vector::load(from + c) * factor).store(to + c);
    if (c == block.value_depth) continue;
    const int tail = static_cast<int>(block.value_depth - c);
    (Vector::load(from + c, tail) * factor).store(to + c, tail);
  }
}

template <typename T, int V>
void run_width(const Block& block, const Sizes& sizes) {
  const Scratch s = place_scratch(block.scratch, sizes, kLanes);
  const T* queries = static_cast<const T*>(block.query);
  for (int64_t i = 0; i < s.width; ++i) {
    s.most[i] = kLowest;
    s.sums[i] = 0;
  }
  transpose_block(queries, block.query_step, block.queries, block.depth, block.scale, s.queries,
                  s.width);
  const int64_t visible = block.causal && block.first_query + block.queries < block.keys
                              ? block.first_query + block.queries
                              : block.keys;
  for (int64_t first = 0; first < visible; first += sizes.chunk) {
    const int64_t count = visible - first < sizes.chunk ? visible - first : sizes.chunk;
    const Chunk chunk = make_chunk<T>(block, s, first, count);
    compute_scores<V>(block, s, chunk);
    weigh_scores<V>(s, count);
    add_all_values(block, s, chunk, first == 0);
  }
  store_output<T>(block, s);
}

/// A block that is narrower than its scratch was made for is computed at its own width.
template <typename T>
void run_block(const Block& block, const Sizes& sizes) {
  Sizes own = sizes;
  own.vectors = static_cast<int>((block.queries + kLanes - 1) / kLanes);
  if (own.vectors == 1) return run_width<T, 1>(block, own);
  if (own.vectors == 2) return run_width<T, 2>(block, own);
  if constexpr (kTileVectors > 2) {
    if (own.vectors == 3) return run_width<T, 3>(block, own);
    run_width<T, 4>(block, own);
  }
}

constexpr Loops make_loops() {
  return {
      .lanes = Vector::kLanes,
      .max_vectors = kTileVectors,
      .run = {{run_block<float>, run_block<core::Half>, run_block<core::BFloat16>}},
  };
}

}  // namespace
}  // namespace trtlike::kernels::attention
