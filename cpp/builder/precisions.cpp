// Allowed precisions by flags and constraints.
#include "builder/precisions.h"

#include <algorithm>

#include "core/cpu.h"
#include "core/dtype.h"

namespace trtlike::builder {
namespace {

DataType natural_type(const ir::Graph& graph, const ir::Node& node) {
  for (const auto* ids : {&node.outputs, &node.inputs})
    for (ir::ValueId id : *ids)
      if (id && core::is_float(graph.value(id).type.dtype)) return graph.value(id).type.dtype;
  return DataType::Float;
}

}  // namespace

std::vector<std::vector<DataType>> choose_precisions(const ir::Graph& graph,
                                                     const std::vector<ir::NodeId>& order,
                                                     const BuilderConfig& config) {
  const bool constrained = config.flag(BuilderFlag::ObeyPrecisionConstraints) ||
                           config.flag(BuilderFlag::PreferPrecisionConstraints);
  const bool bf16 = config.flag(BuilderFlag::BF16) && core::cpu_isa() >= core::Isa::Avx512Bf16;
  std::vector<std::vector<DataType>> out;
  for (ir::NodeId id : order) {
    const ir::Node& node = graph.node(id);
    std::vector<DataType> list;
    const auto add = [&](DataType dtype) {
      if (std::find(list.begin(), list.end(), dtype) == list.end()) list.push_back(dtype);
    };
    if (constrained && node.precision && core::is_float(*node.precision)) {
      add(*node.precision);
    } else {
      add(natural_type(graph, node));
      add(DataType::Float);
      if (bf16) add(DataType::BF16);
      if (config.flag(BuilderFlag::FP16)) add(DataType::Half);
    }
    out.push_back(std::move(list));
  }
  return out;
}

}  // namespace trtlike::builder
