// The loops of LSTM, written once against Vector. Included by one source file for each instruction
// set.
#pragma once

#include "kernels/lstm/lstm.h"
#include "kernels/register_tile.h"
#include "kernels/vector.h"
#include "kernels/vector_math.h"

namespace trtlike::kernels::lstm {
namespace {

constexpr int64_t kLanes = Vector::kLanes;
constexpr int64_t kPanel = kGates * kLanes;
#if defined(__AVX512F__)
constexpr int kRows = 6;
#else
constexpr int kRows = 2;
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

/// A single row has only four sums: every other k goes to four more.
template <typename T>
inline void multiply_row(const float* h, const T* weights, int64_t depth, Vector (&sums)[1][4]) {
  Vector other[4] = {Vector(0.0f), Vector(0.0f), Vector(0.0f), Vector(0.0f)};
  int64_t k = 0;
  for (; k + 2 <= depth; k += 2, weights += 2 * kPanel) {
    const Vector even(h[k]), odd(h[k + 1]);
#pragma GCC unroll 4
    for (int64_t g = 0; g < kGates; ++g) {
      sums[0][g] = fma(even, Vector::load(weights + g * kLanes), sums[0][g]);
      other[g] = fma(odd, Vector::load(weights + kPanel + g * kLanes), other[g]);
    }
  }
  if (k < depth)
    for (int64_t g = 0; g < kGates; ++g)
      other[g] = fma(Vector(h[k]), Vector::load(weights + g * kLanes), other[g]);
  for (int64_t g = 0; g < kGates; ++g) sums[0][g] = sums[0][g] + other[g];
}

template <int R>
inline void load_gates(const StepRows& in, int64_t first, Vector (&sums)[R][kGates]) {
  for (int r = 0; r < R; ++r)
    for (int64_t g = 0; g < kGates; ++g)
      sums[r][g] = Vector::load(in.gates[first + r] + g * kLanes);
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

/// From complete gates to cells and states.
template <int R>
inline void update_states(const StepRows& in, int64_t first, const Vector (&sums)[R][kGates]) {
  for (int r = 0; r < R; ++r) {
    float* c = in.c + (first + r) * in.state_step;
    const auto& [input, output, forget, cell] = sums[r];
    const Quotient fresh = tanh_quotient(cell);
    const Vector now = Vector::load(c) / inverse_sigmoid(forget) +
                       fresh.over / (inverse_sigmoid(input) * fresh.under);
    now.store(c);
    const Quotient shown = tanh_quotient(now);
    (shown.over / (inverse_sigmoid(output) * shown.under))
        .store(in.next_h + (first + r) * in.state_step);
  }
}

template <typename T>
void run_step(const StepRows& in) {
  const auto* weights = static_cast<const T*>(in.weights);
  for_each_tile<kRows>(in.rows, [&](auto rows, int64_t first) {
    constexpr int R = decltype(rows)::value;
    Vector sums[R][kGates];
    load_gates(in, first, sums);
    if constexpr (R == 1) {
      multiply_row(in.h + first * in.h_step, weights, in.hidden, sums);
    } else {
      multiply_tile<R, kGates, Left::Rows, false>(in.h + first * in.h_step, in.h_step, weights,
                                                  kPanel, in.hidden, 0, sums);
    }
    update_states(in, first, sums);
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
