// What happens to a tile of sums before it is stored: the links of a chain, a few vectors at a
// time. Internal linkage: one copy an instruction set.
#pragma once

#include "kernels/matmul/narrow.h"
#include "kernels/matmul/tiles.h"
#include "kernels/simd/round_to.h"
#include "kernels/simd/vector_math.h"

namespace trtlike::kernels::matmul {
namespace {

/// kCount vectors of a row, the last of them partial when `count` is below its lanes.
template <int kCount>
struct Group {
  static constexpr int kLanes = Vector::kLanes;
  Vector x[kCount];

  template <typename F>
  void each(F&& f) {
#pragma GCC unroll 4
    for (int j = 0; j < kCount; ++j) x[j] = f(x[j]);
  }

  template <typename T>
  void load(const T* p, int count) {
#pragma GCC unroll 4
    for (int j = 0; j < kCount; ++j)
      x[j] = kCount == 1 && count < kLanes ? Vector::load(p, count) : Vector::load(p + j * kLanes);
  }

  template <typename T>
  void store(T* p, int count) const {
#pragma GCC unroll 4
    for (int j = 0; j < kCount; ++j) {
      if (kCount == 1 && count < kLanes) {
        store_as(x[j], p, count);
      } else {
        store_as(x[j], p + j * kLanes);
      }
    }
  }

  void load(const TileOperand& operand, int64_t row, int64_t column, int count) {
    const int64_t at = row * operand.row_stride + column * operand.column_stride;
    const auto read = [&](auto* p) {
      if (operand.column_stride != 0) {
        load(p + at, count);
      } else {
        // Widens one element on all lanes.
        float lanes[kLanes];
        Vector::load(p + at, 1).store(lanes);
        for (Vector& v : x) v = Vector(lanes[0]);
      }
    };
    if (operand.dtype == DataType::Float) {
      read(static_cast<const float*>(operand.data));
    } else if (operand.dtype == DataType::Half) {
      read(static_cast<const core::Half*>(operand.data));
    } else {
      read(static_cast<const core::BFloat16*>(operand.data));
    }
  }

  template <typename F>
  void with(const Group& other, F&& f) {
#pragma GCC unroll 4
    for (int j = 0; j < kCount; ++j) x[j] = f(x[j], other.x[j]);
  }

  void apply(const ChainLink& link) {
    const Vector alpha(link.alpha), beta(link.beta), zero(0.0f), one(1.0f);
    switch (link.op) {
      case ChainOp::Linear:
        return each([&](Vector v) { return fma(v, alpha, beta); });
      case ChainOp::Relu:
        if (link.alpha == 0.0f) return each([&](Vector v) { return max(zero, v); });
        return each([&](Vector v) { return select(less(v, zero), alpha * v, v); });
      case ChainOp::Clip:
        return each([&](Vector v) { return max(alpha, min(beta, v)); });
      case ChainOp::Sigmoid:
        return each([](Vector v) { return sigmoid(v); });
      case ChainOp::Tanh:
        return each([](Vector v) { return tanh(v); });
      case ChainOp::Elu:
        return each([&](Vector v) { return select(less(v, zero), alpha * expm1(v), v); });
      case ChainOp::Softplus:
        return each([&](Vector v) { return alpha * softplus(beta * v); });
      case ChainOp::HardSigmoid:
        return each([&](Vector v) { return max(zero, min(one, fma(alpha, v, beta))); });
      case ChainOp::GeluErf:
        return each([](Vector v) { return gelu_erf(v); });
      case ChainOp::GeluTanh:
        return each([](Vector v) { return gelu_tanh(v); });
      case ChainOp::Silu:
        return each([](Vector v) { return v * sigmoid(v); });
      case ChainOp::HardSwish:
        return each([&](Vector v) { return v * max(zero, min(one, fma(alpha, v, beta))); });
      case ChainOp::Exp:
        return each([](Vector v) { return exp(v); });
      case ChainOp::Sqrt:
        return each([](Vector v) { return sqrt(v); });
      case ChainOp::Abs:
        return each([](Vector v) { return abs(v); });
      case ChainOp::Square:
        return each([](Vector v) { return v * v; });
      case ChainOp::RoundTo:
        return each([&, inverse = one / alpha](Vector v) { return round_to(v, alpha, inverse); });
      default:
        break;
    }
  }

  void combine(ChainOp op, const Group& y) {
    switch (op) {
      case ChainOp::Add:
        return with(y, [](Vector a, Vector b) { return a + b; });
      case ChainOp::Sub:
        return with(y, [](Vector a, Vector b) { return a - b; });
      case ChainOp::Mul:
        return with(y, [](Vector a, Vector b) { return a * b; });
      case ChainOp::Div:
        return with(y, [](Vector a, Vector b) { return a / b; });
      case ChainOp::Max:
        return with(y, [](Vector a, Vector b) { return select(is_nan(a), a, max(a, b)); });
      case ChainOp::Min:
        return with(y, [](Vector a, Vector b) { return select(is_nan(a), a, min(a, b)); });
      default:
        break;
    }
  }
};

template <int kCount>
inline void finish_group(const FinishArgs& args, int row, int column, int count) {
  Group<kCount> group;
  group.load(args.sums + row * args.sums_stride + column, count);
  for (int i = 0; i < args.num_links; ++i) {
    const ChainLink& link = args.links[i];
    if (link.operand < 0) {
      group.apply(link);
      continue;
    }
    Group<kCount> y;
    y.load(args.operands[link.operand], row, column, count);
    group.combine(link.op, y);
  }
  const int64_t at = row * args.out_stride + column;
  if (args.dtype == DataType::Float) {
    group.store(static_cast<float*>(args.out) + at, count);
  } else if (args.dtype == DataType::Half) {
    group.store(static_cast<core::Half*>(args.out) + at, count);
  } else {
    group.store(static_cast<core::BFloat16*>(args.out) + at, count);
  }
}

void finish(const FinishArgs& args) {
  constexpr int kLanes = Vector::kLanes;
  for (int row = 0; row < args.rows; ++row) {
    int column = 0;
    for (; column + 4 * kLanes <= args.columns; column += 4 * kLanes)
      finish_group<4>(args, row, column, kLanes);
    for (; column < args.columns; column += kLanes) {
      const int left = args.columns - column;
      finish_group<1>(args, row, column, left < kLanes ? left : kLanes);
    }
  }
}

}  // namespace
}  // namespace trtlike::kernels::matmul
