// AVX2: twelve chains, as latency 5 times two a cycle asks for, in sixteen registers.
#include <immintrin.h>

#include "kernels/peaks/peaks.h"

namespace trtlike::kernels {
namespace {

constexpr int kChains = 12;

float run(int64_t rounds) {
  const __m256 factor = _mm256_set1_ps(0.999f), term = _mm256_set1_ps(0.001f);
  __m256 chains[kChains];
  for (int i = 0; i < kChains; ++i) chains[i] = _mm256_set1_ps(static_cast<float>(i));
  for (int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 12
    for (int i = 0; i < kChains; ++i) chains[i] = _mm256_fmadd_ps(chains[i], factor, term);
  }
  __m256 sum = chains[0];
  for (int i = 1; i < kChains; ++i) sum = _mm256_add_ps(sum, chains[i]);
  float out[8];
  _mm256_storeu_ps(out, sum);
  return out[0];
}

}  // namespace

constinit const PeakLoop kPeakLoopAvx2{run, int64_t{kChains} * 8 * 2};

}  // namespace trtlike::kernels
