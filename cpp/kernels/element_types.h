// The element types of a kernel by their roles: A and B that it multiplies (or reads), the sums
// that it adds up in, C that it stores. As C++ types for templates, as sets for lists.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace trtlike::kernels {

/// A set of element types.
class TypeSet {
 public:
  constexpr TypeSet() = default;
  constexpr TypeSet(DataType type) : bits_(bit(type)) {}
  static constexpr TypeSet all() { return TypeSet(~uint32_t{0}); }

  constexpr bool contains(DataType type) const { return (bits_ & bit(type)) != 0; }
  friend constexpr TypeSet operator|(TypeSet a, TypeSet b) { return TypeSet(a.bits_ | b.bits_); }
  friend constexpr bool operator==(TypeSet a, TypeSet b) = default;

 private:
  explicit constexpr TypeSet(uint32_t bits) : bits_(bits) {}
  /// The types of the public API are numbered from 0 and from Double on.
  static constexpr uint32_t bit(DataType type) {
    const int value = static_cast<int>(type), first = static_cast<int>(DataType::Double);
    return uint32_t{1} << (value < first ? value : value - first + 16);
  }
  uint32_t bits_ = 0;
};

/// A type that is told when the kernel is prepared.
template <typename... T>
struct OneOf {};
/// Elements that are moved, whatever they are.
struct AnyElement {};

template <typename T>
inline constexpr TypeSet kTypeSet;
template <>
inline constexpr TypeSet kTypeSet<float> = DataType::Float;
template <>
inline constexpr TypeSet kTypeSet<core::Half> = DataType::Half;
template <>
inline constexpr TypeSet kTypeSet<core::BFloat16> = DataType::BF16;
template <>
inline constexpr TypeSet kTypeSet<int8_t> = DataType::Int8;
template <>
inline constexpr TypeSet kTypeSet<uint8_t> = DataType::UInt8;
template <>
inline constexpr TypeSet kTypeSet<int32_t> = DataType::Int32;
template <>
inline constexpr TypeSet kTypeSet<int64_t> = DataType::Int64;
template <typename... T>
inline constexpr TypeSet kTypeSet<OneOf<T...>> = (TypeSet() | ... | kTypeSet<T>);
template <>
inline constexpr TypeSet kTypeSet<AnyElement> = TypeSet::all();

struct ElementTypes {
  TypeSet a, b, sums, c;
};

template <typename TypeOfA, typename TypeOfB, typename TypeOfSums, typename TypeOfC>
struct Types {
  using A = TypeOfA;
  using B = TypeOfB;
  using Sum = TypeOfSums;
  using C = TypeOfC;
  static constexpr ElementTypes kSets{kTypeSet<A>, kTypeSet<B>, kTypeSet<Sum>, kTypeSet<C>};
};

/// As kernels.inc and tactic names spell them.
namespace elements {
using f32 = float;
using f16 = core::Half;
using bf16 = core::BFloat16;
using s8 = int8_t;
using u8 = uint8_t;
using s32 = int32_t;
using s64 = int64_t;
using floats = OneOf<f32, f16, bf16>;
using integers = OneOf<s8, u8, s32, s64>;
using any = AnyElement;
using none = OneOf<>;
}  // namespace elements

}  // namespace trtlike::kernels
