// The step functions of the interpreter, written once against Vector. Included by one source an
// instruction set; all of it has internal linkage.
#pragma once

#include <cmath>
#include <utility>

#include "kernels/pointwise/operations.h"
#include "kernels/simd/round_to.h"

namespace trtlike::kernels {
namespace pointwise {
namespace {

template <PointwiseOpcode op>
float of_lane(float x, float y) {
  using Op = PointwiseOpcode;
  if constexpr (op == Op::Pow) return std::pow(x, y);
  if constexpr (op == Op::Sin) return std::sin(x);
  if constexpr (op == Op::Cos) return std::cos(x);
  if constexpr (op == Op::Tan) return std::tan(x);
  if constexpr (op == Op::Sinh) return std::sinh(x);
  if constexpr (op == Op::Cosh) return std::cosh(x);
  if constexpr (op == Op::Asin) return std::asin(x);
  if constexpr (op == Op::Acos) return std::acos(x);
  if constexpr (op == Op::Atan) return std::atan(x);
  if constexpr (op == Op::Asinh) return std::asinh(x);
  if constexpr (op == Op::Acosh) return std::acosh(x);
  if constexpr (op == Op::Atanh) return std::atanh(x);
}

template <PointwiseOpcode op>
Vector by_lane(Vector a, Vector b) {
  // The reduction of the argument is exact enough up to here.
  if constexpr (op == PointwiseOpcode::Sin || op == PointwiseOpcode::Cos) {
    if (!any(less(Vector(8192.0f), abs(a)))) return op == PointwiseOpcode::Sin ? sin(a) : cos(a);
  }
  float x[Vector::kLanes], y[Vector::kLanes];
  a.store(x);
  b.store(y);
  for (int i = 0; i < Vector::kLanes; ++i) x[i] = of_lane<op>(x[i], y[i]);
  return Vector::load(x);
}

template <StepOpcode op>
Vector compute(Vector a, Vector b, Vector c, Vector alpha, Vector beta) {
  if constexpr (is_by_lane(op)) {
    return by_lane<static_cast<PointwiseOpcode>(op)>(a, b);
  } else {
    return operation<op>(a, b, c, alpha, beta);
  }
}

/// Variant as in StepTable.
template <StepOpcode op, int operands, int variant>
void run_step(const StepArgs& args) {
  constexpr int kLanes = Vector::kLanes;
  constexpr bool kOneA = (variant & 1) != 0, kOneB = (variant & 2) != 0, kOneC = (variant & 4) != 0;
  const Vector alpha(args.alpha), beta(args.beta);
  const Vector a(kOneA ? args.a[0] : 0), b(kOneB ? args.b[0] : 0), c(kOneC ? args.c[0] : 0);
  int64_t i = 0;
  for (; i + kLanes <= args.count; i += kLanes)
    compute<op>(kOneA ? a : Vector::load(args.a + i),
                operands < 2 || kOneB ? b : Vector::load(args.b + i),
                operands < 3 || kOneC ? c : Vector::load(args.c + i), alpha, beta)
        .store(args.out + i);
  if (const int rest = static_cast<int>(args.count - i); rest > 0)
    compute<op>(kOneA ? a : Vector::load(args.a + i, rest),
                operands < 2 || kOneB ? b : Vector::load(args.b + i, rest),
                operands < 3 || kOneC ? c : Vector::load(args.c + i, rest), alpha, beta)
        .store(args.out + i, rest);
}

/// As num_operands, for template arguments.
constexpr int operands_of(StepOpcode op) {
  const auto code = static_cast<PointwiseOpcode>(op);
  if (op == StepOpcode::MultiplyAdd || code == PointwiseOpcode::Select) return 3;
  return code >= PointwiseOpcode::Sum && code < PointwiseOpcode::Exp ? 2 : 1;
}

/// All variants but the one where every operand is one element: that is variant 0 on one element.
template <StepOpcode op>
constexpr void set_step(StepTable& table) {
  constexpr int kOperands = operands_of(op);
  auto& variants = table.steps[static_cast<size_t>(op)];
  if constexpr (op == StepOpcode::Fill) {
    variants[0] = run_step<op, 1, 1>;
  } else if constexpr (op != static_cast<StepOpcode>(PointwiseOpcode::Constant)) {
    [&]<int... variant>(std::integer_sequence<int, variant...>) {
      ((variants[static_cast<size_t>(variant)] = run_step<op, kOperands, variant>), ...);
    }(std::make_integer_sequence<int, (1 << kOperands) - 1>());
  }
}

template <typename T>
void load_floats(const void* from, float* to, int64_t count) {
  // Booleans are read as bytes, which are converted many at a time.
  using Stored = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;
  const Stored* p = static_cast<const Stored*>(from);
  constexpr int kLanes = Vector::kLanes;
  int64_t i = 0;
  if constexpr (std::is_same_v<T, bool>) {
    for (; i < count; ++i) to[i] = static_cast<float>(p[i] < 1 ? p[i] : 1);
  } else if constexpr (std::is_integral_v<T>) {
    for (; i < count; ++i) to[i] = static_cast<float>(p[i]);
  } else {
    for (; i + kLanes <= count; i += kLanes) Vector::load(p + i).store(to + i);
    if (const int rest = static_cast<int>(count - i); rest > 0)
      Vector::load(p + i, rest).store(to + i, rest);
  }
}

/// Truncates toward zero and saturates; NaN gives 0.
template <typename T>
T saturate(float v) {
  constexpr float kLow = static_cast<float>(std::numeric_limits<T>::min());
  constexpr float kHigh = static_cast<float>(std::numeric_limits<T>::max());
  if constexpr (sizeof(T) < 4) {
    v = v > kLow ? v : v == v ? kLow : 0.0f;
    return static_cast<T>(static_cast<int32_t>(v < kHigh ? v : kHigh));
  } else {
    if (v >= kHigh) return std::numeric_limits<T>::max();
    return v > kLow ? static_cast<T>(v) : v == v ? std::numeric_limits<T>::min() : T{0};
  }
}

template <typename T>
void store_floats(const float* from, void* to, int64_t count) {
  T* p = static_cast<T*>(to);
  constexpr int kLanes = Vector::kLanes;
  int64_t i = 0;
  if constexpr (std::is_same_v<T, bool>) {
    for (; i < count; ++i) p[i] = from[i] != 0.0f;
  } else if constexpr (std::is_integral_v<T>) {
    for (; i < count; ++i) p[i] = saturate<T>(from[i]);
  } else {
    for (; i + kLanes <= count; i += kLanes) Vector::load(from + i).store(p + i);
    if (const int rest = static_cast<int>(count - i); rest > 0)
      Vector::load(from + i, rest).store(p + i, rest);
  }
}

template <typename T>
constexpr void set_element_type(StepTable& table, DataType dtype) {
  table.load[static_cast<size_t>(dtype)] = load_floats<T>;
  table.store[static_cast<size_t>(dtype)] = store_floats<T>;
}

constexpr StepTable make_step_table() {
  StepTable table{};
  [&]<size_t... op>(std::index_sequence<op...>) {
    (set_step<static_cast<StepOpcode>(op)>(table), ...);
  }(std::make_index_sequence<kNumStepOpcodes>());
  set_element_type<float>(table, DataType::Float);
  set_element_type<core::Half>(table, DataType::Half);
  set_element_type<core::BFloat16>(table, DataType::BF16);
  set_element_type<int8_t>(table, DataType::Int8);
  set_element_type<uint8_t>(table, DataType::UInt8);
  set_element_type<int32_t>(table, DataType::Int32);
  set_element_type<int64_t>(table, DataType::Int64);
  set_element_type<bool>(table, DataType::Bool);
  return table;
}

}  // namespace
}  // namespace pointwise
}  // namespace trtlike::kernels
