// Attention of one block of queries in f32 products, written once against Vector. Included by one
// source file for each instruction set.
#pragma once

#include <type_traits>

#include "kernels/attention/block_steps.h"

namespace trtlike::kernels::attention {
namespace {

/// Keys and values are f32, in place or converted; queries are scaled when they are transposed.
struct FloatProducts {
  template <int R, int V>
  static void multiply_keys(const Chunk& chunk, int64_t first, const Scratch& s, int64_t depth,
                            Vector (&sums)[R][V]) {
    const auto* keys = static_cast<const float*>(chunk.keys) + first * chunk.key_step;
    multiply_tile<R, V, Left::Rows, false>(keys, chunk.key_step, s.queries, V * kLanes, depth, 0,
                                           sums);
  }
  template <int R, int V, bool kTail>
  static void multiply_values(const Chunk& chunk, int64_t first, const Scratch& s, int64_t column,
                              int tail, Vector (&sums)[R][V]) {
    const auto* values = static_cast<const float*>(chunk.values) + column;
    multiply_tile<R, V, Left::Columns, kTail>(s.scores + first, s.width, values, chunk.value_step,
                                              chunk.count, tail, sums);
  }
  static Vector scaled(Vector score, Vector) { return score; }
};

/// Scores become weights exp(score - largest so far).
template <int V>
void weigh_scores(const Scratch& s, int64_t count) {
  Running<V> running(s);
  for (int64_t j = 0; j < count; ++j) {
    float* row = s.scores + j * V * kLanes;
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) {
      const Vector e = exp(Vector::load(row + v * kLanes) - running.most[v]);
      e.store(row + v * kLanes);
      running.sums[v] = running.sums[v] + e;
    }
  }
  running.store_sums(s);
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
  load_any_mask(block, s, chunk);
  return chunk;
}

template <typename T, int V>
void run_width(const Block& block, const Sizes& sizes) {
  const Scratch s = place_scratch(block.scratch, sizes, kLanes);
  begin_block(s);
  transpose_block(static_cast<const T*>(block.query), block.query_step, block.queries, block.depth,
                  block.scale, s.queries, s.width);
  const int64_t visible = visible_keys(block);
  for (int64_t first = 0; first < visible; first += sizes.chunk) {
    const int64_t count = visible - first < sizes.chunk ? visible - first : sizes.chunk;
    const Chunk chunk = make_chunk<T>(block, s, first, count);
    compute_scores<FloatProducts, V>(block, s, chunk);
    weigh_scores<V>(s, count);
    add_all_values<FloatProducts>(block, s, chunk, first == 0);
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
