// Random numbers by their place: a seed and a place give one number, in whatever order they are
// asked for.
#pragma once

#include <cstdint>

namespace trtlike::core {

/// A seed that is another one at every call and in every process.
uint64_t fresh_seed();

class RandomNumbers {
 public:
  explicit RandomNumbers(uint64_t seed) : seed_(seed) {}

  /// 64 bits that each are 0 or 1 with the same chance.
  uint64_t bits(uint64_t place) const;
  /// In [0, 1), equally likely everywhere, in steps of 2^-53.
  double uniform(uint64_t place) const;
  /// From the normal distribution of mean 0 and deviation 1.
  double normal(uint64_t place) const;

 private:
  uint64_t seed_;
};

}  // namespace trtlike::core
