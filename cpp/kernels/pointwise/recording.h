// A program as a list of vector instructions, recorded by running the operations on Lane, a
// stand-in for a vector: what machine code is generated from. Knows no registers and no instruction
// set.
#pragma once

#include <bit>
#include <optional>
#include <vector>

#include "kernels/pointwise/code.h"
#include "kernels/pointwise/steps.h"

namespace trtlike::kernels::pointwise {

enum class LaneOp : uint8_t {
  Input,     ///< elements of input `input`
  Constant,  ///< `value` in every lane
  Add,
  Sub,
  Mul,
  Div,
  Fma,
  Neg,
  Abs,
  Sqrt,
  Floor,
  Ceil,
  Trunc,
  Round,
  Max,
  Min,
  CopySign,
  Fraction,
  ScaleByFloor,  ///< of integral powers too
  Exponent,
  Significand,
  RoundF16,
  RoundBf16,
  Select,  ///< a is a mask
  Less,    ///< gives a mask, as all that follow
  LessEqual,
  Equal,
  NotEqual,
  IsNan,
  MaskAnd,
  MaskOr,
  MaskNot,
};
constexpr bool gives_mask(LaneOp op) { return op >= LaneOp::Less; }

/// Operands are indices of instructions before this one; -1 where there is none.
struct LaneInstruction {
  LaneOp op{};
  int a = -1;
  int b = -1;
  int c = -1;
  float value = 0;
  int input = -1;
  /// The same in every lane and block: computed once.
  bool is_uniform = false;
};

class Recording {
 public:
  const std::vector<LaneInstruction>& instructions() const { return instructions_; }
  int output() const { return output_; }
  void set_output(int index) { output_ = index; }

  int add(LaneOp op, int a, int b = -1, int c = -1);
  int add_input(int input, bool is_uniform);
  /// Equal constants are one instruction.
  int add_constant(float value);
  /// MaskNot, or the opposite comparison where `mask` is the one recorded last.
  int add_mask_not(int mask);

 private:
  std::vector<LaneInstruction> instructions_;
  int output_ = -1;
};

/// The program's instructions; nothing when one of its operations is computed lane by lane.
std::optional<Recording> record(const StepProgram& program, const std::vector<OperandKind>& inputs);

/// Has the interface of Vector (see kernels/simd/vector.h) as far as pointwise operations use it. A
/// literal belongs to no recording until it meets an operand that does.
struct Lane {
  Recording* recording = nullptr;
  int index = -1;
  float literal = 0;

  Lane() = default;
  explicit Lane(float value) : literal(value) {}
  Lane(Recording* in, int at) : recording(in), index(at) {}
  int in(Recording* other) const {
    return recording != nullptr ? index : other->add_constant(literal);
  }
};

struct LaneMask {
  Recording* recording = nullptr;
  int index = -1;
};

inline Lane record_lane(LaneOp op, const Lane& a) {
  return {a.recording, a.recording->add(op, a.index)};
}
inline Lane record_lane(LaneOp op, const Lane& a, const Lane& b) {
  Recording* const r = a.recording != nullptr ? a.recording : b.recording;
  const int x = a.in(r), y = b.in(r);
  return {r, r->add(op, x, y)};
}
inline LaneMask record_mask(LaneOp op, const Lane& a, const Lane& b) {
  const Lane lane = record_lane(op, a, b);
  return {lane.recording, lane.index};
}

inline Lane operator+(const Lane& a, const Lane& b) { return record_lane(LaneOp::Add, a, b); }
inline Lane operator-(const Lane& a, const Lane& b) { return record_lane(LaneOp::Sub, a, b); }
inline Lane operator*(const Lane& a, const Lane& b) { return record_lane(LaneOp::Mul, a, b); }
inline Lane operator/(const Lane& a, const Lane& b) { return record_lane(LaneOp::Div, a, b); }
inline Lane operator-(const Lane& a) { return record_lane(LaneOp::Neg, a); }
inline Lane fma(const Lane& a, const Lane& b, const Lane& c) {
  Recording* const r = a.recording != nullptr   ? a.recording
                       : b.recording != nullptr ? b.recording
                                                : c.recording;
  const int x = a.in(r), y = b.in(r), z = c.in(r);
  return {r, r->add(LaneOp::Fma, x, y, z)};
}
inline Lane max(const Lane& a, const Lane& b) { return record_lane(LaneOp::Max, a, b); }
inline Lane min(const Lane& a, const Lane& b) { return record_lane(LaneOp::Min, a, b); }
inline Lane abs(const Lane& a) { return record_lane(LaneOp::Abs, a); }
inline Lane sqrt(const Lane& a) { return record_lane(LaneOp::Sqrt, a); }
inline Lane floor(const Lane& a) { return record_lane(LaneOp::Floor, a); }
inline Lane ceil(const Lane& a) { return record_lane(LaneOp::Ceil, a); }
inline Lane trunc(const Lane& a) { return record_lane(LaneOp::Trunc, a); }
inline Lane round(const Lane& a) { return record_lane(LaneOp::Round, a); }
inline Lane copy_sign(const Lane& magnitude, const Lane& sign) {
  return record_lane(LaneOp::CopySign, magnitude, sign);
}
inline Lane scale_by_power(const Lane& x, const Lane& n) {
  return record_lane(LaneOp::ScaleByFloor, x, n);
}
inline Lane scale_by_floor(const Lane& x, const Lane& t) {
  return record_lane(LaneOp::ScaleByFloor, x, t);
}
inline Lane fraction(const Lane& a) { return record_lane(LaneOp::Fraction, a); }
inline Lane exponent(const Lane& a) { return record_lane(LaneOp::Exponent, a); }
inline Lane significand(const Lane& a) { return record_lane(LaneOp::Significand, a); }
inline Lane round_f16(const Lane& a) { return record_lane(LaneOp::RoundF16, a); }
inline Lane round_bf16(const Lane& a) { return record_lane(LaneOp::RoundBf16, a); }

inline LaneMask less(const Lane& a, const Lane& b) { return record_mask(LaneOp::Less, a, b); }
inline LaneMask less_equal(const Lane& a, const Lane& b) {
  return record_mask(LaneOp::LessEqual, a, b);
}
inline LaneMask equal(const Lane& a, const Lane& b) { return record_mask(LaneOp::Equal, a, b); }
inline LaneMask is_nan(const Lane& a) {
  return {a.recording, a.recording->add(LaneOp::IsNan, a.index)};
}
inline LaneMask mask_and(const LaneMask& a, const LaneMask& b) {
  return {a.recording, a.recording->add(LaneOp::MaskAnd, a.index, b.index)};
}
inline LaneMask mask_or(const LaneMask& a, const LaneMask& b) {
  return {a.recording, a.recording->add(LaneOp::MaskOr, a.index, b.index)};
}
inline LaneMask mask_not(const LaneMask& a) {
  return {a.recording, a.recording->add_mask_not(a.index)};
}
inline Lane select(const LaneMask& mask, const Lane& a, const Lane& b) {
  const int x = a.in(mask.recording), y = b.in(mask.recording);
  return {mask.recording, mask.recording->add(LaneOp::Select, mask.index, x, y)};
}

}  // namespace trtlike::kernels::pointwise
