// Copies of nodes in a graph of their own.
#include "optimizer/regions/region_maker.h"

#include <algorithm>

#include "core/check.h"

namespace trtlike::optimizer {

using ir::NodeId;
using ir::ValueId;

ValueId RegionMaker::add_input(ValueId outer_value) {
  const ir::Value& value = outer_.value(outer_value);
  const ValueId input =
      region_.add_input(region_.unique_value_name(value.name), value.type.dtype, value.type.dims);
  region_.mutable_value(input).dimension_names = value.dimension_names;
  return input;
}

ValueId RegionMaker::value_of(ValueId outer_value) {
  if (!outer_value) return {};
  const auto known = values_.find(outer_value);
  if (known != values_.end()) return known->second;
  const ir::Value& value = outer_.value(outer_value);
  ValueId inside;
  if (value.constant) {
    inside = region_.copy_constant(value);
  } else {
    inside = add_input(outer_value);
    captured_.push_back(outer_value);
  }
  values_[outer_value] = inside;
  return inside;
}

void RegionMaker::copy(const std::vector<NodeId>& nodes) {
  for (const NodeId id : nodes) {
    const ir::Node& node = outer_.node(id);
    std::vector<ValueId> inputs;
    for (const ValueId input : node.inputs) inputs.push_back(value_of(input));
    const ir::Node& copied = region_.node(region_.copy_node(outer_, id, inputs));
    for (size_t i = 0; i < node.outputs.size(); ++i) values_[node.outputs[i]] = copied.outputs[i];
  }
}

ValueId RegionMaker::copy_with(const std::vector<NodeId>& nodes, std::map<ValueId, ValueId> values,
                               ValueId result) {
  std::map<ValueId, ValueId> before = values_;
  for (const auto& [outer, inside] : values) values_[outer] = inside;
  copy(nodes);
  const ValueId out = value_of(result);
  // What was captured meanwhile stays.
  std::swap(values_, before);
  for (const ValueId id : captured_) values_.emplace(id, before.at(id));
  return out;
}

void RegionMaker::add_output(ValueId in_region) {
  const ir::Value& value = region_.value(in_region);
  if (value.is_input || value.constant || value.is_output)
    in_region =
        region_.add("Identity", region_.unique_value_name(value.name + "_copy"), {in_region});
  region_.mark_output(in_region);
}

std::vector<NodeId> in_order(const ir::Graph& graph, const std::set<NodeId>& set) {
  std::vector<NodeId> out;
  std::set<NodeId> done;
  // Depth first, without recursion: a node comes when what it reads has come.
  for (const NodeId first : set) {
    std::vector<std::pair<NodeId, size_t>> stack = {{first, 0}};
    while (!stack.empty()) {
      auto& [id, next] = stack.back();
      const std::vector<ValueId>& inputs = graph.node(id).inputs;
      if (done.contains(id)) {
        stack.pop_back();
      } else if (next == inputs.size()) {
        done.insert(id);
        out.push_back(id);
        stack.pop_back();
      } else {
        const ValueId input = inputs[next++];
        const NodeId producer = input ? graph.producer(input) : NodeId{};
        if (producer && set.contains(producer) && !done.contains(producer))
          stack.emplace_back(producer, 0);
      }
    }
  }
  return out;
}

void remove_nodes(ir::Graph& graph, const std::set<NodeId>& nodes) {
  for (const NodeId id : nodes)
    for (size_t i = 0; i < graph.node(id).inputs.size(); ++i)
      graph.set_input(id, static_cast<int>(i), {});
  for (const NodeId id : nodes) graph.remove_node(id);
}

}  // namespace trtlike::optimizer
