// Loads and stores of generated code: between elements of any type in memory and floats in a
// register.
#pragma once

#include "core/dtype.h"
#include "kernels/pointwise/jit/x86_jit_base.h"

#if defined(TRTLIKE_HAVE_XBYAK)

namespace trtlike::kernels::pointwise {

/// Sixteen elements at base + index * size of an element; with a mask, those it selects, the others
/// become 0.
struct JitElements {
  DataType dtype;
  Xbyak::Reg64 base;
  Xbyak::Reg64 index;
  const Xbyak::Opmask* mask = nullptr;
};

/// Not for 64-bit integers.
void emit_load(JitBase& code, const JitElements& from, const Xbyak::Zmm& to);
/// As Cast: integers truncate and saturate.
void emit_store(JitBase& code, const JitElements& to, const Xbyak::Zmm& value);
/// The value rounded to bfloat16, its bits in the low half of each lane; NaN stays a quiet NaN.
void emit_bfloat16_bits(JitBase& code, const Xbyak::Zmm& bits, const Xbyak::Zmm& value);

}  // namespace trtlike::kernels::pointwise

#endif
