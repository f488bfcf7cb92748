// Tables of loops, one an instruction set, by CPU and by the type that numbers are stored in.
#pragma once

#include "core/dtype.h"
#include "core/os/cpu.h"

namespace trtlike::kernels {

#if defined(__x86_64__) || defined(_M_X64)
inline constexpr bool kIsX86 = true;
#else
inline constexpr bool kIsX86 = false;
#endif

/// The best of the tables that this CPU can run. Those of x86 are not there elsewhere.
template <const auto& kPortable, const auto& kAvx2, const auto& kAvx512>
const auto& loops_of_this_cpu() {
  if constexpr (kIsX86) {
    if (core::cpu_isa() >= core::Isa::Avx512) return kAvx512;
    if (core::cpu_isa() >= core::Isa::Avx2) return kAvx2;
  }
  return kPortable;
}

/// Where a table of loops for FP32, FP16 and BF16 storage has the type; below zero: nowhere.
inline int float_storage_index(DataType dtype) {
  switch (dtype) {
    case DataType::Float:
      return 0;
    case DataType::Half:
      return 1;
    case DataType::BF16:
      return 2;
    default:
      return -1;
  }
}

}  // namespace trtlike::kernels
