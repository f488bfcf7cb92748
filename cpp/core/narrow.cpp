// Codes of narrow types.
#include "core/narrow.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/dtype.h"

namespace trtlike::core {
namespace {

enum class Kind { Signed, Unsigned, Float, Power };

/// Codes of a floating-point type that are no finite numbers.
enum class Specials {
  None,
  AllOnes,       ///< NaN where exponent and mantissa are all ones, no infinity
  Ieee,          ///< infinities and NaNs under the highest exponent
  NegativeZero,  ///< NaN is the code of -0, no infinity
};

struct Layout {
  DataType dtype;
  Kind kind;
  int bits;
  int mantissa = 0;
  int bias = 0;
  Specials specials = Specials::None;
};

constexpr Layout kLayouts[] = {
    {DataType::FP8, Kind::Float, 8, 3, 7, Specials::AllOnes},
    {DataType::FP8E5M2, Kind::Float, 8, 2, 15, Specials::Ieee},
    {DataType::FP8E4M3FNUZ, Kind::Float, 8, 3, 8, Specials::NegativeZero},
    {DataType::FP8E5M2FNUZ, Kind::Float, 8, 2, 16, Specials::NegativeZero},
    {DataType::FP4, Kind::Float, 4, 1, 1, Specials::None},
    {DataType::E8M0, Kind::Power, 8, 0, 127},
    {DataType::Int4, Kind::Signed, 4},
    {DataType::UInt4, Kind::Unsigned, 4},
    {DataType::Int2, Kind::Signed, 2},
    {DataType::UInt2, Kind::Unsigned, 2},
};

const Layout& layout_of(DataType dtype) {
  const auto* found = std::find_if(std::begin(kLayouts), std::end(kLayouts),
                                   [&](const Layout& layout) { return layout.dtype == dtype; });
  TRTLIKE_ASSERT(found != std::end(kLayouts), "narrow type ", dtype_name(dtype));
  return *found;
}

constexpr uint32_t mask(int bits) { return (1u << bits) - 1; }
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Without the sign's bit.
uint32_t nan_code(const Layout& l) {
  return l.specials == Specials::NegativeZero ? 1u << (l.bits - 1) : mask(l.bits - 1);
}

/// The code of the largest finite number.
uint32_t max_code(const Layout& l) {
  if (l.specials == Specials::AllOnes) return mask(l.bits - 1) - 1;
  if (l.specials == Specials::Ieee) return mask(l.bits - 1) - mask(l.mantissa) - 1;
  return mask(l.bits - 1);
}

/// Of a code without a sign that is a finite number.
double magnitude(const Layout& l, uint32_t code) {
  const auto exponent = static_cast<int>(code >> l.mantissa);
  const auto fraction = static_cast<double>(code & mask(l.mantissa));
  const double lead = exponent == 0 ? 0 : std::ldexp(1.0, l.mantissa);
  return std::ldexp(lead + fraction, std::max(exponent, 1) - l.bias - l.mantissa);
}

double decode_float(const Layout& l, uint32_t code) {
  const uint32_t rest = code & mask(l.bits - 1);
  const bool is_negative = (code >> (l.bits - 1)) != 0;
  if (l.specials == Specials::NegativeZero && is_negative && rest == 0) return kNan;
  if (rest > max_code(l))
    return l.specials == Specials::Ieee && rest == max_code(l) + 1
               ? (is_negative ? -kInfinity : kInfinity)
               : kNan;
  const double v = magnitude(l, rest);
  return is_negative ? -v : v;
}

uint32_t encode_float(const Layout& l, double v, bool saturates) {
  if (std::isnan(v)) return l.specials == Specials::None ? 0 : nan_code(l);
  const uint32_t sign = std::signbit(v) ? 1u << (l.bits - 1) : 0;
  const double size = std::fabs(v);
  const double max = magnitude(l, max_code(l));
  int exponent = 0;
  std::frexp(size, &exponent);
  const int least = 1 - l.bias;
  const double step = std::ldexp(1.0, std::max(exponent - 1, least) - l.mantissa);
  const double rounded = std::isinf(size) ? size : std::nearbyint(size / step) * step;
  if (rounded > max) {
    if (saturates || l.specials == Specials::None) return sign | max_code(l);
    return l.specials == Specials::NegativeZero ? nan_code(l) : sign | (max_code(l) + 1);
  }
  if (rounded == 0) return l.specials == Specials::NegativeZero ? 0 : sign;
  std::frexp(rounded, &exponent);
  const int biased = std::max(exponent - 1, least) + l.bias;
  const double unit = std::ldexp(1.0, biased - l.bias - l.mantissa);
  const auto digits = static_cast<uint32_t>(rounded / unit);
  const uint32_t code = digits < (1u << l.mantissa)
                            ? digits
                            : (static_cast<uint32_t>(biased - 1) << l.mantissa) + digits;
  return sign | code;
}

/// From the bits of the number as a float: its exponent, and whether it goes up by one.
uint32_t encode_power(double v, const NarrowRounding& how) {
  constexpr uint32_t kNanPower = 0xff;
  const auto bits = std::bit_cast<uint32_t>(static_cast<float>(v));
  const uint32_t exponent = bits >> 23 & 0xff, fraction = bits & 0x7fffff;
  if (exponent == kNanPower) return kNanPower;
  constexpr uint32_t kHalf = 0x400000;
  const bool is_above = how.powers == PowerRounding::Up ? fraction != 0
                        : how.powers == PowerRounding::Nearest
                            ? fraction > kHalf || (fraction == kHalf && exponent > 0)
                            : false;
  if (is_above && how.saturates && exponent == kNanPower - 1) return exponent;
  return exponent + (is_above ? 1 : 0);
}

uint32_t encode(const Layout& l, double v, const NarrowRounding& how) {
  switch (l.kind) {
    case Kind::Float:
      return encode_float(l, v, how.saturates);
    case Kind::Power:
      return encode_power(v, how);
    default:
      return static_cast<uint32_t>(saturate<int64_t>(v)) & mask(l.bits);
  }
}

double decode(const Layout& l, uint32_t code) {
  switch (l.kind) {
    case Kind::Float:
      return decode_float(l, code);
    case Kind::Power:
      return code == 0xff ? kNan : std::ldexp(1.0, static_cast<int>(code) - l.bias);
    case Kind::Signed: {
      const auto sign = static_cast<int32_t>(1u << (l.bits - 1));
      return (static_cast<int32_t>(code) ^ sign) - sign;
    }
    default:
      return code;
  }
}

}  // namespace

bool is_narrow_integer(DataType dtype) {
  if (!is_narrow(dtype)) return false;
  const Kind kind = layout_of(dtype).kind;
  return kind == Kind::Signed || kind == Kind::Unsigned;
}

double narrow_element(const void* data, DataType dtype, int64_t i) {
  const Layout& l = layout_of(dtype);
  const int64_t in_byte = 8 / l.bits;
  const uint8_t byte = static_cast<const uint8_t*>(data)[i / in_byte];
  return decode(l, static_cast<uint32_t>(byte >> (i % in_byte * l.bits)) & mask(l.bits));
}

void set_narrow_element(void* data, DataType dtype, int64_t i, double v,
                        const NarrowRounding& how) {
  const Layout& l = layout_of(dtype);
  const int64_t in_byte = 8 / l.bits;
  const auto shift = static_cast<int>(i % in_byte) * l.bits;
  uint8_t& byte = static_cast<uint8_t*>(data)[i / in_byte];
  byte = static_cast<uint8_t>((byte & ~(mask(l.bits) << shift)) | encode(l, v, how) << shift);
}

NarrowRange narrow_range(DataType dtype) {
  const Layout& l = layout_of(dtype);
  switch (l.kind) {
    case Kind::Float:
      return {-magnitude(l, max_code(l)), magnitude(l, max_code(l))};
    case Kind::Power:
      return {std::ldexp(1.0, -l.bias), std::ldexp(1.0, l.bias)};
    case Kind::Signed:
      return {-std::ldexp(1.0, l.bits - 1), std::ldexp(1.0, l.bits - 1) - 1};
    default:
      return {0, static_cast<double>(mask(l.bits))};
  }
}

}  // namespace trtlike::core
