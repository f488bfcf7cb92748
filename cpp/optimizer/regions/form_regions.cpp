// The innermost first.
#include "optimizer/regions/form_regions.h"

#include <algorithm>
#include <string_view>

#include "core/check.h"
#include "optimizer/regions/boundaries.h"

namespace trtlike::optimizer {

bool is_boundary(const ir::Node& node) {
  return node.attributes.find("loop") != nullptr || node.attributes.find("conditional") != nullptr;
}

Boundaries find_boundaries(const ir::Graph& graph) {
  Boundaries out;
  for (const ir::NodeId id : graph.nodes()) {
    const ir::Node& node = graph.node(id);
    if (!is_boundary(node)) continue;
    const std::string_view op = node.op->name;
    if (node.attributes.find("loop") != nullptr) {
      const int64_t number = node.attributes.get_int("loop");
      LoopEnds& ends = out.loops[number];
      if (number >= 0 && number < std::ssize(graph.loop_names()))
        ends.name = graph.loop_names()[static_cast<size_t>(number)];
      auto& list = op == "TripLimit"    ? ends.limits
                   : op == "Recurrence" ? ends.recurrences
                   : op == "Iterator"   ? ends.iterators
                                        : ends.outputs;
      list.push_back(id);
    } else {
      const int64_t number = node.attributes.get_int("conditional");
      ConditionalEnds& ends = out.conditionals[number];
      if (number >= 0 && number < std::ssize(graph.conditional_names()))
        ends.name = graph.conditional_names()[static_cast<size_t>(number)];
      auto& list = op == "Condition"          ? ends.conditions
                   : op == "ConditionalInput" ? ends.inputs
                                              : ends.outputs;
      list.push_back(id);
    }
  }
  return out;
}

namespace {

/// What nobody reads belongs to no branch, and would keep from one what it reads.
void remove_unread(ir::Graph& graph) {
  const std::vector<ir::NodeId> order = graph.topological_order();
  for (auto id = order.rbegin(); id != order.rend(); ++id) {
    const ir::Node& node = graph.node(*id);
    const bool is_unread =
        !node.outputs.empty() &&
        std::all_of(node.outputs.begin(), node.outputs.end(), [&](ir::ValueId output) {
          return graph.value(output).users.empty() && !graph.value(output).is_output;
        });
    if (is_unread && !is_boundary(node)) graph.remove_node(*id);
  }
}

}  // namespace

void form_regions(ir::Graph& graph) {
  Boundaries open = find_boundaries(graph);
  if (open.loops.empty() && open.conditionals.empty()) return;
  remove_unread(graph);
  while (!open.loops.empty() || !open.conditionals.empty()) {
    size_t formed = std::erase_if(
        open.conditionals, [&](const auto& item) { return form_conditional(graph, item.second); });
    formed +=
        std::erase_if(open.loops, [&](const auto& item) { return form_loop(graph, item.second); });
    TRTLIKE_CHECK(formed > 0, "[network] ",
                  open.loops.empty()
                      ? core::str("conditional '", open.conditionals.begin()->second.name)
                      : core::str("loop '", open.loops.begin()->second.name),
                  "': expected loops and conditionals that lie inside each other whole or not at "
                  "all, got ones that overlap.");
  }
  graph.infer_all();
}

}  // namespace trtlike::optimizer
