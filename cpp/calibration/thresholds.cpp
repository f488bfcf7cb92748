// The four ways to choose a threshold. Entropy: S. Migacz, 8-bit Inference with TensorRT, GTC 2017.
#include "calibration/thresholds.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace trtlike::calibration {
namespace {

constexpr size_t kLevels = 128;

double x_log_x(double x) { return x > 0 ? x * std::log(x) : 0; }

/// Sums over the first bins, by which each candidate costs its levels only.
struct Prefixes {
  explicit Prefixes(const std::vector<double>& bins) {
    for (const double count : bins) {
      sums.push_back(sums.back() + count);
      logs.push_back(logs.back() + x_log_x(count));
      filled.push_back(filled.back() + (count > 0 ? 1 : 0));
    }
  }
  std::vector<double> sums = {0}, logs = {0};
  std::vector<size_t> filled = {0};
};

/// The divergence of the first `kept` bins in kLevels levels from the same bins with all that is
/// beyond them in the last one.
double divergence(const std::vector<double>& bins, const Prefixes& to, size_t kept) {
  const double outliers = to.sums.back() - to.sums[kept];
  const double last = bins[kept - 1], total = to.sums.back(), inside = to.sums[kept];
  if (inside <= 0 || (last <= 0 && outliers > 0)) return std::numeric_limits<double>::infinity();
  // Sum of p log p, then of p log q, each up to normalization.
  const double p_log_p = to.logs[kept] - x_log_x(last) + x_log_x(last + outliers);
  double p_log_q = 0;
  for (size_t level = 0; level < kLevels; ++level) {
    const size_t begin = (level * kept + kLevels - 1) / kLevels;
    const size_t end = ((level + 1) * kept + kLevels - 1) / kLevels;
    const size_t filled = to.filled[end] - to.filled[begin];
    if (filled == 0) continue;
    const double sum = to.sums[end] - to.sums[begin];
    const double p = sum + (end == kept ? outliers : 0);
    p_log_q += p * std::log(sum / static_cast<double>(filled));
  }
  return (p_log_p - p_log_q) / total - std::log(total) + std::log(inside);
}

double entropy_threshold(const Histogram& histogram) {
  std::vector<double> bins = histogram.resampled(kThresholdBins);
  // Zeros stay zero whatever the threshold is.
  bins[0] = bins[1];
  const Prefixes prefixes(bins);
  double least = std::numeric_limits<double>::infinity();
  size_t best = kThresholdBins;
  for (size_t kept = kLevels; kept <= kThresholdBins; ++kept) {
    const double found = divergence(bins, prefixes, kept);
    if (found <= least && std::isfinite(found)) {
      least = found;
      best = kept;
    }
  }
  if (best == kThresholdBins) return histogram.largest();
  return (static_cast<double>(best) + 0.5) * histogram.largest() / kThresholdBins;
}

double percentile_threshold(const Histogram& histogram, double quantile, double cutoff) {
  const double highest = histogram.largest() * std::clamp(cutoff, 0.0, 1.0);
  const std::vector<uint64_t>& counts = histogram.counts();
  const auto end =
      std::min(counts.size(), static_cast<size_t>(std::floor(highest / histogram.width())) + 1);
  double total = 0, seen = 0;
  for (size_t bin = 0; bin < end; ++bin) total += static_cast<double>(counts[bin]);
  const double wanted = total * std::clamp(quantile, 0.0, 1.0);
  for (size_t bin = 0; bin < end; ++bin) {
    const auto count = static_cast<double>(counts[bin]);
    if (count > 0 && seen + count >= wanted) {
      const double part = (wanted - seen) / count;
      return std::min((static_cast<double>(bin) + part) * histogram.width(), highest);
    }
    seen += count;
  }
  return highest;
}

double squared_error(const std::vector<double>& bins, double bin_width, double threshold) {
  const double step = threshold / kInt8Steps;
  double sum = 0;
  for (size_t bin = 0; bin < bins.size(); ++bin) {
    if (bins[bin] == 0) continue;
    const double value = (static_cast<double>(bin) + 0.5) * bin_width;
    const double kept = std::min<double>(std::nearbyint(value / step), kInt8Steps) * step;
    sum += bins[bin] * (value - kept) * (value - kept);
  }
  return sum;
}

double mse_threshold(const Histogram& histogram) {
  constexpr size_t kStride = 8;
  const std::vector<double> bins = histogram.resampled(kThresholdBins);
  const double width = histogram.largest() / kThresholdBins;
  double best = histogram.largest(), least = squared_error(bins, width, best);
  for (size_t kept = kLevels; kept < kThresholdBins; kept += kStride) {
    const double threshold = static_cast<double>(kept) * width;
    const double error = squared_error(bins, width, threshold);
    if (error < least) {
      least = error;
      best = threshold;
    }
  }
  return best;
}

}  // namespace

double find_threshold(const Histogram& histogram, const ThresholdOptions& options) {
  const double largest = histogram.largest();
  if (largest <= 0) return 0;
  double threshold = largest;
  if (options.method == CalibrationMethod::Entropy) threshold = entropy_threshold(histogram);
  if (options.method == CalibrationMethod::Mse) threshold = mse_threshold(histogram);
  if (options.method == CalibrationMethod::Percentile)
    threshold = percentile_threshold(histogram, options.quantile, options.cutoff);
  return threshold > 0 ? std::min(threshold, largest) : largest;
}

}  // namespace trtlike::calibration
