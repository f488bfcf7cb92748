// Element type tables and binary16 conversion.
#include "core/dtype.h"

#include <array>

#include "core/shape.h"

namespace trtlike::core {
namespace {

struct DtypeInfo {
  DataType dtype;
  const char* short_name;
  int bits;
};

constexpr DtypeInfo kInfo[] = {
    {DataType::Float, "f32", 32},
    {DataType::Half, "f16", 16},
    {DataType::Int8, "s8", 8},
    {DataType::Int32, "s32", 32},
    {DataType::Bool, "b8", 8},
    {DataType::UInt8, "u8", 8},
    {DataType::FP8, "f8", 8},
    {DataType::BF16, "bf16", 16},
    {DataType::Int64, "s64", 64},
    {DataType::Int4, "s4", 4},
    {DataType::FP4, "f4", 4},
    {DataType::E8M0, "e8m0", 8},
    {DataType::Double, "f64", 64},
    {DataType::Int16, "s16", 16},
    {DataType::UInt16, "u16", 16},
    {DataType::UInt32, "u32", 32},
    {DataType::UInt64, "u64", 64},
    {DataType::UInt4, "u4", 4},
    {DataType::Int2, "s2", 2},
    {DataType::UInt2, "u2", 2},
    {DataType::FP8E5M2, "f8_e5m2", 8},
    {DataType::FP8E4M3FNUZ, "f8_e4m3fnuz", 8},
    {DataType::FP8E5M2FNUZ, "f8_e5m2fnuz", 8},
};

const DtypeInfo* find_info(int64_t value) {
  for (const DtypeInfo& entry : kInfo)
    if (static_cast<int64_t>(entry.dtype) == value) return &entry;
  return nullptr;
}

const DtypeInfo& info(DataType dtype) {
  const DtypeInfo* found = find_info(static_cast<int64_t>(dtype));
  TRTLIKE_CHECK(found != nullptr, "[core] element type: expected the number of a DataType, got ",
                static_cast<int32_t>(dtype), ".");
  return *found;
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

float double_to_odd_float(double v) {
  const auto nearest = static_cast<float>(v);
  const auto back = static_cast<double>(nearest);
  if (back == v || !std::isfinite(nearest) || (std::bit_cast<uint32_t>(nearest) & 1u) != 0)
    return nearest;
  return std::nextafter(nearest, back < v ? INFINITY : -INFINITY);
}

std::span<const DataType> all_dtypes() {
  static constexpr auto kAll = [] {
    std::array<DataType, std::size(kInfo)> all{};
    for (size_t i = 0; i < all.size(); ++i) all[i] = kInfo[i].dtype;
    return all;
  }();
  return kAll;
}

bool is_dtype(int64_t value) { return find_info(value) != nullptr; }

const char* dtype_name(DataType dtype) { return enum_name(info(dtype).dtype); }

const char* dtype_short_name(DataType dtype) { return info(dtype).short_name; }

size_t packed_bytes(int64_t elems, int bits) {
  TRTLIKE_CHECK(elems >= 0 && elems <= kMaxElems,
                "[core] memory: expected between 0 and 2^48 elements, got ", elems, ".");
  return (static_cast<size_t>(elems) * static_cast<size_t>(bits) + 7) / 8;
}

size_t dtype_bytes(DataType dtype, int64_t elems) { return packed_bytes(elems, info(dtype).bits); }

bool is_float(DataType dtype) {
  return dtype == DataType::Float || dtype == DataType::Half || dtype == DataType::BF16;
}

bool is_floating_point(DataType dtype) { return is_float(dtype) || dtype == DataType::Double; }

bool is_integer(DataType dtype) {
  switch (dtype) {
    case DataType::Int8:
    case DataType::UInt8:
    case DataType::Int16:
    case DataType::UInt16:
    case DataType::Int32:
    case DataType::UInt32:
    case DataType::Int64:
    case DataType::UInt64:
      return true;
    default:
      return false;
  }
}

bool is_host_type(DataType dtype) {
  return dtype == DataType::Bool || (is_integer(dtype) && dtype != DataType::UInt64);
}

}  // namespace trtlike::core
