// Removal of what nobody reads, and of Constant nodes.
#include <algorithm>

#include "ops/effects.h"
#include "optimizer/passes/passes.h"

namespace trtlike::optimizer {
namespace {

bool is_unused(const ir::Graph& graph, const ir::Node& node) {
  return !ops::has_effect(*node.op) &&
         std::all_of(node.outputs.begin(), node.outputs.end(), [&](ir::ValueId id) {
           return graph.value(id).users.empty() && !graph.value(id).is_output;
         });
}

}  // namespace

int remove_dead_nodes(ir::Graph& graph) {
  int changes = 0;
  const std::vector<ir::NodeId> order = graph.topological_order();
  for (auto id = order.rbegin(); id != order.rend(); ++id) {
    if (!is_unused(graph, graph.node(*id))) continue;
    graph.remove_node(*id);
    ++changes;
  }
  for (size_t i = 0; i < graph.num_value_ids(); ++i) {
    const ir::ValueId id{static_cast<int32_t>(i)};
    const ir::Value& value = graph.value(id);
    if (value.alive && value.constant && !value.producer && value.users.empty() && !value.is_output)
      graph.remove_value(id);
  }
  return changes;
}

int drop_constant_nodes(ir::Graph& graph) {
  int changes = 0;
  for (const ir::NodeId id : graph.nodes()) {
    const ir::ValueId output =
        graph.node(id).outputs.empty() ? ir::ValueId{} : graph.node(id).outputs[0];
    if (!output || !graph.value(output).constant) continue;
    const ir::Value& old_value = graph.value(output);
    const std::string name = old_value.name;
    const ir::ValueId plain =
        graph.add_constant(name, old_value.type.dtype, old_value.type.dims, *old_value.constant);
    const bool was_output = old_value.is_output;
    graph.replace_uses(output, plain);
    graph.remove_node(id);
    if (!was_output) graph.rename_value(plain, name);
    ++changes;
  }
  return changes;
}

int separate_outputs(ir::Graph& graph) {
  int changes = 0;
  for (const ir::ValueId id : std::vector<ir::ValueId>(graph.outputs())) {
    if (!graph.value(id).is_input && !graph.value(id).constant) continue;
    graph.separate_output(id);
    ++changes;
  }
  return changes;
}

}  // namespace trtlike::optimizer
