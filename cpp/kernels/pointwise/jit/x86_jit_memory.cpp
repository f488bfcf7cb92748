// Loads and stores in AVX-512.
#include "kernels/pointwise/jit/x86_jit_memory.h"

#if defined(TRTLIKE_HAVE_XBYAK)

#include <bit>

#include "core/os/cpu.h"

namespace trtlike::kernels::pointwise {
namespace {

using Xbyak::Opmask;
using Xbyak::Ymm;
using Xbyak::Zmm;

constexpr uint8_t kUnordered = 3, kNotEqual = 4, kOrdered = 7, kGreaterEqual = 0x1d;

/// To 32-bit integers, saturated; NaN gives 0.
void truncate(JitBase& code, const Zmm& bits, const Zmm& value) {
  const Opmask number(code.take_mask()), large(code.take_mask());
  code.vcmpps(number, value, value, kOrdered);
  code.vcmpps(large, value, code.constant(std::bit_cast<uint32_t>(0x1p31f)), kGreaterEqual);
  code.vcvttps2dq(bits | number | code.T_z, value);
  code.vpbroadcastd(bits | large, code.constant_element(0x7fffffffu));
  code.release_mask(large.getIdx());
  code.release_mask(number.getIdx());
}

void truncate_to_byte(JitBase& code, const Zmm& bits, const Zmm& value, float least, float most) {
  const Opmask number(code.take_mask());
  code.vcmpps(number, value, value, kOrdered);
  code.vmaxps(bits, value, code.constant(std::bit_cast<uint32_t>(least)));
  code.vminps(bits, bits, code.constant(std::bit_cast<uint32_t>(most)));
  code.vcvttps2dq(bits | number | code.T_z, bits);
  code.release_mask(number.getIdx());
}

void to_boolean(JitBase& code, const Zmm& bits, const Zmm& value) {
  const Opmask is_set(code.take_mask());
  code.vcmpps(is_set, value, code.constant(0), kNotEqual);
  code.vpbroadcastd(bits | is_set | code.T_z, code.constant_element(1));
  code.release_mask(is_set.getIdx());
}

}  // namespace

void emit_load(JitBase& code, const JitElements& from, const Zmm& to) {
  const Zmm masked = from.mask != nullptr ? to | *from.mask | code.T_z : to;
  switch (from.dtype) {
    case DataType::Float:
      return code.vmovups(masked, code.ptr[from.base + from.index * 4]);
    case DataType::Half:
      return code.vcvtph2ps(masked, code.ptr[from.base + from.index * 2]);
    case DataType::BF16:
      code.vpmovzxwd(masked, code.ptr[from.base + from.index * 2]);
      return code.vpslld(to, to, 16);
    case DataType::Int32:
      return code.vcvtdq2ps(masked, code.ptr[from.base + from.index * 4]);
    case DataType::Int8:
      code.vpmovsxbd(masked, code.ptr[from.base + from.index]);
      return code.vcvtdq2ps(to, to);
    case DataType::Bool:
      code.vpmovzxbd(masked, code.ptr[from.base + from.index]);
      code.vpminud(to, to, code.constant(1));
      return code.vcvtdq2ps(to, to);
    default:  // UInt8
      code.vpmovzxbd(masked, code.ptr[from.base + from.index]);
      return code.vcvtdq2ps(to, to);
  }
}

void emit_store(JitBase& code, const JitElements& to, const Zmm& value) {
  const auto target = [&](int elem_bytes) {
    const Xbyak::Address address = code.ptr[to.base + to.index * elem_bytes];
    return to.mask != nullptr ? address | *to.mask : address;
  };
  if (to.dtype == DataType::Float) return code.vmovups(target(4), value);
  if (to.dtype == DataType::Half) return code.vcvtps2ph(target(2), value, 0);
  const int taken = code.take_zmm();
  const Zmm bits(taken);
  switch (to.dtype) {
    case DataType::BF16:
      // The instruction takes subnormal numbers for 0, the sequence does not.
      if (core::cpu_isa() >= core::Isa::Avx512Bf16) {
        code.vcvtneps2bf16(Ymm(taken), value);
        code.vmovdqu16(target(2), Ymm(taken));
      } else {
        emit_bfloat16_bits(code, bits, value);
        code.vpmovdw(target(2), bits);
      }
      break;
    case DataType::Int32:
      truncate(code, bits, value);
      code.vmovdqu32(target(4), bits);
      break;
    case DataType::Bool:
      to_boolean(code, bits, value);
      code.vpmovdb(target(1), bits);
      break;
    case DataType::Int8:
      truncate_to_byte(code, bits, value, -128, 127);
      code.vpmovdb(target(1), bits);
      break;
    default:
      truncate_to_byte(code, bits, value, 0, 255);
      code.vpmovdb(target(1), bits);
  }
  code.release_zmm(taken);
}

void emit_bfloat16_bits(JitBase& code, const Zmm& bits, const Zmm& value) {
  const int taken = code.take_zmm();
  const Zmm source(taken);
  code.vmovaps(source, value);
  code.vpsrld(bits, source, 16);
  code.vpandd(bits, bits, code.constant(1));
  code.vpaddd(bits, bits, code.constant(0x7fff));
  code.vpaddd(bits, bits, source);
  const Opmask nan(code.take_mask());
  code.vcmpps(nan, source, source, kUnordered);
  code.vpord(bits | nan, source, code.constant(0x400000));
  code.vpsrld(bits, bits, 16);
  code.release_mask(nan.getIdx());
  code.release_zmm(taken);
}

}  // namespace trtlike::kernels::pointwise

#endif
