// The step functions, written once against Vector. Included by one source an instruction set; all
// of it has internal linkage.
#pragma once

#include <cmath>
#include <limits>

#include "kernels/pointwise/steps.h"
#include "kernels/vector_math.h"

namespace trtlike::kernels::pointwise {
namespace {

using ops::PointwiseOpcode;

/// F(a, b, c, alpha, beta) on all elements. Variant as in StepTable.
template <auto F, int kVariant>
void run_step(const StepArgs& args) {
  constexpr int kLanes = Vector::kLanes;
  constexpr bool kOneA = (kVariant & 1) != 0, kOneB = (kVariant & 2) != 0,
                 kOneC = (kVariant & 4) != 0;
  const Vector alpha(args.alpha), beta(args.beta);
  const Vector one_a(kOneA ? args.a[0] : 0), one_b(kOneB ? args.b[0] : 0),
      one_c(kOneC ? args.c[0] : 0);
  const auto compute = [&](auto&& load, int64_t i) {
    if constexpr (std::is_invocable_v<decltype(F), Vector, Vector, Vector>) {
      return F(kOneA ? one_a : load(args.a + i), alpha, beta);
    } else if constexpr (std::is_invocable_v<decltype(F), Vector, Vector>) {
      return F(kOneA ? one_a : load(args.a + i), kOneB ? one_b : load(args.b + i));
    } else {
      return F(kOneA ? one_a : load(args.a + i), kOneB ? one_b : load(args.b + i),
               kOneC ? one_c : load(args.c + i), 0);
    }
  };
  int64_t i = 0;
  for (; i + kLanes <= args.count; i += kLanes)
    compute([](const float* p) { return Vector::load(p); }, i).store(args.out + i);
  if (const int rest = static_cast<int>(args.count - i); rest > 0)
    compute([&](const float* p) { return Vector::load(p, rest); }, i).store(args.out + i, rest);
}

/// f on each lane, for functions that the mathematics library computes one by one.
template <typename F, typename... More>
Vector each_lane(F f, Vector a, More... more) {
  constexpr int kLanes = Vector::kLanes;
  float x[kLanes];
  a.store(x);
  const auto apply = [&](auto... others) {
    float rest[sizeof...(others) + 1][kLanes];
    int k = 0;
    (others.store(rest[k++]), ...);
    for (int i = 0; i < kLanes; ++i) {
      if constexpr (sizeof...(others) == 0) {
        x[i] = f(x[i]);
      } else {
        x[i] = f(x[i], rest[0][i]);
      }
    }
  };
  apply(more...);
  return Vector::load(x);
}

inline Vector to_number(Mask mask) { return select(mask, Vector(1.0f), Vector(0.0f)); }
inline Mask is_true(Vector x) { return mask_not(equal(x, Vector(0.0f))); }

template <typename T>
Vector round_to(Vector x) {
  T stored[Vector::kLanes];
  x.store(stored);
  return Vector::load(stored);
}

template <auto Fast, auto Slow>
Vector reduced_range(Vector x) {
  if (any(less(Vector(8192.0f), abs(x)))) return each_lane(Slow, x);
  return Fast(x);
}

inline void set_step(StepTable& table, StepOpcode op, std::initializer_list<Step> variants) {
  size_t i = 0;
  for (const Step step : variants) table.steps[static_cast<size_t>(op)][i++] = step;
}

template <auto F>
void set_unary(StepTable& table, StepOpcode op) {
  set_step(table, op, {run_step<F, 0>});
}
template <auto F>
void set_unary(StepTable& table, PointwiseOpcode op) {
  set_unary<F>(table, to_step(op));
}
template <auto F>
void set_binary(StepTable& table, PointwiseOpcode op) {
  set_step(table, to_step(op), {run_step<F, 0>, run_step<F, 1>, run_step<F, 2>});
}
template <auto F>
void set_ternary(StepTable& table, StepOpcode op) {
  set_step(table, op,
           {run_step<F, 0>, run_step<F, 1>, run_step<F, 2>, run_step<F, 3>, run_step<F, 4>,
            run_step<F, 5>, run_step<F, 6>});
}

inline void set_activations(StepTable& table) {
  using Op = PointwiseOpcode;
  set_unary<[](Vector x, Vector, Vector) { return max(Vector(0.0f), x); }>(table, Op::Relu);
  set_unary<[](Vector x, Vector, Vector) { return sigmoid(x); }>(table, Op::Sigmoid);
  set_unary<[](Vector x, Vector, Vector) { return tanh(x); }>(table, Op::Tanh);
  set_unary<[](Vector x, Vector alpha, Vector) {
    return select(less(x, Vector(0.0f)), alpha * x, x);
  }>(table, Op::LeakyRelu);
  set_unary<[](Vector x, Vector alpha, Vector) {
    return select(less(x, Vector(0.0f)), alpha * expm1(x), x);
  }>(table, Op::Elu);
  set_unary<[](Vector x, Vector alpha, Vector beta) {
    return beta * select(less_equal(x, Vector(0.0f)), alpha * expm1(x), x);
  }>(table, Op::Selu);
  set_unary<[](Vector x, Vector, Vector) {
    const Vector magnitude = abs(x);
    const Mask infinite = equal(magnitude, Vector(std::numeric_limits<float>::infinity()));
    return select(infinite, copy_sign(Vector(1.0f), x), x / (magnitude + Vector(1.0f)));
  }>(table, Op::Softsign);
  set_unary<[](Vector x, Vector alpha, Vector beta) { return alpha * softplus(beta * x); }>(
      table, Op::Softplus);
  set_unary<[](Vector x, Vector alpha, Vector beta) { return max(alpha, min(beta, x)); }>(table,
                                                                                          Op::Clip);
  set_unary<[](Vector x, Vector alpha, Vector beta) {
    return max(Vector(0.0f), min(Vector(1.0f), fma(alpha, x, beta)));
  }>(table, Op::HardSigmoid);
  set_unary<[](Vector x, Vector alpha, Vector beta) { return alpha * tanh(beta * x); }>(
      table, Op::ScaledTanh);
  set_unary<[](Vector x, Vector alpha, Vector) {
    return select(less_equal(x, alpha), Vector(0.0f), x);
  }>(table, Op::ThresholdedRelu);
  set_unary<[](Vector x, Vector, Vector) { return gelu_erf(x); }>(table, Op::GeluErf);
  set_unary<[](Vector x, Vector, Vector) { return gelu_tanh(x); }>(table, Op::GeluTanh);
}

inline void set_arithmetic(StepTable& table) {
  using Op = PointwiseOpcode;
  set_binary<[](Vector a, Vector b) { return a + b; }>(table, Op::Sum);
  set_binary<[](Vector a, Vector b) { return a * b; }>(table, Op::Prod);
  set_binary<[](Vector a, Vector b) { return select(is_nan(a), a, max(a, b)); }>(table, Op::Max);
  set_binary<[](Vector a, Vector b) { return select(is_nan(a), a, min(a, b)); }>(table, Op::Min);
  set_binary<[](Vector a, Vector b) { return a - b; }>(table, Op::Sub);
  set_binary<[](Vector a, Vector b) { return a / b; }>(table, Op::Div);
  set_binary<[](Vector a, Vector b) {
    return each_lane([](float x, float y) { return std::pow(x, y); }, a, b);
  }>(table, Op::Pow);
  set_binary<[](Vector a, Vector b) { return floor(a / b); }>(table, Op::FloorDiv);
  set_binary<[](Vector a, Vector b) { return to_number(mask_and(is_true(a), is_true(b))); }>(
      table, Op::And);
  set_binary<[](Vector a, Vector b) { return to_number(mask_or(is_true(a), is_true(b))); }>(table,
                                                                                            Op::Or);
  set_binary<[](Vector a, Vector b) { return abs(to_number(is_true(a)) - to_number(is_true(b))); }>(
      table, Op::Xor);
  set_binary<[](Vector a, Vector b) { return to_number(equal(a, b)); }>(table, Op::Equal);
  set_binary<[](Vector a, Vector b) { return to_number(less(b, a)); }>(table, Op::Greater);
  set_binary<[](Vector a, Vector b) { return to_number(less(a, b)); }>(table, Op::Less);
}

inline void set_functions(StepTable& table) {
  using Op = PointwiseOpcode;
  set_unary<[](Vector x, Vector, Vector) { return exp(x); }>(table, Op::Exp);
  set_unary<[](Vector x, Vector, Vector) { return log(x); }>(table, Op::Log);
  set_unary<[](Vector x, Vector, Vector) { return sqrt(x); }>(table, Op::Sqrt);
  set_unary<[](Vector x, Vector, Vector) { return Vector(1.0f) / x; }>(table, Op::Recip);
  set_unary<[](Vector x, Vector, Vector) { return abs(x); }>(table, Op::Abs);
  set_unary<[](Vector x, Vector, Vector) { return -x; }>(table, Op::Neg);
  set_unary<[](Vector x, Vector, Vector) {
    return reduced_range<[](Vector v) { return sin(v); }, [](float v) { return std::sin(v); }>(x);
  }>(table, Op::Sin);
  set_unary<[](Vector x, Vector, Vector) {
    return reduced_range<[](Vector v) { return cos(v); }, [](float v) { return std::cos(v); }>(x);
  }>(table, Op::Cos);
  set_unary<[](Vector x, Vector, Vector) {
    return each_lane([](float v) { return std::tan(v); }, x);
  }>(table, Op::Tan);
  set_unary<[](Vector x, Vector, Vector) {
    return each_lane([](float v) { return std::sinh(v); }, x);
  }>(table, Op::Sinh);
  set_unary<[](Vector x, Vector, Vector) {
    return each_lane([](float v) { return std::cosh(v); }, x);
  }>(table, Op::Cosh);
  set_unary<[](Vector x, Vector, Vector) {
    return each_lane([](float v) { return std::asin(v); }, x);
  }>(table, Op::Asin);
  set_unary<[](Vector x, Vector, Vector) {
    return each_lane([](float v) { return std::acos(v); }, x);
  }>(table, Op::Acos);
  set_unary<[](Vector x, Vector, Vector) {
    return each_lane([](float v) { return std::atan(v); }, x);
  }>(table, Op::Atan);
  set_unary<[](Vector x, Vector, Vector) {
    return each_lane([](float v) { return std::asinh(v); }, x);
  }>(table, Op::Asinh);
  set_unary<[](Vector x, Vector, Vector) {
    return each_lane([](float v) { return std::acosh(v); }, x);
  }>(table, Op::Acosh);
  set_unary<[](Vector x, Vector, Vector) {
    return each_lane([](float v) { return std::atanh(v); }, x);
  }>(table, Op::Atanh);
  set_unary<[](Vector x, Vector, Vector) { return ceil(x); }>(table, Op::Ceil);
  set_unary<[](Vector x, Vector, Vector) { return floor(x); }>(table, Op::Floor);
  set_unary<[](Vector x, Vector, Vector) { return erf(x); }>(table, Op::Erf);
  set_unary<[](Vector x, Vector, Vector) { return to_number(equal(x, Vector(0.0f))); }>(table,
                                                                                        Op::Not);
  set_unary<[](Vector x, Vector, Vector) {
    const Vector zero(0.0f);
    return select(mask_or(less(x, zero), less(zero, x)), copy_sign(Vector(1.0f), x), x);
  }>(table, Op::Sign);
  set_unary<[](Vector x, Vector, Vector) { return round(x); }>(table, Op::Round);
  set_unary<[](Vector x, Vector, Vector) {
    return to_number(equal(abs(x), Vector(std::numeric_limits<float>::infinity())));
  }>(table, Op::IsInf);
  set_unary<[](Vector x, Vector, Vector) { return to_number(is_nan(x)); }>(table, Op::IsNan);
  set_unary<[](Vector x, Vector, Vector) { return round_to<core::Half>(x); }>(table, Op::RoundF16);
  set_unary<[](Vector x, Vector, Vector) { return round_to<core::BFloat16>(x); }>(table,
                                                                                  Op::RoundBf16);
  set_unary<[](Vector x, Vector, Vector) { return to_number(is_true(x)); }>(table, Op::ToBool);
  set_unary<[](Vector x, Vector, Vector) { return trunc(x); }>(table, Op::Trunc);
}

inline void set_joined(StepTable& table) {
  set_unary<[](Vector x, Vector, Vector) { return x / (Vector(1.0f) + exp(-x)); }>(
      table, StepOpcode::Silu);
  set_unary<[](Vector x, Vector alpha, Vector beta) {
    return x * max(Vector(0.0f), min(Vector(1.0f), fma(alpha, x, beta)));
  }>(table, StepOpcode::HardSwish);
  set_unary<[](Vector x, Vector, Vector) { return x * x; }>(table, StepOpcode::Square);
  set_unary<[](Vector x, Vector, Vector) { return x * x * x; }>(table, StepOpcode::Cube);
  set_unary<[](Vector x, Vector, Vector) { return x; }>(table, StepOpcode::Copy);
  set_step(table, StepOpcode::Fill,
           {run_step<[](Vector x, Vector, Vector) { return x; }, 1>,
            run_step<[](Vector x, Vector, Vector) { return x; }, 1>});
  set_ternary<[](Vector a, Vector b, Vector c, int) { return select(is_true(a), b, c); }>(
      table, to_step(PointwiseOpcode::Select));
  set_ternary<[](Vector a, Vector b, Vector c, int) { return fma(a, b, c); }>(
      table, StepOpcode::MultiplyAdd);
}

template <typename T>
void load_floats(const void* from, float* to, int64_t count) {
  // Booleans are bytes of 0 or 1: read as such, they are converted many at a time.
  using Stored = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;
  const Stored* p = static_cast<const Stored*>(from);
  constexpr int kLanes = Vector::kLanes;
  int64_t i = 0;
  if constexpr (std::is_integral_v<T>) {
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
void set_element_type(StepTable& table, DataType dtype) {
  table.load[static_cast<size_t>(dtype)] = load_floats<T>;
  table.store[static_cast<size_t>(dtype)] = store_floats<T>;
}

inline StepTable make_step_table() {
  StepTable table;
  set_activations(table);
  set_arithmetic(table);
  set_functions(table);
  set_joined(table);
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
}  // namespace trtlike::kernels::pointwise
