// Links on vectors, a few of a row at a time. Internal linkage: one copy an instruction set.
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
    return round_to(x, alpha, Vector(1.0f) / alpha);
  } else if constexpr (op == LinkOp::Quantize) {
    return round(x / alpha) + beta;
  } else {
    return pointwise::operation<static_cast<pointwise::StepOpcode>(op)>(x, y, x, alpha, beta);
  }
}

/// kCount vectors of a row, the last of them partial when `count` is below its lanes.
template <int kCount>
struct Group {
  static constexpr int kLanes = Vector::kLanes;
  Vector x[kCount];

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

  void load(const RowOperand& operand, int64_t row, int64_t column, int count) {
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

template <int kCount>
inline void finish_group(const FinishArgs& args, int row, int column, int count) {
  Group<kCount> group;
  group.load(args.sums + row * args.sums_stride + column, count);
  for (int i = 0; i < args.num_links; ++i) {
    const Link& link = args.links[i];
    if (link.operand < 0) {
      group.template apply_any<1>(link, group);
      continue;
    }
    Group<kCount> y;
    y.load(args.operands[link.operand], row, column, count);
    y.scale(link.alpha);
    group.template apply_any<2>(link, y);
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

inline void finish_rows(const FinishArgs& args) {
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
}  // namespace trtlike::kernels::epilogue
