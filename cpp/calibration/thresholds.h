// From the values that were seen of a tensor to the largest one that INT8 keeps.
#pragma once

#include "calibration/histogram.h"
#include "trtlike/calibrator.h"

namespace trtlike::calibration {

/// Bins that entropy and mean squared error are computed on.
inline constexpr size_t kThresholdBins = 2048;
/// Steps of INT8 on each side of zero.
inline constexpr int kInt8Steps = 127;

struct ThresholdOptions {
  CalibrationMethod method = CalibrationMethod::Entropy;
  double quantile = 0.9999;
  double cutoff = 1;
};

/// At most the largest value; positive unless all values are 0.
double find_threshold(const Histogram& histogram, const ThresholdOptions& options);

}  // namespace trtlike::calibration
