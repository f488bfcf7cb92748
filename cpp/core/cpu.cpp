// CPU identification.
#include "core/cpu.h"

#include <cpuid.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "core/environment.h"
#include "core/strings.h"

namespace trtlike::core {
namespace {

Isa detect() {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return Isa::Portable;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512dq"))
    return Isa::Avx2;
  if (!__builtin_cpu_supports("avx512vnni") || !__builtin_cpu_supports("avx512vbmi"))
    return Isa::Avx512;
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  const bool bf16 = __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0 && ((eax >> 5) & 1u) != 0;
  return bf16 ? Isa::Avx512Bf16 : Isa::Avx512Vnni;
}

constexpr const char* kIsaNames[] = {"portable", "avx2", "avx512", "avx512_vnni", "avx512_bf16"};

std::string identify() {
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
  return str(vendor, " family ", family, " model ", model, ", ", isa_name(cpu_isa()));
}

size_t cache_bytes(int name, size_t fallback) {
  const long n = sysconf(name);
  return n > 0 ? static_cast<size_t>(n) : fallback;
}

}  // namespace

Isa cpu_isa() {
  static const Isa isa = [] {
    const Isa best = detect();
    const std::string limit = environment(Switch::MaxIsa);
    for (int i = 0; i < 5; ++i)
      if (limit == kIsaNames[i]) return std::min(best, static_cast<Isa>(i));
    return best;
  }();
  return isa;
}

const char* isa_name(Isa isa) { return kIsaNames[static_cast<int>(isa)]; }

const std::string& cpu_fingerprint() {
  static const std::string fingerprint = identify();
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
