// Python enumerations of the public lists of enumerations.
#pragma once

#include "bindings/module.h"

namespace trtlike::bindings {

/// The enumeration under its own name, with TensorRT's names of its values.
template <typename E>
py::enum_<E> bind_enum(py::handle scope) {
  py::enum_<E> cls(scope, EnumTable<E>::kName);
  for (const EnumEntry<E>& entry : enum_entries<E>()) cls.value(entry.name, entry.value);
  return cls;
}

/// ==, !=, <, <=, > and >= against values of the same class and integers, as TensorRT's arithmetic
/// enumerations have them.
void make_arithmetic(const py::object& enumeration);

}  // namespace trtlike::bindings
