// Attention of bf16 operands in bf16 products with f32 sums. Queries are scaled and softmax is
// computed in f32; weights are rounded to bf16 before they multiply values.
//
// A product of bf16 takes two adjacent terms at a time: pairs of a key's elements lie together in
// memory already, queries are transposed by pairs, and pairs of keys' weights and values are
// interleaved.
#include <cstring>

#include "kernels/attention/block_steps.h"

namespace trtlike::kernels::attention {
namespace {

using core::BFloat16;

/// Two bf16 in the place of a float.
inline __m512bh pairs_at(const float* p) { return (__m512bh)_mm512_loadu_si512(p); }
inline __m512bh broadcast_pair(const void* p) {
  int32_t pair;
  std::memcpy(&pair, p, sizeof pair);
  return (__m512bh)_mm512_set1_epi32(pair);
}

/// sums[r][v] += over pairs k of a[r, k] * b[k, v]; a's rows and pairs are `a_row` and `a_pair`
/// bytes apart.
template <int R, int V>
inline void multiply_pairs(const std::byte* a, int64_t a_row, int64_t a_pair, const float* b,
                           int64_t b_step, int64_t pairs, Vector (&sums)[R][V]) {
  for (int64_t k = 0; k < pairs; ++k, a += a_pair, b += b_step) {
    __m512bh columns[V];
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) columns[v] = pairs_at(b + v * kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const __m512bh x = broadcast_pair(a + r * a_row);
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) sums[r][v] = _mm512_dpbf16_ps(sums[r][v].v, x, columns[v]);
    }
  }
}

/// Keys are read in place; values are interleaved pairs, output_step apart.
struct PairProducts {
  template <int R, int V>
  static void multiply_keys(const Chunk& chunk, int64_t first, const Scratch& s, int64_t depth,
                            Vector (&sums)[R][V]) {
    const auto* keys = static_cast<const BFloat16*>(chunk.keys) + first * chunk.key_step;
    multiply_pairs<R, V>(reinterpret_cast<const std::byte*>(keys),
                         chunk.key_step * static_cast<int64_t>(sizeof(BFloat16)),
                         2 * sizeof(BFloat16), s.queries, V * kLanes, depth / 2, sums);
  }
  template <int R, int V, bool kTail>
  static void multiply_values(const Chunk& chunk, int64_t first, const Scratch& s, int64_t column,
                              int, Vector (&sums)[R][V]) {
    const auto* values = static_cast<const float*>(chunk.values) + column;
    multiply_pairs<R, V>(reinterpret_cast<const std::byte*>(s.scores + first), sizeof(float),
                         s.width * static_cast<int64_t>(sizeof(float)), values, chunk.value_step,
                         (chunk.count + 1) / 2, sums);
  }
  static Vector scaled(Vector score, Vector scale) { return score * scale; }
};

/// Pair k of query i goes to to[k * width + i]; lanes without a query are zero.
void transpose_pairs(const BFloat16* from, int64_t from_step, int64_t rows, int64_t pairs,
                     float* to, int64_t width) {
  for (int64_t r = 0; r < rows; r += kLanes)
    for (int64_t k = 0; k < pairs; k += kLanes) {
      const int count = static_cast<int>(pairs - k < kLanes ? pairs - k : kLanes);
      Vector square[kLanes];
      for (int64_t i = 0; i < kLanes; ++i) {
        const BFloat16* at = from + (r + i) * from_step + 2 * k;
        square[i] =
            r + i < rows ? Vector::load(reinterpret_cast<const float*>(at), count) : Vector(0.0f);
      }
      transpose(square);
      for (int64_t i = 0; i < count; ++i) square[i].store(to + (k + i) * width + r);
    }
}

/// Element c of rows 0 and 1 becomes pair c.
inline __m512i interleave(const BFloat16* row0, const BFloat16* row1, __mmask16 lanes) {
  const __m512i low = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes, row0));
  if (row1 == nullptr) return low;
  const __m512i high = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes, row1));
  return _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
}

void interleave_rows(const BFloat16* from, int64_t from_step, int64_t rows, int64_t columns,
                     float* to, int64_t to_step) {
  for (int64_t r = 0; r < rows; r += 2, to += to_step)
    for (int64_t c = 0; c < columns; c += kLanes) {
      const int count = static_cast<int>(columns - c < kLanes ? columns - c : kLanes);
      const BFloat16* row = from + r * from_step + c;
      _mm512_storeu_si512(
          to + c, interleave(row, r + 1 < rows ? row + from_step : nullptr, Vector::head(count)));
    }
}

/// Scores become weights exp(score - largest so far), and those of two keys at a time become pairs:
/// row p of pairs takes the place of row p of scores.
template <int V>
void weigh_pairs(const Scratch& s, int64_t count) {
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24,
                                         8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  Running<V> running(s);
  for (int64_t j = 0; j < count; j += 2) {
    const float* row = s.scores + j * V * kLanes;
    float* to = s.scores + j / 2 * V * kLanes;
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) {
      const Vector low = exp(Vector::load(row + v * kLanes) - running.most[v]);
      Vector high(0.0f);
      if (j + 1 < count) high = exp(Vector::load(row + (V + v) * kLanes) - running.most[v]);
      running.sums[v] = running.sums[v] + (low + high);
      const auto both = (__m512i)_mm512_cvtne2ps_pbh(high.v, low.v);
      _mm512_storeu_si512(to + v * kLanes, _mm512_permutexvar_epi16(order, both));
    }
  }
  running.store_sums(s);
}

template <int V>
void run_width(const Block& block, const Sizes& sizes) {
  const Scratch s = place_scratch(block.scratch, sizes, kLanes);
  begin_block(s);
  transpose_pairs(static_cast<const BFloat16*>(block.query), block.query_step, block.queries,
                  block.depth / 2, s.queries, s.width);
  const int64_t visible = visible_keys(block);
  for (int64_t first = 0; first < visible; first += sizes.chunk) {
    Chunk chunk;
    chunk.first = first;
    chunk.count = visible - first < sizes.chunk ? visible - first : sizes.chunk;
    chunk.keys = static_cast<const BFloat16*>(block.key) + first * block.key_step;
    chunk.key_step = block.key_step;
    interleave_rows(static_cast<const BFloat16*>(block.value) + first * block.value_step,
                    block.value_step, chunk.count, block.value_depth, s.values, s.output_step);
    chunk.values = s.values;
    chunk.value_step = s.output_step;
    load_any_mask(block, s, chunk);
    compute_scores<PairProducts, V>(block, s, chunk);
    weigh_pairs<V>(s, chunk.count);
    add_all_values<PairProducts>(block, s, chunk, first == 0);
  }
  store_output<BFloat16>(block, s);
}

void run_block(const Block& block, const Sizes& sizes) {
  Sizes own = sizes;
  own.vectors = static_cast<int>((block.queries + kLanes - 1) / kLanes);
  if (own.vectors == 1) return run_width<1>(block, own);
  if (own.vectors == 2) return run_width<2>(block, own);
  if (own.vectors == 3) return run_width<3>(block, own);
  run_width<4>(block, own);
}

}  // namespace

constinit const Loops kAvx512Bf16 = {
    .lanes = Vector::kLanes,
    .max_vectors = kTileVectors,
    .run = {{nullptr, nullptr, run_block}},
};

}  // namespace trtlike::kernels::attention
