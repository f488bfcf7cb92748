// The tuner's view of a graph.
#include <map>

#include "builder/assemble.h"
#include "builder/network/surface.h"
#include "builder/precisions.h"
#include "core/check.h"
#include "ir/node_args.h"

namespace trtlike::builder {
namespace {

bool is_view(const ir::Graph& graph, const ir::Node& node) {
  return node.op->is_view != nullptr && node.op->is_view(ir::NodeArgs(graph, node).args());
}

}  // namespace

tuner::TunedGraph make_tuned_graph(const ir::Graph& graph, const std::vector<ir::NodeId>& order,
                                   const std::vector<ir::Graph>& specialized,
                                   const std::vector<ir::Graph>& limits,
                                   const BuilderConfig& config) {
  const std::vector<Precisions> precisions = choose_precisions(graph, order, config);
  const std::vector<std::optional<DataType>> stored = choose_stored_types(graph, order, config);
  const std::vector<bool> strict = find_strict(graph, order);
  tuner::TunedGraph tuned;
  tuned.values.resize(graph.num_value_ids());
  for (size_t i = 0; i < tuned.values.size(); ++i) {
    const ir::ValueId id{static_cast<int32_t>(i)};
    const ir::Value& value = graph.value(id);
    if (!value.alive) continue;
    tuner::TunedValue& to = tuned.values[i];
    to.name = value.name;
    to.dtype = value.type.dtype;
    to.declared = value.type.dims;
    for (const ir::Graph& concrete : specialized) to.dims.push_back(concrete.value(id).type.dims);
    for (const ir::Graph& concrete : limits) to.limits.push_back(concrete.value(id).type.dims);
    to.constant = value.constant ? value.constant->data.get() : nullptr;
    to.fixed = value.is_input || value.is_output;
    to.stored = stored[i];
    to.fixed_format = {
        value.is_output && to.stored ? *to.stored : value.type.dtype,
        is_channels_last(value) ? kernels::Layout::ChannelsLast : kernels::Layout::Linear};
  }
  for (size_t n = 0; n < order.size(); ++n) {
    const ir::Node& node = graph.node(order[n]);
    tuner::TunedNode to;
    to.op = node.op;
    to.attributes = &node.attributes;
    to.name = node.name;
    for (ir::ValueId id : node.inputs) to.inputs.push_back(id.index);
    for (ir::ValueId id : node.outputs) to.outputs.push_back(id.index);
    to.precisions = precisions[n].allowed;
    to.fallback = precisions[n].fallback;
    to.is_strict = strict[n];
    to.is_view = is_view(graph, node);
    to.has_regions = !node.regions.empty();
    tuned.nodes.push_back(std::move(to));
  }
  return tuned;
}

}  // namespace trtlike::builder
