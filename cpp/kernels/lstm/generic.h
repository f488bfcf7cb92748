// The loops of LSTM, written once against Vector. Included by one source file for each instruction
// set.
#pragma once

#include "kernels/lstm/lstm.h"
#include "kernels/simd/register_tile.h"
#include "kernels/simd/vector.h"
#include "kernels/simd/vector_math.h"

namespace trtlike::kernels::lstm {
namespace {

constexpr int64_t kLanes = Vector::kLanes;
constexpr int64_t kPanel = kGates * kLanes;
#if defined(__AVX512F__)
constexpr int kRows = 6;
constexpr int kBlocks = 4;
#else
constexpr int kRows = 2;
constexpr int kBlocks = 2;
#endif

template <typename T>
void run_input(const InputRows& in) {
  for_each_tile<kRows>(in.rows, [&](auto rows, int64_t first) {
    constexpr int R = decltype(rows)::value;
    Vector sums[R][kGates];
    for (int r = 0; r < R; ++r)
      for (int64_t g = 0; g < kGates; ++g) sums[r][g] = Vector::load(in.bias + g * kLanes);
    multiply_tile<R, kGates, Left::Rows, false>(in.x + first * in.x_step, in.x_step,
                                                static_cast<const T*>(in.weights), kPanel,
                                                in.inputs, 0, sums);
    for (int r = 0; r < R; ++r)
      for (int64_t g = 0; g < kGates; ++g)
        sums[r][g].store(in.gates + (first + r) * kPanel + g * kLanes);
  });
}

/// A single row has only four sums a block: of a single block, every other k goes to four more.
template <int B, typename T>
inline void multiply_row(const StepRows& in, int64_t block, Vector (&sums)[B][kGates]) {
  const T* weights[B];
  for (int b = 0; b < B; ++b) weights[b] = static_cast<const T*>(in.weights_of(block + b));
  Vector others[B][kGates];
  clear_tile(others);
  const auto add = [&](int64_t k, Vector(&to)[B][kGates]) {
    const Vector x(in.h[k]);
#pragma GCC unroll 4
    for (int b = 0; b < B; ++b)
#pragma GCC unroll 4
      for (int64_t g = 0; g < kGates; ++g)
        to[b][g] = fma(x, Vector::load(weights[b] + k * kPanel + g * kLanes), to[b][g]);
  };
  const int64_t by = in.backwards ? -1 : 1, pairs = in.hidden / 2;
  int64_t k = in.backwards ? in.hidden - 1 : 0;
  for (int64_t pair = 0; pair < pairs; ++pair, k += 2 * by) {
    add(k, sums);
    if constexpr (B == 1) {
      add(k + by, others);
    } else {
      add(k + by, sums);
    }
  }
  if (in.hidden % 2 != 0) add(k, sums);
  if constexpr (B == 1)
    for (int64_t g = 0; g < kGates; ++g) sums[0][g] = sums[0][g] + others[0][g];
}

inline void load_gates(const float* gates, Vector (&sums)[kGates]) {
  for (int64_t g = 0; g < kGates; ++g) sums[g] = Vector::load(gates + g * kLanes);
}

/// 1 / sigmoid(x).
inline Vector inverse_sigmoid(Vector x) {
  return Vector(1.0f) + exp2_roughly(x * Vector(-1.44269504f));
}

/// tanh(x) as a quotient, within 4e-7 of itself.
struct Quotient {
  Vector over, under;
};
inline Quotient tanh_quotient(Vector x) {
  x = min(Vector(7.90531111f), max(Vector(-7.90531111f), x));
  const Vector s = x * x;
  const Vector over = polynomial(s, -2.76076847e-16f, 2.00018790e-13f, -8.60467152e-11f,
                                 5.12229709e-8f, 1.48572236e-5f, 6.37261929e-4f, 4.89352456e-3f);
  return {over * x, polynomial(s, 1.19825839e-6f, 1.18534706e-4f, 2.26843463e-3f, 4.89352519e-3f)};
}

/// From complete gates to a cell and a state.
inline void update_state(const Vector (&gates)[kGates], float* c, float* next_h) {
  const auto& [input, output, forget, cell] = gates;
  const Quotient fresh = tanh_quotient(cell);
  const Vector now = Vector::load(c) / inverse_sigmoid(forget) +
                     fresh.over / (inverse_sigmoid(input) * fresh.under);
  now.store(c);
  const Quotient shown = tanh_quotient(now);
  (shown.over / (inverse_sigmoid(output) * shown.under)).store(next_h);
}

/// Calls single(Rows<B>, block) for blocks of a single sequence, tile(Rows<R>, first, block) for
/// rows of one block.
template <int kBlocks, typename Single, typename Tile>
inline void for_each_step(const StepRows& in, Single&& single, Tile&& tile) {
  if (in.rows == 1) return for_each_tile<kBlocks>(in.blocks, single);
  for (int64_t block = 0; block < in.blocks; ++block)
    for_each_tile<kRows>(in.rows, [&](auto rows, int64_t first) { tile(rows, first, block); });
}

/// What becomes of the sums of rows of a block.
template <int R>
inline void update_rows(const StepRows& in, int64_t first, int64_t block,
                        const Vector (&sums)[R][kGates]) {
  for (int r = 0; r < R; ++r) {
    const int64_t unit = (first + r) * in.state_step + block * kLanes;
    update_state(sums[r], in.c + unit, in.next_h + unit);
  }
}

/// What becomes of the sums of blocks of a single row.
template <int B>
inline void update_blocks(const StepRows& in, int64_t block, const Vector (&sums)[B][kGates]) {
  for (int b = 0; b < B; ++b) {
    const int64_t unit = (block + b) * kLanes;
    update_state(sums[b], in.c + unit, in.next_h + unit);
  }
}

template <typename T>
void run_step(const StepRows& in) {
  for_each_step<kBlocks>(
      in,
      [&](auto blocks, int64_t block) {
        constexpr int B = decltype(blocks)::value;
        Vector sums[B][kGates];
        for (int b = 0; b < B; ++b) load_gates(in.gates[0] + (block + b) * in.gates_step, sums[b]);
        multiply_row<B, T>(in, block, sums);
        update_blocks(in, block, sums);
      },
      [&](auto rows, int64_t first, int64_t block) {
        constexpr int R = decltype(rows)::value;
        Vector sums[R][kGates];
        for (int r = 0; r < R; ++r)
          load_gates(in.gates[first + r] + block * in.gates_step, sums[r]);
        multiply_tile<R, kGates, Left::Rows, false>(in.h + first * in.h_step, in.h_step,
                                                    static_cast<const T*>(in.weights_of(block)),
                                                    kPanel, in.hidden, 0, sums);
        update_rows(in, first, block, sums);
      });
}

template <typename T>
void run_load(const void* from, float* to, int64_t count) {
  const auto* x = static_cast<const T*>(from);
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) Vector::load(x + i).store(to + i);
  if (i == count) return;
  const int tail = static_cast<int>(count - i);
  Vector::load(x + i, tail).store(to + i, tail);
}

template <typename T>
void run_store(const float* from, void* to, int64_t count) {
  auto* y = static_cast<T*>(to);
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) Vector::load(from + i).store(y + i);
  if (i == count) return;
  const int tail = static_cast<int>(count - i);
  Vector::load(from + i, tail).store(y + i, tail);
}

constexpr Loops make_loops() {
  return {
      .lanes = Vector::kLanes,
      .input = {{run_input<float>, run_input<core::Half>, run_input<core::BFloat16>}},
      .step = {{run_step<float>, run_step<core::Half>, run_step<core::BFloat16>}},
      .load = {{run_load<float>, run_load<core::Half>, run_load<core::BFloat16>}},
      .store = {{run_store<float>, run_store<core::Half>, run_store<core::BFloat16>}},
  };
}

}  // namespace
}  // namespace trtlike::kernels::lstm
