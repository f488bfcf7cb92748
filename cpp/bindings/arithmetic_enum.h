// Enumerations whose values compare with each other and with integers, as TensorRT's arithmetic
// ones do.
#pragma once

#include "bindings/module.h"

namespace trtlike::bindings {

/// ==, !=, <, <=, > and >= against values of the same class and integers.
void make_arithmetic(const py::object& enumeration);

}  // namespace trtlike::bindings
