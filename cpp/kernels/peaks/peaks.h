// Loops that do nothing but multiply and add, or read: what the peaks of a machine are measured
// with. One file an instruction set.
#pragma once

#include <cstdint>

#include "core/os/cpu.h"

namespace trtlike::kernels {

/// Runs `rounds` rounds of independent chains in registers and returns their sum, so that nothing
/// is left out.
struct PeakLoop {
  float (*run)(int64_t rounds) = nullptr;
  /// Multiplications and additions of one round.
  int64_t operations = 0;
};

extern const PeakLoop kPeakLoopPortable, kPeakLoopAvx2, kPeakLoopAvx512;
/// Products of pairs of bfloat16, summed in float.
extern const PeakLoop kPeakLoopAvx512Bf16;

}  // namespace trtlike::kernels
