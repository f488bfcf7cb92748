// Four floats in the compiler's vector extension, for any CPU. Included through
// kernels/simd/vector.h.
#pragma once

#include <cmath>
#include <cstring>

#include "core/dtype.h"

namespace trtlike::kernels {
namespace {

struct Vector {
  static constexpr int kLanes = 4;
  typedef float Floats __attribute__((vector_size(16)));
  typedef int32_t Ints __attribute__((vector_size(16)));
  struct Mask {
    Ints v;
  };

  Floats v;

  Vector() = default;
  Vector(Floats x) : v(x) {}
  explicit Vector(float x) : v{x, x, x, x} {}

  static Vector load(const float* p) { return load(p, kLanes); }
  static Vector load(const float* p, int count) {
    Vector out(0.0f);
    std::memcpy(&out.v, p, static_cast<size_t>(count) * sizeof(float));
    return out;
  }
  void store(float* p) const { std::memcpy(p, &v, sizeof v); }
  void store(float* p, int count) const {
    std::memcpy(p, &v, static_cast<size_t>(count) * sizeof(float));
  }

  static Vector load(const core::Half* p) { return load(p, kLanes); }
  static Vector load(const core::Half* p, int count) {
    Vector out(0.0f);
    for (int i = 0; i < count; ++i) out.v[i] = core::half_to_float(p[i]);
    return out;
  }
  void store(core::Half* p) const { store(p, kLanes); }
  void store(core::Half* p, int count) const {
    for (int i = 0; i < count; ++i) p[i] = core::float_to_half(v[i]);
  }
  static Vector load(const core::BFloat16* p) { return load(p, kLanes); }
  static Vector load(const core::BFloat16* p, int count) {
    Vector out(0.0f);
    for (int i = 0; i < count; ++i) out.v[i] = core::bfloat16_to_float(p[i]);
    return out;
  }
  void store(core::BFloat16* p) const { store(p, kLanes); }
  void store(core::BFloat16* p, int count) const {
    for (int i = 0; i < count; ++i) p[i] = core::float_to_bfloat16(v[i]);
  }

  template <typename Byte>
  static Vector load_bytes(const Byte* p, int count) {
    Vector out(0.0f);
    for (int i = 0; i < count; ++i) out.v[i] = static_cast<float>(p[i]);
    return out;
  }
  static Vector load(const int8_t* p) { return load_bytes(p, kLanes); }
  static Vector load(const int8_t* p, int count) { return load_bytes(p, count); }
  static Vector load(const uint8_t* p) { return load_bytes(p, kLanes); }
  static Vector load(const uint8_t* p, int count) { return load_bytes(p, count); }
  /// Truncates and saturates; 0 for NaN.
  template <typename Byte>
  void store_bytes(Byte* p, int count) const {
    for (int i = 0; i < count; ++i) p[i] = core::saturate<Byte>(v[i]);
  }
  void store(int8_t* p) const { store_bytes(p, kLanes); }
  void store(int8_t* p, int count) const { store_bytes(p, count); }
  void store(uint8_t* p) const { store_bytes(p, kLanes); }
  void store(uint8_t* p, int count) const { store_bytes(p, count); }
};

using Mask = Vector::Mask;

inline Vector::Ints bits_of(Vector a) { return std::bit_cast<Vector::Ints>(a.v); }
inline Vector from_bits(Vector::Ints bits) { return std::bit_cast<Vector::Floats>(bits); }
inline constexpr int32_t kSignBit = INT32_MIN;

inline Vector operator+(Vector a, Vector b) { return a.v + b.v; }
inline Vector operator-(Vector a, Vector b) { return a.v - b.v; }
inline Vector operator*(Vector a, Vector b) { return a.v * b.v; }
inline Vector operator/(Vector a, Vector b) { return a.v / b.v; }
inline Vector operator-(Vector a) { return from_bits(bits_of(a) ^ kSignBit); }
inline Vector fma(Vector a, Vector b, Vector c) { return a.v * b.v + c.v; }
inline Vector max(Vector a, Vector b) { return a.v > b.v ? a.v : b.v; }
inline Vector min(Vector a, Vector b) { return a.v < b.v ? a.v : b.v; }
inline Vector abs(Vector a) { return from_bits(bits_of(a) & ~kSignBit); }
inline Vector copy_sign(Vector magnitude, Vector sign) {
  return from_bits((bits_of(magnitude) & ~kSignBit) | (bits_of(sign) & kSignBit));
}
inline Vector sqrt(Vector a) {
  Vector out;
  for (int i = 0; i < Vector::kLanes; ++i) out.v[i] = std::sqrt(a.v[i]);
  return out;
}
/// Adding 2^23 leaves no room for a fraction, so the hardware rounds it away.
inline Vector round(Vector a) {
  const Vector magnitude = abs(a);
  const Vector whole = copy_sign(magnitude.v + 0x1p23f - 0x1p23f, a);
  return magnitude.v < 0x1p23f ? whole.v : a.v;
}
inline Vector floor(Vector a) {
  const Vector r = round(a);
  return copy_sign(r.v - (r.v > a.v ? Vector(1.0f).v : Vector(0.0f).v), a);
}
inline Vector ceil(Vector a) { return -floor(-a); }
inline Vector trunc(Vector a) { return copy_sign(floor(abs(a)), a); }

inline Mask less(Vector a, Vector b) { return {a.v < b.v}; }
inline Mask less_equal(Vector a, Vector b) { return {a.v <= b.v}; }
inline Mask equal(Vector a, Vector b) { return {a.v == b.v}; }
inline Mask is_nan(Vector a) { return {a.v != a.v}; }
inline Mask mask_and(Mask a, Mask b) { return {a.v & b.v}; }
inline Mask mask_or(Mask a, Mask b) { return {a.v | b.v}; }
inline Mask mask_not(Mask a) { return {~a.v}; }
inline bool any(Mask a) { return (a.v[0] | a.v[1] | a.v[2] | a.v[3]) != 0; }
inline Vector select(Mask mask, Vector a, Vector b) { return mask.v ? a.v : b.v; }
/// Two factors, because 2^n alone is no float at the ends of the range.
inline Vector scale_by_power(Vector x, Vector n) {
  const auto whole = __builtin_convertvector(n.v, Vector::Ints);
  const Vector::Ints half = whole >> 1;
  return x * from_bits((half + 127) << 23) * from_bits((whole - half + 127) << 23);
}

/// Powers of two of all floats and beyond; NaN stays NaN.
inline Vector clamp_power(Vector t) { return max(Vector(-250.0f), min(Vector(250.0f), t)); }
inline Vector fraction(Vector x) { return clamp_power(x) - floor(clamp_power(x)); }
inline Vector scale_by_floor(Vector x, Vector t) {
  return scale_by_power(x, floor(clamp_power(t)));
}

/// Subnormal numbers are brought into the normal range first.
inline Vector normalized(Vector x) { return x.v < 0x1p-126f ? x.v * 0x1p23f : x.v; }
inline Vector exponent(Vector x) {
  const Vector::Ints e = (bits_of(normalized(x)) >> 23) - 127;
  const Vector shift = x.v < 0x1p-126f ? Vector(23.0f).v : Vector(0.0f).v;
  return Vector(__builtin_convertvector(e, Vector::Floats)) - shift;
}
inline Vector significand(Vector x) {
  return from_bits((bits_of(normalized(x)) & 0x7fffff) | 0x3f800000);
}

inline float sum(Vector a) { return (a.v[0] + a.v[2]) + (a.v[1] + a.v[3]); }
inline float maximum(Vector a) {
  float m = a.v[0];
  for (int i = 1; i < Vector::kLanes; ++i) m = a.v[i] > m ? a.v[i] : m;
  return m;
}

/// rows[i][j] becomes rows[j][i].
inline void transpose(Vector (&rows)[4]) {
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < i; ++j) {
      const float x = rows[i].v[j];
      rows[i].v[j] = rows[j].v[i];
      rows[j].v[i] = x;
    }
}

}  // namespace
}  // namespace trtlike::kernels
