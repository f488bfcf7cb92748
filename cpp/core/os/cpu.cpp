// CPU identification.
#include "core/os/cpu.h"

#include <cpuid.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "core/os/environment.h"
#include "core/strings.h"
#include "trtlike/error.h"

namespace trtlike::core {
namespace {

/// In the order of CpuFeature.
constexpr const char* kFeatureNames[] = {"avx2",        "fma",         "f16c",     "avx512f",
                                         "avx512bw",    "avx512vl",    "avx512dq", "avx512_vnni",
                                         "avx512_vbmi", "avx512_bf16", "avx_vnni"};
static_assert(std::size(kFeatureNames) == static_cast<size_t>(CpuFeature::AvxVnni) + 1);

Isa detect() {
  Isa found;
  const auto add = [&](CpuFeature feature, int has) {
    if (has != 0) found = found | Isa::of(feature);
  };
  add(CpuFeature::Avx2, __builtin_cpu_supports("avx2"));
  add(CpuFeature::Fma, __builtin_cpu_supports("fma"));
  add(CpuFeature::F16c, __builtin_cpu_supports("f16c"));
  add(CpuFeature::Avx512f, __builtin_cpu_supports("avx512f"));
  add(CpuFeature::Avx512bw, __builtin_cpu_supports("avx512bw"));
  add(CpuFeature::Avx512vl, __builtin_cpu_supports("avx512vl"));
  add(CpuFeature::Avx512dq, __builtin_cpu_supports("avx512dq"));
  add(CpuFeature::Avx512Vnni, __builtin_cpu_supports("avx512vnni"));
  add(CpuFeature::Avx512Vbmi, __builtin_cpu_supports("avx512vbmi"));
  add(CpuFeature::Avx512Bf16, __builtin_cpu_supports("avx512bf16"));
  add(CpuFeature::AvxVnni, __builtin_cpu_supports("avxvnni"));
  return found;
}

const IsaLevel& highest_level(Isa isa) {
  const std::vector<IsaLevel>& levels = isa_levels();
  return *std::find_if(levels.rbegin(), levels.rend(),
                       [&](const IsaLevel& level) { return level.isa <= isa; });
}

std::string model_name() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  char vendor[13] = "unknown";
  if (__get_cpuid(0, &eax, &ebx, &ecx, &edx) != 0) {
    std::memcpy(vendor, &ebx, 4);
    std::memcpy(vendor + 4, &edx, 4);
    std::memcpy(vendor + 8, &ecx, 4);
  }
  unsigned family = 0, model = 0;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0) {
    family = ((eax >> 8) & 15u) + ((eax >> 20) & 255u);
    model = ((eax >> 4) & 15u) | ((eax >> 12) & 0xf0u);
  }
  return str(vendor, " family ", family, " model ", model);
}

size_t cache_bytes(int name, size_t fallback) {
  const long n = sysconf(name);
  return n > 0 ? static_cast<size_t>(n) : fallback;
}

}  // namespace

const std::vector<IsaLevel>& isa_levels() {
  static const std::vector<IsaLevel> levels = {{"portable", Isa::Portable},
                                               {"avx2", Isa::Avx2},
                                               {"avx512", Isa::Avx512},
                                               {"avx512_vnni", Isa::Avx512Vnni},
                                               {"avx512_bf16", Isa::Avx512Bf16}};
  return levels;
}

Isa known_isa() { return {(uint64_t{1} << std::size(kFeatureNames)) - 1}; }

Isa cpu_isa() {
  static const Isa isa = [] {
    __builtin_cpu_init();
    // oneDNN is compiled for it, and NumPy.
    if (__builtin_cpu_supports("sse4.1") == 0)
      throw UnsupportedError(
          str("[core] CPU: expected SSE4.1, which x86-64 CPUs have since 2008, "
              "got ",
              model_name(), " without it."));
    const std::string limit = environment(Switch::MaxIsa);
    if (limit.empty()) return detect();
    std::vector<std::string> names;
    for (const IsaLevel& level : isa_levels()) {
      if (limit == level.name) return detect() & level.isa;
      names.emplace_back(level.name);
    }
    throw UserError(
        str("[core] TRTLIKE_MAX_ISA: expected one of ", join(names), ", got '", limit, "'."));
  }();
  return isa;
}

std::string isa_name(Isa isa) {
  const IsaLevel& level = highest_level(isa);
  std::string name = level.isa == Isa::Portable && isa != Isa::Portable ? "" : level.name;
  for (size_t i = 0; i < std::size(kFeatureNames); ++i)
    if (Isa::of(static_cast<CpuFeature>(i)) <= isa - level.isa)
      name += str(name.empty() ? "" : "+", kFeatureNames[i]);
  return name;
}

const std::string& cpu_fingerprint() {
  static const std::string fingerprint = str(model_name(), ", ", highest_level(cpu_isa()).name);
  return fingerprint;
}

size_t l1_bytes() {
  static const size_t n = cache_bytes(_SC_LEVEL1_DCACHE_SIZE, 32u << 10);
  return n;
}

size_t l2_bytes() {
  static const size_t n = cache_bytes(_SC_LEVEL2_CACHE_SIZE, 1u << 20);
  return n;
}

}  // namespace trtlike::core
