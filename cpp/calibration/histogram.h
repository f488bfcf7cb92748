// How often which absolute values of a tensor were seen.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/threads/threads.h"

namespace trtlike::calibration {

/// Equal bins from 0 to the power of two above the largest value. As the largest grows, bins are
/// joined two and two, so that what was counted depends neither on the order of values nor on how
/// they were cut into batches.
class Histogram {
 public:
  static constexpr int kLogBins = 13;
  static constexpr size_t kBins = size_t{1} << kLogBins;

  /// Counts absolute values. All must be finite.
  void add(std::span<const float> values, const core::ThreadPool& pool);

  double largest() const { return largest_; }
  /// Values counted.
  uint64_t total() const { return total_; }
  /// Empty before the first value.
  const std::vector<uint64_t>& counts() const { return counts_; }
  /// A bin's width, a power of two.
  double width() const;
  /// The counts in `bins` equal bins from 0 to the largest value; a bin's values are taken to lie
  /// evenly in it.
  std::vector<double> resampled(size_t bins) const;

  /// One line of text, without a line's end.
  std::string to_text() const;
  /// Nothing for what to_text did not write.
  static std::optional<Histogram> from_text(const std::string& text);

 private:
  void widen(int exponent);

  /// The bins reach to 2^exponent_.
  int exponent_ = kSmallestExponent;
  double largest_ = 0;
  uint64_t total_ = 0;
  std::vector<uint64_t> counts_;

  static constexpr int kSmallestExponent = -100;
};

/// The largest absolute value; nothing where one is NaN or infinite.
std::optional<float> find_largest(std::span<const float> values, const core::ThreadPool& pool);

}  // namespace trtlike::calibration
