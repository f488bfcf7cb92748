// From ranges to quantized layers, and the words about it.
#include "builder/quantize.h"

#include <algorithm>

#include "calibration/calibrate.h"
#include "calibration/thresholds.h"
#include "core/check.h"
#include "core/log.h"
#include "optimizer/quantization/insert_quantization.h"
#include "runtime/access.h"

namespace trtlike::builder {
namespace {

/// "a, b, c and 4 more".
std::string list_of(const std::vector<std::string>& names) {
  constexpr size_t kMostShown = 20;
  const std::vector<std::string> shown(
      names.begin(), names.begin() + static_cast<long>(std::min(names.size(), kMostShown)));
  const std::string more =
      names.size() > kMostShown ? core::str(" and ", names.size() - kMostShown, " more") : "";
  return core::join(shown) + more;
}

/// The extents of batches that do not say theirs; -1 in front is the batch size.
std::map<std::string, Dims> batch_shapes(const ir::Graph& graph,
                                         const engine::PlanProfile& profile) {
  std::map<std::string, Dims> shapes;
  for (const ir::ValueId id : graph.inputs()) {
    const ir::Value& value = graph.value(id);
    const auto range = profile.shapes.find(value.name);
    Dims shape = range == profile.shapes.end() ? value.type.dims : range->second[1];
    if (shape.rank() > 0 && value.type.dims[0] < 0) shape[0] = -1;
    shapes[value.name] = shape;
  }
  return shapes;
}

calibration::TensorNames tensors_of(const ir::Graph& graph) {
  calibration::TensorNames tensors;
  for (size_t v = 0; v < graph.num_value_ids(); ++v) {
    const ir::Value& value = graph.value({static_cast<int32_t>(v)});
    if (value.alive && !value.constant && !value.stands_for.empty())
      tensors[value.name] = value.stands_for;
  }
  return tensors;
}

}  // namespace

bool has_quantization(const ir::Graph& graph) {
  const std::vector<ir::NodeId> nodes = graph.nodes();
  return std::any_of(nodes.begin(), nodes.end(), [&](ir::NodeId id) {
    const LayerType type = graph.node(id).op->layer_type;
    return type == LayerType::Quantize || type == LayerType::Dequantize;
  });
}

bool has_ranges(const ir::Graph& graph) {
  for (size_t v = 0; v < graph.num_value_ids(); ++v)
    if (graph.value({static_cast<int32_t>(v)}).dynamic_range) return true;
  return false;
}

calibration::Cache find_scales(const CalibrationSetup& setup) {
  Calibrator& calibrator = *setup.config.int8_calibrator();
  if (auto cache = calibration::read_cache(calibrator, setup.logger)) return *std::move(cache);
  const std::shared_ptr<HostMemory> plan = setup.build();
  const std::shared_ptr<CudaEngine> engine =
      RuntimeAccess::engine(engine::read_plan(plan->owner(), plan->nbytes()),
                            std::shared_ptr<Logger>(std::shared_ptr<Logger>(), setup.logger));
  return calibration::calibrate(
      calibrator, {engine, batch_shapes(setup.graph, setup.profile), tensors_of(setup.graph),
                   setup.logger, setup.config.go_on()});
}

void note_tensors(ir::Graph& graph) {
  for (size_t v = 0; v < graph.num_value_ids(); ++v) {
    ir::Value& value = graph.mutable_value({static_cast<int32_t>(v)});
    value.stands_for = {value.name};
  }
}

void set_ranges(ir::Graph& graph, const calibration::Cache& scales) {
  for (size_t v = 0; v < graph.num_value_ids(); ++v) {
    ir::Value& value = graph.mutable_value({static_cast<int32_t>(v)});
    const auto named =
        std::find_if(value.stands_for.begin(), value.stands_for.end(),
                     [&](const std::string& tensor) { return scales.scales.contains(tensor); });
    if (!value.alive || value.dynamic_range || named == value.stands_for.end()) continue;
    const float largest = scales.scales.at(*named) * static_cast<float>(calibration::kInt8Steps);
    value.dynamic_range = {-largest, largest};
  }
}

bool quantize_by_ranges(ir::Graph& graph, Logger* logger) {
  const optimizer::InsertedQuantization done = optimizer::insert_quantization(graph);
  if (!done.without_range.empty())
    core::log(logger, Severity::Warning, "[builder] INT8: ", done.without_range.size(),
              " layers stay as they are, because the tensors that they read have no range: ",
              list_of(done.tensors_without_range), ".");
  if (!done.constrained.empty())
    core::log(logger, Severity::Info, "[builder] INT8: ", done.constrained.size(),
              " layers keep the precision that they were given: ", list_of(done.constrained), ".");
  if (done.layers.empty()) {
    core::log(logger, Severity::Warning,
              "[builder] INT8: expected ranges of tensors that convolutions or products of weights "
              "read, got none, so no layer is quantized. Set IBuilderConfig.int8_calibrator, set "
              "ITensor.dynamic_range, or bring Q/DQ layers.");
    return false;
  }
  core::log(logger, Severity::Info, "[builder] INT8: ", done.layers.size(),
            " layers are quantized.");
  return true;
}

}  // namespace trtlike::builder
