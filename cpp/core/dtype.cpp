// Element type tables and binary16 conversion.
#include "core/dtype.h"

namespace trtlike::core {
namespace {

struct DtypeInfo {
  const char* name;
  const char* short_name;
  int bits;
};

constexpr DtypeInfo kInfo[] = {
    {"FLOAT", "f32", 32}, {"HALF", "f16", 16}, {"INT8", "s8", 8}, {"INT32", "s32", 32},
    {"BOOL", "b8", 8},    {"UINT8", "u8", 8},  {"FP8", "f8", 8},  {"BF16", "bf16", 16},
    {"INT64", "s64", 64}, {"INT4", "s4", 4},   {"FP4", "f4", 4},  {"E8M0", "e8m0", 8},
};

const DtypeInfo& info(DataType dtype) {
  const auto i = static_cast<size_t>(dtype);
  TRTLIKE_ASSERT(i < std::size(kInfo), "element type ", i);
  return kInfo[i];
}

}  // namespace

float half_to_float(Half h) {
  const uint32_t sign = (h.bits & 0x8000u) << 16;
  const uint32_t exponent = (h.bits >> 10) & 0x1fu;
  const uint32_t mantissa = h.bits & 0x3ffu;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
  if (exponent != 0)
    return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
  const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
  return sign != 0 ? -magnitude : magnitude;
}

Half float_to_half(float f) {
  const uint32_t u = std::bit_cast<uint32_t>(f);
  const auto sign = static_cast<uint16_t>((u >> 16) & 0x8000u);
  const uint32_t magnitude = u & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return {static_cast<uint16_t>(sign | 0x7e00u)};
  if (magnitude >= 0x477ff000u) return {static_cast<uint16_t>(sign | 0x7c00u)};
  if (magnitude < 0x38800000u) {
    // Adding 0.5 aligns the mantissa so that the hardware rounds to the subnormal's last place.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return {static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(shifted) - 0x3f000000u))};
  }
  const uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
  return {static_cast<uint16_t>(sign | ((rounded - 0x38000000u) >> 13))};
}

const char* dtype_name(DataType dtype) { return info(dtype).name; }

const char* dtype_short_name(DataType dtype) { return info(dtype).short_name; }

size_t dtype_bytes(DataType dtype, int64_t elems) {
  return (static_cast<size_t>(elems) * static_cast<size_t>(info(dtype).bits) + 7) / 8;
}

bool is_float(DataType dtype) {
  return dtype == DataType::Float || dtype == DataType::Half || dtype == DataType::BF16;
}

bool is_integer(DataType dtype) {
  return dtype == DataType::Int8 || dtype == DataType::UInt8 || dtype == DataType::Int32 ||
         dtype == DataType::Int64;
}

}  // namespace trtlike::core
