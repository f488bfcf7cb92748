// Links on vectors, a few at a time. Internal linkage: one copy an instruction set.
#pragma once

#include "kernels/epilogue/finish_rows.h"
#include "kernels/pointwise/operations.h"
#include "kernels/simd/narrow.h"
#include "kernels/simd/round_to.h"

namespace trtlike::kernels::epilogue {
namespace {

template <LinkOp op>
inline Vector link_value(Vector x, Vector y, Vector alpha, Vector beta) {
  if constexpr (op == LinkOp::Linear) {
    return fma(x, alpha, beta);
  } else if constexpr (op == LinkOp::RoundTo) {
    return round_to(x, alpha, beta);
  } else if constexpr (op == LinkOp::Quantize) {
    return round(x * alpha) + beta;
  } else {
    return pointwise::operation<static_cast<pointwise::StepOpcode>(op)>(x, y, x, alpha, beta);
  }
}

/// Vectors that are finished together: neighbours in a row or, all of them perhaps partial, below
/// each other.
enum class Along { Row, Column };

template <int kCount, Along kAlong>
struct Group {
  static constexpr int kLanes = Vector::kLanes;
  static constexpr bool kIsDown = kAlong == Along::Column;
  Vector x[kCount];

  /// From one vector to the next, in an array of this row stride.
  static int64_t step(int64_t row_stride) { return kIsDown ? row_stride : kLanes; }

  template <typename T>
  void load(const T* p, int64_t row_stride, int count) {
    const bool partial = kIsDown && count < kLanes;
#pragma GCC unroll 4
    for (int j = 0; j < kCount; ++j) {
      const T* at = p + j * step(row_stride);
      x[j] = partial ? Vector::load(at, count) : Vector::load(at);
    }
  }

  template <typename T>
  void store(T* p, int64_t row_stride, int count) const {
    const bool partial = kIsDown && count < kLanes;
#pragma GCC unroll 4
    for (int j = 0; j < kCount; ++j) {
      T* at = p + j * step(row_stride);
      if (partial) {
        store_as(x[j], at, count);
      } else {
        store_as(x[j], at);
      }
    }
  }

  /// Widens one element of a row on all lanes.
  template <typename T>
  static Vector repeat(const T* p) {
    float lanes[kLanes];
    Vector::load(p, 1).store(lanes);
    return Vector(lanes[0]);
  }

  void load(const RowOperand& operand, int64_t row, int64_t column, int count) {
    const int64_t at = row * operand.row_stride + column * operand.column_stride;
    const auto read = [&](auto* p) {
      if (operand.column_stride != 0) return load(p + at, operand.row_stride, count);
#pragma GCC unroll 4
      for (int j = 0; j < kCount; ++j)
        x[j] = j > 0 && !kIsDown ? x[0] : repeat(p + at + j * operand.row_stride);
    };
    if (operand.dtype == DataType::Float) {
      read(static_cast<const float*>(operand.data));
    } else if (operand.dtype == DataType::Half) {
      read(static_cast<const core::Half*>(operand.data));
    } else if (operand.dtype == DataType::BF16) {
      read(static_cast<const core::BFloat16*>(operand.data));
    } else if (operand.dtype == DataType::Int8) {
      read(static_cast<const int8_t*>(operand.data));
    } else {
      read(static_cast<const uint8_t*>(operand.data));
    }
  }

  void scale(float factor) {
    if (factor == 1.0f) return;
#pragma GCC unroll 4
    for (int j = 0; j < kCount; ++j) x[j] = x[j] * Vector(factor);
  }

  template <LinkOp op>
  void apply(const Link& link, const Group& y) {
    const Vector alpha(link.alpha), beta(link.beta);
#pragma GCC unroll 4
    for (int j = 0; j < kCount; ++j) x[j] = link_value<op>(x[j], y.x[j], alpha, beta);
  }

  /// The link's operation, of those from `kFirst` on that take so many of x and y: a switch, once
  /// compiled.
  template <int kArity, int kFirst = 0>
  [[gnu::always_inline]] void apply_any(const Link& link, const Group& y) {
    if constexpr (kFirst < kNumLinkOps) {
      constexpr auto kOp = static_cast<LinkOp>(kFirst);
      if constexpr (link_arity(kOp) == kArity)
        if (link.op == kOp) return apply<kOp>(link, y);
      apply_any<kArity, kFirst + 1>(link, y);
    }
  }
};

/// Any links.
struct Chain {
  template <int kCount, Along kAlong>
  static void run(const FinishArgs& args, Group<kCount, kAlong>& x, int row, int column,
                  int count) {
    for (int i = 0; i < args.num_links; ++i) {
      const Link& link = args.links[i];
      if (link.operand < 0) {
        x.template apply_any<1>(link, x);
        continue;
      }
      Group<kCount, kAlong> y;
      y.load(args.operands[link.operand], row, column, count);
      y.scale(link.alpha);
      x.template apply_any<2>(link, y);
    }
  }
};

/// One link that is known where the code is made: what it costs to choose one is more than a
/// rounding takes.
template <LinkOp op>
struct Alone {
  template <int kCount, Along kAlong>
  static void run(const FinishArgs& args, Group<kCount, kAlong>& x, int, int, int) {
    x.template apply<op>(args.links[0], x);
  }
};

template <typename Links, int kCount, Along kAlong>
inline void finish_group(const FinishArgs& args, int row, int column, int count) {
  Group<kCount, kAlong> x;
  x.load(args.sums + row * args.sums_stride + column, args.sums_stride, count);
  Links::run(args, x, row, column, count);
  const int64_t at = row * args.out_stride + column;
  if (args.dtype == DataType::Float) {
    x.store(static_cast<float*>(args.out) + at, args.out_stride, count);
  } else if (args.dtype == DataType::Half) {
    x.store(static_cast<core::Half*>(args.out) + at, args.out_stride, count);
  } else if (args.dtype == DataType::BF16) {
    x.store(static_cast<core::BFloat16*>(args.out) + at, args.out_stride, count);
  } else if (args.dtype == DataType::Int8) {
    x.store(static_cast<int8_t*>(args.out) + at, args.out_stride, count);
  } else {
    x.store(static_cast<uint8_t*>(args.out) + at, args.out_stride, count);
  }
}

/// Whole groups of columns row by row, then what is left of the rows vector by vector.
template <typename Links>
void finish_rows_by(const FinishArgs& args) {
  constexpr int kLanes = Vector::kLanes, kCount = 4;
  const int whole = args.columns / (kCount * kLanes) * (kCount * kLanes);
  for (int row = 0; row < args.rows; ++row)
    for (int column = 0; column < whole; column += kCount * kLanes)
      finish_group<Links, kCount, Along::Row>(args, row, column, kLanes);
  for (int column = whole; column < args.columns; column += kLanes) {
    const int count = args.columns - column < kLanes ? args.columns - column : kLanes;
    int row = 0;
    for (; row + kCount <= args.rows; row += kCount)
      finish_group<Links, kCount, Along::Column>(args, row, column, count);
    for (; row < args.rows; ++row) finish_group<Links, 1, Along::Column>(args, row, column, count);
  }
}

inline void finish_rows(const FinishArgs& args) {
  constexpr LinkOp kRoundF16 = to_link(ops::PointwiseOpcode::RoundF16);
  constexpr LinkOp kRoundBf16 = to_link(ops::PointwiseOpcode::RoundBf16);
  if (args.num_links == 1) {
    const LinkOp op = args.links[0].op;
    if (op == LinkOp::Quantize) return finish_rows_by<Alone<LinkOp::Quantize>>(args);
    if (op == LinkOp::RoundTo) return finish_rows_by<Alone<LinkOp::RoundTo>>(args);
    if (op == kRoundF16) return finish_rows_by<Alone<kRoundF16>>(args);
    if (op == kRoundBf16) return finish_rows_by<Alone<kRoundBf16>>(args);
  }
  finish_rows_by<Chain>(args);
}

}  // namespace
}  // namespace trtlike::kernels::epilogue
