// What this CPU can do: instruction sets in the order in which they include each other, cache
// sizes, a fingerprint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace trtlike::core {

/// Instruction sets a kernel may need; each includes the ones before it.
enum class Isa : int32_t {
  Portable = 0,
  Avx2 = 1,        ///< AVX2, FMA, F16C
  Avx512 = 2,      ///< F, BW, VL, DQ
  Avx512Vnni = 3,  ///< and VNNI, VBMI
  Avx512Bf16 = 4,  ///< and BF16
};

/// The best set that the CPU and the operating system offer; TRTLIKE_MAX_ISA lowers it.
Isa cpu_isa();
const char* isa_name(Isa isa);
/// "AuthenticAMD family 26 model 2, avx512_bf16": what timings are valid for.
const std::string& cpu_fingerprint();
size_t l1_bytes();
size_t l2_bytes();

}  // namespace trtlike::core
