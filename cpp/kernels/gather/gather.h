// Gather of rows (modes DEFAULT and ND) and of elements (mode ELEMENT), on linear tensors of any
// element type.
//
//   rows:      out[o, i, :] = data[o, index[b(o), i], :]   (ND: data[b, index[b, i, :], :])
//   elements:  out[p] = data[p with its index on the axis replaced by index[p]]
//
// Indices are read when the kernel runs: one below zero counts from the back, one outside ends the
// run.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/tactic.h"

namespace trtlike::kernels::gather {

/// Indices of either width.
struct Indices {
  const void* data;
  bool is_int32;

  int64_t operator[](int64_t i) const {
    return is_int32 ? static_cast<const int32_t*>(data)[i] : static_cast<const int64_t*>(data)[i];
  }
};

template <typename T>
void move_element(char* to, const char* from) {
  std::memcpy(to, from, sizeof(T));
}

std::optional<std::string> refuse_operands(const Problem& problem);

}  // namespace trtlike::kernels::gather
