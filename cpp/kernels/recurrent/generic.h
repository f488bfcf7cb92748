// The loops of recurrent cells, written once against Vector and compiled for each instruction set.
#pragma once

#include "kernels/recurrent/recurrent.h"
#include "kernels/simd/multiply_panels.h"
#include "kernels/simd/vector.h"
#include "kernels/simd/vector_math.h"

namespace trtlike::kernels::recurrent {
namespace {

/// Gates in the order of ONNX.
enum Gate : int64_t { kUpdate, kReset, kCandidate };

/// Calls f(unit, lanes) for vectors of units.
template <typename F>
void for_each_vector(int64_t hidden, F&& f) {
  for (int64_t unit = 0; unit < hidden; unit += Vector::kLanes)
    f(unit, static_cast<int>(std::min<int64_t>(hidden - unit, Vector::kLanes)));
}

inline Vector argument(const Gates& gates, Gate gate, int64_t unit) {
  const int64_t at = gate * gates.pitch + unit;
  return Vector::load(gates.from_input + at) + Vector::load(gates.from_state + at);
}

inline void reset(const Gates& gates, const float* h, float* gated) {
  for_each_vector(gates.hidden, [&](int64_t unit, int lanes) {
    const Vector open = sigmoid(argument(gates, kReset, unit));
    (open * Vector::load(h + unit, lanes)).store(gated + unit, lanes);
  });
}

inline void update(const Gates& gates, bool is_reset, float* h) {
  for_each_vector(gates.hidden, [&](int64_t unit, int lanes) {
    const int64_t at = kCandidate * gates.pitch + unit;
    const Vector state = Vector::load(gates.from_state + at);
    const Vector part = is_reset ? state : sigmoid(argument(gates, kReset, unit)) * state;
    const Vector fresh = tanh(Vector::load(gates.from_input + at) + part);
    const Vector kept = sigmoid(argument(gates, kUpdate, unit));
    const Vector before = Vector::load(h + unit, lanes);
    fma(kept, before - fresh, fresh).store(h + unit, lanes);
  });
}

inline void tanh_of_sums(const Gates& gates, float* h) {
  for_each_vector(gates.hidden, [&](int64_t unit, int lanes) {
    tanh(argument(gates, kUpdate, unit)).store(h + unit, lanes);
  });
}

constexpr Loops make_loops() { return {multiply_panels, reset, update, tanh_of_sums}; }

}  // namespace
}  // namespace trtlike::kernels::recurrent
