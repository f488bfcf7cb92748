// LSTM with weights of bf16 in bf16 products with f32 sums. Inputs and states are rounded as they
// are read; gates and cells are f32.
#include "kernels/lstm/generic.h"

namespace trtlike::kernels::lstm {
namespace {

/// sums[r][g] += over pairs of k of x[r, k] * weights[k, g]. A single row has only four sums: every
/// other pair goes to four more.
template <int R>
inline void multiply_pairs(const float* x, int64_t x_step, const void* panel, int64_t depth,
                           Vector (&sums)[R][kGates]) {
  constexpr int kChains = R == 1 ? 2 : 1;
  constexpr int64_t kAtOnce = 2 * kLanes;
  const auto* weights = static_cast<const float*>(panel);
  Vector other[kGates] = {Vector(0.0f), Vector(0.0f), Vector(0.0f), Vector(0.0f)};
  for (int64_t k = 0; k < depth; k += kAtOnce) {
    const int count = static_cast<int>(depth - k < kAtOnce ? depth - k : kAtOnce);
    const int first = count < kLanes ? count : static_cast<int>(kLanes);
    alignas(64) int32_t pairs[R][kLanes];
#pragma GCC unroll 6
    for (int r = 0; r < R; ++r) {
      const float* from = x + r * x_step + k;
      const __m512 low = _mm512_maskz_loadu_ps(Vector::head(first), from);
      const __m512 high = _mm512_maskz_loadu_ps(Vector::head(count - first), from + kLanes);
      _mm512_store_si512(pairs[r], (__m512i)_mm512_cvtne2ps_pbh(high, low));
    }
    const int steps = (count + 1) / 2;
    for (int j = 0; j < steps; ++j, weights += kPanel) {
      __m512bh columns[kGates];
#pragma GCC unroll 4
      for (int64_t g = 0; g < kGates; ++g)
        columns[g] = (__m512bh)_mm512_loadu_ps(weights + g * kLanes);
#pragma GCC unroll 6
      for (int r = 0; r < R; ++r) {
        const auto pair = (__m512bh)_mm512_set1_epi32(pairs[r][j]);
#pragma GCC unroll 4
        for (int64_t g = 0; g < kGates; ++g) {
          Vector& sum = kChains == 2 && j % 2 != 0 ? other[g] : sums[r][g];
          sum = _mm512_dpbf16_ps(sum.v, columns[g], pair);
        }
      }
    }
  }
  if constexpr (kChains == 2)
    for (int64_t g = 0; g < kGates; ++g) sums[0][g] = sums[0][g] + other[g];
}

void run_input_pairs(const InputRows& in) {
  for_each_tile<kRows>(in.rows, [&](auto rows, int64_t first) {
    constexpr int R = decltype(rows)::value;
    Vector sums[R][kGates];
    for (int r = 0; r < R; ++r)
      for (int64_t g = 0; g < kGates; ++g) sums[r][g] = Vector::load(in.bias + g * kLanes);
    multiply_pairs<R>(in.x + first * in.x_step, in.x_step, in.weights, in.inputs, sums);
    for (int r = 0; r < R; ++r)
      for (int64_t g = 0; g < kGates; ++g)
        sums[r][g].store(in.gates + (first + r) * kPanel + g * kLanes);
  });
}

void run_step_pairs(const StepRows& in) {
  const auto step = [&](auto rows, int64_t first, int64_t block) {
    constexpr int R = decltype(rows)::value;
    Vector sums[R][kGates];
    for (int r = 0; r < R; ++r) load_gates(in.gates[first + r] + block * in.gates_step, sums[r]);
    multiply_pairs<R>(in.h + first * in.h_step, in.h_step, in.weights_of(block), in.hidden, sums);
    update_rows(in, first, block, sums);
  };
  for_each_step<1>(in, [&](auto one, int64_t block) { step(one, 0, block); }, step);
}

constexpr Loops make_pair_loops() {
  Loops loops = make_loops();
  loops.pairs = true;
  loops.input = {{nullptr, nullptr, run_input_pairs}};
  loops.step = {{nullptr, nullptr, run_step_pairs}};
  return loops;
}

}  // namespace

constinit const Loops kAvx512Bf16 = make_pair_loops();

}  // namespace trtlike::kernels::lstm
