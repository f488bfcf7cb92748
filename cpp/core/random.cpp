// SplitMix64 at a place: the state after so many steps is a product, its output a mix of it.
#include "core/random.h"

#include <atomic>
#include <cmath>
#include <numbers>
#include <random>

namespace trtlike::core {
namespace {

constexpr uint64_t kStep = 0x9e3779b97f4a7c15u;

uint64_t mix(uint64_t v) {
  v = (v ^ (v >> 30)) * 0xbf58476d1ce4e5b9u;
  v = (v ^ (v >> 27)) * 0x94d049bb133111ebu;
  return v ^ (v >> 31);
}

}  // namespace

uint64_t fresh_seed() {
  static std::atomic<uint64_t> next = [] {
    std::random_device device;
    return (uint64_t{device()} << 32) | device();
  }();
  return mix(next.fetch_add(kStep));
}

uint64_t RandomNumbers::bits(uint64_t place) const { return mix(mix(seed_) + kStep * (place + 1)); }

double RandomNumbers::uniform(uint64_t place) const {
  return static_cast<double>(bits(place) >> 11) * 0x1p-53;
}

/// Box and Muller's, of two uniform numbers, the first one in (0, 1].
double RandomNumbers::normal(uint64_t place) const {
  const double radius = std::sqrt(-2 * std::log(1 - uniform(2 * place)));
  return radius * std::cos(2 * std::numbers::pi * uniform(2 * place + 1));
}

}  // namespace trtlike::core
