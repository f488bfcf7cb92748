// The innermost first.
#include "optimizer/regions/form_regions.h"

#include <algorithm>
#include <string_view>

#include "core/check.h"
#include "optimizer/regions/boundaries.h"
#include "optimizer/regions/region_maker.h"

namespace trtlike::optimizer {

bool is_boundary(const ir::Node& node) {
  return node.attributes.find("loop") != nullptr || node.attributes.find("conditional") != nullptr;
}

std::vector<ir::NodeId> decisions(const Boundaries& all, const ir::Node& node) {
  if (node.attributes.find("loop") != nullptr)
    return all.loops.at(node.attributes.get_int("loop")).limits;
  if (node.attributes.find("conditional") != nullptr)
    return all.conditionals.at(node.attributes.get_int("conditional")).conditions;
  return {};
}

std::vector<ir::NodeId> decided_by(const Boundaries& all, const ir::Node& node) {
  const std::string_view op = node.op->name;
  if (op == "Condition") return all.conditionals.at(node.attributes.get_int("conditional")).outputs;
  if (op != "TripLimit") return {};
  const LoopEnds& ends = all.loops.at(node.attributes.get_int("loop"));
  std::vector<ir::NodeId> out = ends.outputs;
  out.insert(out.end(), ends.recurrences.begin(), ends.recurrences.end());
  return out;
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

/// What leads to no output of the network belongs to no branch or turn, and would keep from one
/// what it reads. A loop or conditional of which some result is needed needs what decides in it.
void remove_dead(ir::Graph& graph) {
  const Boundaries all = find_boundaries(graph);
  std::set<ir::NodeId> live;
  std::vector<ir::NodeId> open;
  const auto reach = [&](ir::NodeId id) {
    if (id && live.insert(id).second) open.push_back(id);
  };
  for (const ir::ValueId output : graph.outputs()) reach(graph.producer(output));
  while (!open.empty()) {
    const ir::NodeId id = open.back();
    open.pop_back();
    const ir::Node& node = graph.node(id);
    for (const ir::ValueId input : node.inputs)
      if (input) reach(graph.producer(input));
    for (const ir::NodeId end : decisions(all, node)) reach(end);
  }
  std::set<ir::NodeId> dead;
  for (const ir::NodeId id : graph.nodes())
    if (!live.contains(id)) dead.insert(id);
  remove_nodes(graph, dead);
}

}  // namespace

void form_regions(ir::Graph& graph) {
  const std::vector<ir::NodeId> nodes = graph.nodes();
  if (std::none_of(nodes.begin(), nodes.end(),
                   [&](ir::NodeId id) { return is_boundary(graph.node(id)); }))
    return;
  remove_dead(graph);
  Boundaries open = find_boundaries(graph);
  while (!open.loops.empty() || !open.conditionals.empty()) {
    size_t formed = std::erase_if(
        open.conditionals, [&](const auto& item) { return form_conditional(graph, item.second); });
    formed += std::erase_if(open.loops,
                            [&](const auto& item) { return form_loop(graph, open, item.second); });
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
