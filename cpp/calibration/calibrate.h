// Runs a network on the user's batches and chooses the scales of its tensors.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "calibration/cache.h"
#include "calibration/collector.h"
#include "trtlike/calibrator.h"
#include "trtlike/engine.h"
#include "trtlike/logger.h"

namespace trtlike::calibration {

/// The scales that the calibrator's caches hold; nothing where they hold none, or those of another
/// algorithm. Throws UserError for bytes that are no cache.
std::optional<Cache> read_cache(Calibrator& calibrator, Logger* logger);

struct Session {
  /// In FP32, of which `input_shapes` says the extents of batches that do not: -1 in front is the
  /// calibrator's batch size.
  std::shared_ptr<CudaEngine> engine;
  std::map<std::string, Dims> input_shapes;
  /// The tensors to calibrate.
  TensorNames tensors;
  Logger* logger = nullptr;
  /// Asked before each batch; false ends by a UserError.
  std::function<bool()> go_on;
};

/// Runs all batches, and hands the caches to the calibrator. Throws UserError naming batch and
/// input for data that do not fit, and when there is no batch.
Cache calibrate(Calibrator& calibrator, const Session& session);

}  // namespace trtlike::calibration
