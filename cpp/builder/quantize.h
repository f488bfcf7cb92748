// INT8 without Q/DQ layers: ranges of tensors, the user's or calibrated ones, become Q/DQ nodes.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "calibration/cache.h"
#include "engine/plan.h"
#include "ir/graph.h"
#include "trtlike/builder.h"

namespace trtlike::builder {

/// True for a network that says itself where integers are.
bool has_quantization(const ir::Graph& graph);
/// True where a tensor has a range of its own.
bool has_ranges(const ir::Graph& graph);

/// What a calibration needs of a build.
struct CalibrationSetup {
  const BuilderConfig& config;
  Logger* logger = nullptr;
  /// The graph whose tensors are watched.
  const ir::Graph& graph;
  /// Of batches.
  const engine::PlanProfile& profile;
  /// The FP32 plan of that graph.
  std::function<std::shared_ptr<HostMemory>()> build;
};

/// Scales from the calibrator's cache, else from its batches.
calibration::Cache find_scales(const CalibrationSetup& setup);

/// Keeps the names of the network's tensors through all rewrites.
void note_tensors(ir::Graph& graph);

/// Gives tensors that have no range of their own the one that the scales say.
void set_ranges(ir::Graph& graph, const calibration::Cache& scales);

/// Quantizes what has a range, and logs what has none. True where anything changed. `graph` is
/// fused, and is to be optimized again.
bool quantize_by_ranges(ir::Graph& graph, Logger* logger);

}  // namespace trtlike::builder
