// A conditional with its branches as graphs. A branch is what nothing but its outputs reads, so it
// runs only where it is taken.
#include <algorithm>

#include "core/check.h"
#include "optimizer/regions/boundaries.h"
#include "optimizer/regions/region_maker.h"

namespace trtlike::optimizer {
namespace {

using ir::Graph;
using ir::Node;
using ir::NodeId;
using ir::ValueId;

/// Finds the nodes of one branch: from its outputs backwards, a node once all that read it are in.
class Branch {
 public:
  Branch(const Graph& graph, const ConditionalEnds& ends, size_t place) : graph_(graph) {
    for (const NodeId id : ends.outputs)
      if (place < graph.node(id).inputs.size()) take_use(graph.node(id).inputs[place]);
    while (!open_.empty()) {
      const NodeId id = open_.back();
      open_.pop_back();
      for (const ValueId input : graph.node(id).inputs) take_use(input);
    }
  }

  const std::set<NodeId>& nodes() const { return nodes_; }

 private:
  /// Nodes before it are around the conditional: its own inputs, or a loop that it lies in. One
  /// that lies in the branch is a region by then.
  static bool begins_region(const Node& node) {
    const std::string_view op = node.op->name;
    return op == "ConditionalInput" || op == "Recurrence" || op == "Iterator";
  }

  /// The branch reads `value` once more.
  void take_use(ValueId value) {
    const NodeId producer = value ? graph_.producer(value) : NodeId{};
    if (!producer || nodes_.contains(producer)) return;
    const Node& node = graph_.node(producer);
    if (begins_region(node)) return;
    const auto [left, is_new] = left_.try_emplace(producer, 0);
    if (is_new)
      for (const ValueId output : node.outputs)
        left->second +=
            std::ssize(graph_.value(output).users) + (graph_.value(output).is_output ? 1 : 0);
    if (--left->second > 0) return;
    nodes_.insert(producer);
    open_.push_back(producer);
  }

  const Graph& graph_;
  std::set<NodeId> nodes_;
  std::vector<NodeId> open_;
  /// Uses by what is not known to be in the branch.
  std::map<NodeId, int64_t> left_;
};

bool holds_boundary(const Graph& graph, const std::set<NodeId>& nodes) {
  return std::any_of(nodes.begin(), nodes.end(),
                     [&](NodeId id) { return is_boundary(graph.node(id)); });
}

void check_complete(const Graph& graph, const ConditionalEnds& ends) {
  TRTLIKE_CHECK(ends.conditions.size() == 1, "[network] conditional '", ends.name,
                "': expected one condition, got ", ends.conditions.size(),
                ". Call set_condition once.");
  for (const NodeId id : ends.outputs) {
    const Node& node = graph.node(id);
    const bool has_both = node.inputs.size() == 2 && node.inputs[0] && node.inputs[1];
    TRTLIKE_CHECK(has_both || !node.attributes.get_string("else_refusal").empty(),
                  "[network] conditional '", ends.name, "', layer '", node.name,
                  "': expected a tensor of each branch, got one.");
  }
}

/// Why no run may take the second branch; empty where it may.
std::string find_else_refusal(const Graph& graph, const ConditionalEnds& ends) {
  for (const NodeId id : ends.outputs)
    if (const auto& refusal = graph.node(id).attributes.get_string("else_refusal");
        !refusal.empty())
      return refusal;
  return "";
}

/// Tensors that were named as the branches' inputs: only what a branch reads becomes its input.
void map_inputs(const Graph& graph, const ConditionalEnds& ends, const std::set<NodeId>& members,
                RegionMaker& maker) {
  for (const NodeId id : ends.inputs) {
    const ValueId inner = graph.node(id).outputs[0];
    const auto& users = graph.value(inner).users;
    const bool is_read = std::any_of(users.begin(), users.end(), [&](NodeId user) {
      return members.contains(user) ||
             std::find(ends.outputs.begin(), ends.outputs.end(), user) != ends.outputs.end();
    });
    if (is_read) maker.map(inner, maker.value_of(graph.node(id).inputs[0]));
  }
}

/// What the conditional was while it was flat.
void remove_flat(Graph& graph, const ConditionalEnds& ends,
                 const std::vector<std::set<NodeId>>& members) {
  std::set<NodeId> gone(ends.outputs.begin(), ends.outputs.end());
  gone.insert(ends.conditions.begin(), ends.conditions.end());
  for (const auto& nodes : members) gone.insert(nodes.begin(), nodes.end());
  remove_nodes(graph, gone);
  for (const NodeId id : ends.inputs) {
    graph.replace_uses(graph.node(id).outputs[0], graph.node(id).inputs[0]);
    graph.remove_node(id);
  }
}

}  // namespace

bool form_conditional(Graph& graph, const ConditionalEnds& ends) {
  check_complete(graph, ends);
  const std::string else_refusal = find_else_refusal(graph, ends);
  std::vector<std::set<NodeId>> members;
  for (size_t place = 0; place < 2; ++place) {
    members.push_back(Branch(graph, ends, place).nodes());
    if (holds_boundary(graph, members.back())) return false;
  }
  std::vector<RegionMaker> makers;
  for (size_t place = 0; place < 2; ++place) makers.emplace_back(graph);
  for (size_t place = 0; place < 2; ++place) {
    RegionMaker& maker = makers[place];
    // Both take the same inputs.
    if (place == 1)
      for (const ValueId id : makers[0].captured()) maker.value_of(id);
    map_inputs(graph, ends, members[place], maker);
    maker.copy(in_order(graph, members[place]));
    // Where no run may take the second branch, the first stands for it.
    if (place == 1 && !else_refusal.empty()) break;
    for (const NodeId id : ends.outputs)
      maker.add_output(maker.value_of(graph.node(id).inputs[place]));
  }
  for (size_t i = makers[0].captured().size(); i < makers[1].captured().size(); ++i)
    makers[0].value_of(makers[1].captured()[i]);

  std::vector<ValueId> inputs = {graph.node(ends.conditions[0]).inputs[0]};
  const std::vector<ValueId> captured = makers[0].captured();
  inputs.insert(inputs.end(), captured.begin(), captured.end());
  if (!ends.outputs.empty()) {
    const std::shared_ptr<const Graph> first = makers[0].finish();
    const NodeId added =
        graph.add_region_node("If", ends.name, inputs,
                              {{"num_outputs", static_cast<int64_t>(ends.outputs.size())},
                               {"else_refusal", else_refusal}},
                              {first, else_refusal.empty() ? makers[1].finish() : first});
    graph.mutable_node(added).metadata = graph.node(ends.outputs[0]).metadata;
    for (size_t i = 0; i < ends.outputs.size(); ++i)
      graph.replace_uses(graph.node(ends.outputs[i]).outputs[0], graph.node(added).outputs[i]);
  }
  remove_flat(graph, ends, members);
  return true;
}

}  // namespace trtlike::optimizer
