// The user's data from which a build learns the ranges of a network's tensors for INT8.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trtlike/enums/build_enums.h"
#include "trtlike/types.h"

namespace trtlike {

/// One network input of a batch.
struct CalibrationTensor {
  /// Dense elements in host memory, until the next batch is asked for or the calibration ends.
  const void* address = nullptr;
  /// What lies there; what is not said is taken to be the input's element type, and its extents
  /// under the calibration profile with get_batch_size() in the place of a dynamic first one.
  std::optional<DataType> dtype = std::nullopt;
  std::optional<Dims> shape = std::nullopt;
  std::shared_ptr<const void> owner = nullptr;
};

/// Subclass it, or what TensorRT calls IInt8EntropyCalibrator2 and the like. A build calls it from
/// its own thread. What its functions throw ends the build.
class Calibrator {
 public:
  virtual ~Calibrator() = default;
  virtual CalibrationAlgoType algorithm() const = 0;
  /// How ranges are chosen; what the algorithm stands for unless it is overridden.
  virtual CalibrationMethod method() const;
  virtual int batch_size() = 0;
  /// Gives one tensor for each name, in this order; false when there are no more batches.
  virtual bool get_batch(const std::vector<std::string>& names,
                         std::vector<CalibrationTensor>& tensors) = 0;
  /// The bytes of an earlier write_calibration_cache; empty for none. Nothing is calibrated where
  /// there are some.
  virtual std::string read_calibration_cache() { return {}; }
  virtual void write_calibration_cache(std::string_view) {}

  /// The part of all values that the percentile's range holds, from 0 to 1.
  virtual double quantile() { return 0.9999; }
  /// Values above this part of the largest one, from 0 to 1, are outliers that the percentile does
  /// not count.
  virtual double regression_cutoff() { return 1; }
  /// The histograms of a calibration, from which ranges of another quantile are chosen without any
  /// batch.
  virtual std::string read_histogram_cache() { return {}; }
  virtual void write_histogram_cache(std::string_view) {}
};

}  // namespace trtlike
