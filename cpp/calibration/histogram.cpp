// Counting absolute values, by several threads.
#include "calibration/histogram.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <sstream>

#include "core/check.h"

namespace trtlike::calibration {
namespace {

constexpr int64_t kSliceElems = 1 << 16;

/// Calls body(part, worker) for slices of `values`.
template <typename F>
void for_each_slice(std::span<const float> values, const core::ThreadPool& pool, F&& body) {
  const auto count = static_cast<int64_t>(values.size());
  const auto slices = static_cast<int>((count + kSliceElems - 1) / kSliceElems);
  const auto part = [&](int slice) {
    const auto first = static_cast<size_t>(slice * kSliceElems);
    return values.subspan(first, std::min(values.size() - first, size_t{kSliceElems}));
  };
  if (slices == 1) return body(part(0), 0);
  pool.parallel_for(slices, [&](int slice, int worker) { body(part(slice), worker); });
}

float largest_of(std::span<const float> values) {
  constexpr size_t kLanes = 16;
  std::array<float, kLanes> largest{}, sum{};
  size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes)
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const float magnitude = std::fabs(values[i + lane]);
      largest[lane] = magnitude > largest[lane] ? magnitude : largest[lane];
      // NaN where the value is NaN or infinite, which a maximum may lose.
      sum[lane] += magnitude * 0.0f;
    }
  for (; i < values.size(); ++i) {
    largest[0] = std::max(largest[0], std::fabs(values[i]));
    sum[0] += values[i] * 0.0f;
  }
  for (size_t lane = 0; lane < kLanes; ++lane)
    if (std::isnan(sum[lane])) return std::numeric_limits<float>::quiet_NaN();
  return *std::max_element(largest.begin(), largest.end());
}

}  // namespace

std::optional<float> find_largest(std::span<const float> values, const core::ThreadPool& pool) {
  std::vector<float> of_worker(static_cast<size_t>(pool.num_threads()), 0.0f);
  for_each_slice(values, pool, [&](std::span<const float> part, int worker) {
    float& known = of_worker[static_cast<size_t>(worker)];
    const float largest = largest_of(part);
    if (!(largest <= known)) known = std::isnan(known) ? known : largest;
  });
  for (const float largest : of_worker)
    if (std::isnan(largest)) return std::nullopt;
  return *std::max_element(of_worker.begin(), of_worker.end());
}

double Histogram::width() const { return std::ldexp(1.0, exponent_ - kLogBins); }

void Histogram::widen(int exponent) {
  const int doublings = std::min(exponent - exponent_, kLogBins);
  exponent_ = exponent;
  for (size_t bin = 1; bin < kBins; ++bin) {
    const uint64_t count = counts_[bin];
    counts_[bin] = 0;
    counts_[bin >> doublings] += count;
  }
}

void Histogram::add(std::span<const float> values, const core::ThreadPool& pool) {
  if (values.empty()) return;
  if (counts_.empty()) counts_.resize(kBins);
  const auto largest = find_largest(values, pool);
  TRTLIKE_ASSERT(largest, "calibration counts finite values only");
  int exponent = 0;
  std::frexp(*largest, &exponent);
  if (*largest > 0 && exponent > exponent_) widen(exponent);
  largest_ = std::max<double>(largest_, *largest);
  total_ += values.size();
  const auto scale = static_cast<float>(1 / width());
  const auto workers = static_cast<size_t>(pool.num_threads());
  std::vector<uint32_t> tables(workers * kBins);
  for_each_slice(values, pool, [&](std::span<const float> part, int worker) {
    uint32_t* const table = tables.data() + static_cast<size_t>(worker) * kBins;
    for (const float value : part)
      ++table[static_cast<size_t>(static_cast<int32_t>(std::fabs(value) * scale))];
  });
  for (size_t worker = 0; worker < workers; ++worker)
    for (size_t bin = 0; bin < kBins; ++bin) counts_[bin] += tables[worker * kBins + bin];
}

std::vector<double> Histogram::resampled(size_t bins) const {
  std::vector<double> out(bins, 0.0);
  if (counts_.empty() || largest_ <= 0) return out;
  const double from = width(), to = largest_ / static_cast<double>(bins);
  for (size_t bin = 0; bin < kBins; ++bin) {
    if (counts_[bin] == 0) continue;
    const double begin = static_cast<double>(bin) * from;
    const double end = std::min(begin + from, largest_);
    const double density = end > begin ? static_cast<double>(counts_[bin]) / (end - begin) : 0;
    double at = begin;
    for (auto target = std::min(static_cast<size_t>(begin / to), bins - 1); target < bins;
         ++target) {
      const bool is_last = target + 1 == bins;
      const double edge = is_last ? end : std::min(end, static_cast<double>(target + 1) * to);
      if (end <= begin) out[target] += static_cast<double>(counts_[bin]);
      if (edge > at) out[target] += density * (edge - at);
      if (edge >= end) break;
      at = std::max(at, edge);
    }
  }
  return out;
}

std::string Histogram::to_text() const {
  std::ostringstream out;
  out << exponent_ << ' ' << std::hexfloat << largest_ << std::defaultfloat;
  for (size_t bin = 0; bin < counts_.size(); ++bin)
    if (counts_[bin] != 0) out << ' ' << bin << ':' << counts_[bin];
  return out.str();
}

std::optional<Histogram> Histogram::from_text(const std::string& text) {
  std::istringstream in(text);
  Histogram out;
  std::string largest;
  if (!(in >> out.exponent_ >> largest)) return std::nullopt;
  char* end = nullptr;
  out.largest_ = std::strtod(largest.c_str(), &end);
  const bool fits = *end == '\0' && out.exponent_ >= kSmallestExponent && out.exponent_ <= 128 &&
                    out.largest_ >= 0 && out.largest_ < std::ldexp(1.0, out.exponent_);
  if (!fits) return std::nullopt;
  out.counts_.resize(kBins);
  size_t bin = 0;
  uint64_t count = 0;
  char colon = 0;
  while (in >> bin >> colon >> count) {
    if (colon != ':' || bin >= kBins) return std::nullopt;
    out.counts_[bin] += count;
    out.total_ += count;
  }
  return in.eof() ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace trtlike::calibration
