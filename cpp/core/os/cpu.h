// What this CPU can do: a set of instruction set extensions, cache sizes, a fingerprint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace trtlike::core {

/// Extensions that kernels are compiled for. The values are bits in plan files: new ones go to the
/// end.
enum class CpuFeature : uint8_t {
  Avx2,
  Fma,
  F16c,
  Avx512f,
  Avx512bw,
  Avx512vl,
  Avx512dq,
  Avx512Vnni,
  Avx512Vbmi,
  Avx512Bf16,
  AvxVnni,
};

/// A set of CPU features: what a CPU offers, or what a kernel needs. `a <= b` says that b has all
/// of a; of two sets each may lack something of the other.
struct Isa {
  uint64_t bits = 0;

  // The levels that kernels are compiled for, each with all of those before it, and one set.
  static const Isa Portable;    ///< nothing beyond SSE4.1, which is always there
  static const Isa Avx2;        ///< AVX2, FMA, F16C
  static const Isa Avx512;      ///< and AVX-512 F, BW, VL, DQ
  static const Isa Avx512Vnni;  ///< and VNNI, VBMI
  static const Isa Avx512Bf16;  ///< and BF16
  static const Isa AvxVnni;     ///< beside the levels: Avx2 and AVX-VNNI

  template <typename... Features>
  static constexpr Isa of(Features... features) {
    return {((uint64_t{1} << static_cast<int>(features)) | ... | uint64_t{0})};
  }
  friend constexpr bool operator==(Isa a, Isa b) = default;
  friend constexpr bool operator<=(Isa a, Isa b) { return (a.bits & ~b.bits) == 0; }
  friend constexpr bool operator>=(Isa a, Isa b) { return b <= a; }
  friend constexpr Isa operator|(Isa a, Isa b) { return {a.bits | b.bits}; }
  friend constexpr Isa operator&(Isa a, Isa b) { return {a.bits & b.bits}; }
  friend constexpr Isa operator-(Isa a, Isa b) { return {a.bits & ~b.bits}; }
};

inline constexpr Isa Isa::Portable{};
inline constexpr Isa Isa::Avx2 = of(CpuFeature::Avx2, CpuFeature::Fma, CpuFeature::F16c);
inline constexpr Isa Isa::Avx512 = Avx2 | of(CpuFeature::Avx512f, CpuFeature::Avx512bw,
                                             CpuFeature::Avx512vl, CpuFeature::Avx512dq);
inline constexpr Isa Isa::Avx512Vnni = Avx512 | of(CpuFeature::Avx512Vnni, CpuFeature::Avx512Vbmi);
inline constexpr Isa Isa::Avx512Bf16 = Avx512Vnni | of(CpuFeature::Avx512Bf16);
inline constexpr Isa Isa::AvxVnni = Avx2 | of(CpuFeature::AvxVnni);

struct IsaLevel {
  const char* name;
  Isa isa;
};
/// The named levels from Portable on: the values of TRTLIKE_MAX_ISA.
const std::vector<IsaLevel>& isa_levels();
/// All features that this build knows.
Isa known_isa();

/// What the CPU and the operating system offer; TRTLIKE_MAX_ISA lowers it to what a level has.
/// Throws UserError where that is no level, UnsupportedError for a CPU without SSE4.1.
Isa cpu_isa();
/// The highest level within the set and what it has beyond that: "avx2", "avx512_bf16+avx_vnni".
std::string isa_name(Isa isa);
/// "AuthenticAMD family 26 model 2, avx512_bf16": what timings are valid for.
const std::string& cpu_fingerprint();
size_t l1_bytes();
size_t l2_bytes();

}  // namespace trtlike::core
