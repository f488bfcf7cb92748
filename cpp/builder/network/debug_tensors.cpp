// Debug tensors become outputs for the time of the build.
#include "builder/network/debug_tensors.h"

#include <algorithm>

#include "core/log.h"

namespace trtlike::builder {
namespace {

/// The tensor itself, or what stands for it; none when it is inside a region.
ir::ValueId find_noted(ir::Graph& graph, const std::string& name) {
  ir::ValueId found;
  for (size_t i = 0; i < graph.num_value_ids(); ++i) {
    const ir::ValueId id{static_cast<int32_t>(i)};
    ir::Value& value = graph.mutable_value(id);
    if (std::erase(value.stands_for, name) != 0 && value.alive) found = id;
  }
  return found;
}

}  // namespace

void note_debug_tensors(const NetworkState& network, ir::Graph& graph) {
  for (const ir::ValueId marked : network.debug_tensors)
    graph.mutable_value(marked).stands_for.push_back(network.graph.value(marked).name);
}

DebugTensors mark_debug_tensors(const NetworkState& network, ir::Graph& graph, Logger* logger) {
  DebugTensors tensors;
  tensors.unfused = network.unfused_are_debug;
  for (const ir::ValueId marked : network.debug_tensors) {
    if (!network.graph.value(marked).alive) continue;
    const std::string& name = network.graph.value(marked).name;
    const ir::ValueId id = find_noted(graph, name);
    if (!id) {
      core::log(logger, Severity::Warning, "[builder] debug tensor '", name,
                "': is inside a loop or conditional, so listeners are not told of it.");
      continue;
    }
    tensors.names.push_back(name);
    if (graph.value(id).is_input || graph.value(id).is_output) continue;
    graph.rename_value(id, name);
    graph.mark_output(id);
    tensors.unbound.insert(name);
  }
  return tensors;
}

}  // namespace trtlike::builder
