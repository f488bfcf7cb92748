// AVX-512 BF16: sixteen chains of products of pairs.
#include <immintrin.h>

#include "kernels/peaks/peaks.h"

namespace trtlike::kernels {
namespace {

constexpr int kChains = 16;

float run(int64_t rounds) {
  const __m512bh factor = _mm512_cvtne2ps_pbh(_mm512_set1_ps(0.5f), _mm512_set1_ps(0.5f));
  __m512 chains[kChains];
  for (int i = 0; i < kChains; ++i) chains[i] = _mm512_set1_ps(static_cast<float>(i));
  for (int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 16
    for (int i = 0; i < kChains; ++i) chains[i] = _mm512_dpbf16_ps(chains[i], factor, factor);
  }
  __m512 sum = chains[0];
  for (int i = 1; i < kChains; ++i) sum = _mm512_add_ps(sum, chains[i]);
  return _mm512_reduce_add_ps(sum);
}

}  // namespace

constinit const PeakLoop kPeakLoopAvx512Bf16{run, int64_t{kChains} * 32 * 2};

}  // namespace trtlike::kernels
