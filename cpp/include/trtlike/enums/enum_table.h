// Names of enumeration values. Each enumeration is written down once, in a list beside this file.
#pragma once

#include <cstdint>
#include <iterator>
#include <span>
#include <type_traits>

namespace trtlike {

template <typename E>
struct EnumEntry {
  const char* name;  ///< TensorRT's: "LEAKY_RELU"
  E value;
};

/// Of each enumeration: kName, its name in TensorRT's Python package, and kEntries in the list's
/// order. A value may have several names.
template <typename E>
struct EnumTable;

template <typename E>
constexpr std::span<const EnumEntry<E>> enum_entries() {
  return EnumTable<E>::kEntries;
}

template <typename E>
inline constexpr int kEnumCount = static_cast<int>(std::size(EnumTable<E>::kEntries));

/// The enumerations of one list, and `void` after the last one.
template <typename... E>
struct EnumList {};

/// Calls `visit.template operator()<E>()` for each enumeration E of the list.
template <typename... E, typename Visit>
constexpr void for_each_enum(EnumList<E...>, Visit&& visit) {
  const auto visit_one = [&]<typename One>() {
    if constexpr (!std::is_void_v<One>) visit.template operator()<One>();
  };
  (visit_one.template operator()<E>(), ...);
}

/// The number as layers' attributes hold it.
template <typename E>
constexpr int64_t enum_number(E value) {
  return static_cast<int64_t>(value);
}

/// TensorRT's name of a value, the first one where there are several; "UNKNOWN" for a number that
/// is none.
template <typename E>
constexpr const char* enum_name(E value) {
  for (const EnumEntry<E>& entry : enum_entries<E>())
    if (entry.value == value) return entry.name;
  return "UNKNOWN";
}

}  // namespace trtlike
