// A loop with its turn as a graph. A turn is what depends on the values that it gets from the turn
// before or from iterators, and leads to the loop's ends; what does not depend on them stays
// outside and is computed once.
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

constexpr size_t kNext = 1;

template <typename Enum>
Enum kind_of(const Graph& graph, NodeId id) {
  return graph.node(id).attributes.get_enum<Enum>("kind");
}

class LoopMaker {
 public:
  LoopMaker(Graph& graph, const Boundaries& open, const LoopEnds& ends)
      : graph_(graph), open_(open), ends_(ends), maker_(graph) {}

  bool run() {
    check_complete();
    find_members();
    for (const NodeId id : members_)
      if (is_boundary(graph_.node(id))) return false;
    check_nothing_leaks();
    make_turn();
    replace();
    return true;
  }

 private:
  [[noreturn]] void fail(const std::string& sentence) const {
    throw UserError(core::str("[network] loop '", ends_.name, "': ", sentence));
  }

  void check_complete() {
    for (const NodeId id : ends_.limits) {
      NodeId& limit = kind_of<TripLimit>(graph_, id) == TripLimit::Count ? count_ : while_;
      if (limit) fail("expected at most one trip limit of a kind, got two.");
      limit = id;
    }
    if (!count_ && !while_) fail("expected a trip limit, got none. Call add_trip_limit.");
    for (const NodeId id : ends_.recurrences) {
      const Node& node = graph_.node(id);
      if (node.inputs.size() <= kNext || !node.inputs[kNext])
        fail(core::str("expected a next value for recurrence '", node.name,
                       "', got none. Call set_input(1, ...) on it."));
    }
    for (const NodeId id : ends_.outputs)
      if (kind_of<LoopOutput>(graph_, id) == LoopOutput::LastValue && !recurrence_of(input(id)))
        fail(core::str("expected a recurrence's value for the last value '", graph_.node(id).name,
                       "', got the result of another layer."));
  }

  ValueId input(NodeId id, size_t i = 0) const { return graph_.node(id).inputs[i]; }
  ValueId output(NodeId id) const { return graph_.node(id).outputs[0]; }

  bool is_own(const std::vector<NodeId>& list, NodeId id) const {
    return std::find(list.begin(), list.end(), id) != list.end();
  }

  NodeId recurrence_of(ValueId value) const {
    const NodeId producer = graph_.producer_of(value, "Recurrence");
    return producer && is_own(ends_.recurrences, producer) ? producer : NodeId{};
  }

  std::vector<ValueId> end_values() const {
    std::vector<ValueId> values;
    if (while_) values.push_back(input(while_));
    for (const NodeId id : ends_.recurrences) values.push_back(input(id, kNext));
    for (const NodeId id : ends_.outputs) values.push_back(input(id));
    return values;
  }

  /// What follows from a recurrence or an iterator, as far as it leads to one of the loop's ends.
  void find_members() {
    std::set<NodeId> after;
    std::vector<NodeId> open = ends_.recurrences;
    open.insert(open.end(), ends_.iterators.begin(), ends_.iterators.end());
    const std::set<NodeId> begins(open.begin(), open.end());
    while (!open.empty()) {
      const NodeId id = open.back();
      open.pop_back();
      std::vector<NodeId> next = decided_by(open_, graph_.node(id));
      for (const ValueId value : graph_.node(id).outputs)
        next.insert(next.end(), graph_.value(value).users.begin(), graph_.value(value).users.end());
      for (const NodeId user : next)
        if (!is_own(ends_.outputs, user) && !begins.contains(user) && !is_own(ends_.limits, user) &&
            after.insert(user).second)
          open.push_back(user);
    }
    std::vector<ValueId> wanted = end_values();
    while (!wanted.empty()) {
      const NodeId producer = graph_.producer(wanted.back());
      wanted.pop_back();
      if (!producer || !after.contains(producer) || !members_.insert(producer).second) continue;
      for (const ValueId value : graph_.node(producer).inputs)
        if (value) wanted.push_back(value);
    }
    add_random();
  }

  /// What draws anew in each turn, though it depends on nothing.
  void add_random() {
    std::vector<NodeId> found;
    for (const NodeId id : members_)
      for (const ValueId value : graph_.node(id).inputs) {
        const NodeId producer = value ? graph_.producer(value) : NodeId{};
        if (!producer || members_.contains(producer)) continue;
        const Node& node = graph_.node(producer);
        const bool is_inside =
            std::all_of(node.outputs.begin(), node.outputs.end(), [&](ValueId made) {
              const auto& users = graph_.value(made).users;
              return !graph_.value(made).is_output &&
                     std::all_of(users.begin(), users.end(),
                                 [&](NodeId user) { return members_.contains(user); });
            });
        if (is_inside && !ops::is_repeatable(*node.op, node.attributes)) found.push_back(producer);
      }
    members_.insert(found.begin(), found.end());
  }

  void check_nothing_leaks() const {
    const auto check = [&](NodeId id) {
      for (const ValueId value : graph_.node(id).outputs) {
        if (graph_.value(value).is_output)
          fail(core::str("expected '", graph_.value(value).name,
                         "' to leave the loop through a loop output, got a network output."));
        for (const NodeId user : graph_.value(value).users)
          if (!members_.contains(user) && !is_own(ends_.outputs, user) &&
              !is_own(ends_.limits, user) && !is_own(ends_.recurrences, user))
            fail(core::str("expected '", graph_.value(value).name,
                           "' to leave the loop through a loop output, got layer '",
                           graph_.node(user).name, "' that reads it directly."));
      }
    };
    for (const NodeId id : members_) check(id);
    for (const NodeId id : ends_.recurrences) check(id);
    for (const NodeId id : ends_.iterators) check(id);
  }

  /// A recurrence that counts turns: from 0 by 1.
  bool counts_turns(NodeId id) const {
    const ops::TensorType& type = graph_.value(output(id)).type;
    if (type.dtype != DataType::Int64 || type.dims.rank() != 0) return false;
    if (ir::constant_scalar(graph_, input(id)) != 0.0) return false;
    const NodeId sum = graph_.producer_of(input(id, kNext), "ElementWise");
    if (!sum || graph_.node(sum).attributes.get_enum<ElementWiseOperation>("op") !=
                    ElementWiseOperation::Sum)
      return false;
    const ValueId a = input(sum, 0), b = input(sum, 1);
    return (a == output(id) && ir::constant_scalar(graph_, b) == 1.0) ||
           (b == output(id) && ir::constant_scalar(graph_, a) == 1.0);
  }

  bool is_last_value(NodeId recurrence) const {
    return std::any_of(ends_.outputs.begin(), ends_.outputs.end(), [&](NodeId id) {
      return kind_of<LoopOutput>(graph_, id) == LoopOutput::LastValue &&
             recurrence_of(input(id)) == recurrence;
    });
  }

  /// Fills the region: what a turn gets, computes and gives.
  void make_turn() {
    Graph& region = maker_.region();
    region.name = ends_.name;
    turn_ = region.add_input(region.unique_value_name("turn"), DataType::Int64, {});
    for (const NodeId id : ends_.recurrences) {
      if (counts_turns(id) && !is_last_value(id)) {
        maker_.map(output(id), turn_);
        continue;
      }
      carried_.push_back(id);
      maker_.map(output(id), maker_.add_input(output(id)));
    }
    for (const NodeId id : ends_.iterators) maker_.map(output(id), iterate(id));
    const std::vector<NodeId> order = in_order(graph_, members_);
    maker_.copy(order);
    std::vector<ValueId> next;
    for (const NodeId id : carried_) next.push_back(maker_.value_of(input(id, kNext)));
    if (while_) maker_.add_output(next_condition(order, next));
    for (const ValueId value : next) maker_.add_output(value);
    for (const NodeId id : ends_.outputs) {
      if (kind_of<LoopOutput>(graph_, id) == LoopOutput::LastValue) continue;
      stacked_.push_back(id);
      maker_.add_output(maker_.value_of(input(id)));
    }
  }

  /// The slice of this turn.
  ValueId iterate(NodeId id) {
    Graph& region = maker_.region();
    const Node& node = graph_.node(id);
    const ValueId whole = maker_.value_of(node.inputs[0]);
    ValueId index = turn_;
    if (node.attributes.get_bool("reverse")) {
      const ValueId shape = region.add("Shape", node.name + "_shape", {whole});
      const int rank = region.value(whole).type.dims.rank();
      const int64_t axis = core::normalize_axis(node.attributes.get_int("axis"), rank, "axis");
      const ValueId at = region.add_constant(region.unique_value_name(node.name + "_axis"),
                                             DataType::Int64, {}, {static_cast<double>(axis)});
      const ValueId one = region.add_constant(region.unique_value_name(node.name + "_one"),
                                              DataType::Int64, {}, {1.0});
      const ValueId length = region.add("Gather", node.name + "_length", {shape, at});
      const auto subtract = [&](ValueId a, ValueId b) {
        return region.add("ElementWise", node.name + "_index", {a, b},
                          {{"op", int64_t{enum_number(ElementWiseOperation::Sub)}}});
      };
      index = subtract(subtract(length, one), turn_);
    }
    return region.add("Gather", node.name, {whole, index},
                      {{"axis", node.attributes.get_int("axis")}});
  }

  /// The condition is asked before each turn: at the end of a turn, of the values of the next.
  ValueId next_condition(const std::vector<NodeId>& order, const std::vector<ValueId>& next) {
    Graph& region = maker_.region();
    const ValueId condition = input(while_);
    std::map<ValueId, ValueId> values;
    for (size_t i = 0; i < carried_.size(); ++i) values[output(carried_[i])] = next[i];
    for (const NodeId id : ends_.recurrences) {
      if (values.contains(output(id))) continue;
      const ValueId one =
          region.add_constant(region.unique_value_name("one"), DataType::Int64, {}, {1.0});
      values[output(id)] = region.add("ElementWise", "next turn", {turn_, one},
                                      {{"op", int64_t{enum_number(ElementWiseOperation::Sum)}}});
    }
    return maker_.copy_with(needed_for(condition, order), values, condition);
  }

  /// Nodes of the turn that a value needs.
  std::vector<NodeId> needed_for(ValueId value, const std::vector<NodeId>& order) const {
    std::set<NodeId> needed;
    std::vector<ValueId> open = {value};
    while (!open.empty()) {
      const NodeId producer = open.back() ? graph_.producer(open.back()) : NodeId{};
      open.pop_back();
      if (producer && is_own(ends_.iterators, producer))
        fail(core::str("expected a condition that reads no iterator, got '",
                       graph_.node(producer).name, "' behind it."));
      if (!producer || !members_.contains(producer) || !needed.insert(producer).second) continue;
      open.insert(open.end(), graph_.node(producer).inputs.begin(),
                  graph_.node(producer).inputs.end());
    }
    std::vector<NodeId> out = order;
    std::erase_if(out, [&](NodeId id) { return !needed.contains(id); });
    return out;
  }

  /// The condition before the first turn, in the graph around the loop.
  ValueId first_condition() {
    const ValueId condition = input(while_);
    std::map<ValueId, ValueId> values;
    for (const NodeId id : ends_.recurrences) values[output(id)] = input(id);
    for (const NodeId id : needed_for(condition, in_order(graph_, members_))) {
      std::vector<ValueId> inputs;
      for (const ValueId value : graph_.node(id).inputs)
        inputs.push_back(values.contains(value) ? values.at(value) : value);
      const NodeId copied = graph_.copy_node(graph_, id, inputs);
      for (size_t i = 0; i < graph_.node(id).outputs.size(); ++i)
        values[graph_.node(id).outputs[i]] = graph_.node(copied).outputs[i];
    }
    return values.contains(condition) ? values.at(condition) : condition;
  }

  void replace() {
    std::vector<ValueId> inputs = {count_ ? input(count_) : ValueId{},
                                   while_ ? first_condition() : ValueId{}};
    for (const NodeId id : carried_) inputs.push_back(input(id));
    inputs.insert(inputs.end(), maker_.captured().begin(), maker_.captured().end());
    std::vector<int64_t> reversed;
    for (const NodeId id : stacked_)
      reversed.push_back(kind_of<LoopOutput>(graph_, id) == LoopOutput::Reverse ? 1 : 0);
    const NodeId added = graph_.add_region_node(
        "Loop", ends_.name, inputs,
        {{"num_carried", static_cast<int64_t>(carried_.size())},
         {"num_outputs", static_cast<int64_t>(carried_.size() + stacked_.size())},
         {"has_condition", static_cast<bool>(while_)},
         {"reversed", reversed}},
        {maker_.finish()});
    if (!ends_.outputs.empty())
      graph_.mutable_node(added).metadata = graph_.node(ends_.outputs[0]).metadata;
    for (const NodeId id : ends_.outputs) graph_.replace_uses(output(id), result(added, id));
    std::set<NodeId> gone = members_;
    for (const auto* list : {&ends_.limits, &ends_.recurrences, &ends_.iterators, &ends_.outputs})
      gone.insert(list->begin(), list->end());
    remove_nodes(graph_, gone);
  }

  /// What stands for a loop output outside.
  ValueId result(NodeId loop, NodeId end) {
    const std::vector<ValueId>& results = graph_.node(loop).outputs;
    if (kind_of<LoopOutput>(graph_, end) == LoopOutput::LastValue) {
      const auto at = std::find(carried_.begin(), carried_.end(), recurrence_of(input(end)));
      return results[static_cast<size_t>(at - carried_.begin())];
    }
    const auto at = std::find(stacked_.begin(), stacked_.end(), end) - stacked_.begin();
    const ValueId rows = results[carried_.size() + static_cast<size_t>(at)];
    const int rank = graph_.value(rows).type.dims.rank();
    const int axis =
        core::normalize_axis(graph_.node(end).attributes.get_int("axis"), rank, "axis");
    if (axis == 0) return rows;
    std::vector<int64_t> order;
    for (int i = 1; i < rank; ++i) order.push_back(i);
    order.insert(order.begin() + axis, 0);
    return graph_.add("Shuffle", graph_.node(end).name, {rows}, {{"first_transpose", order}});
  }

  Graph& graph_;
  const Boundaries& open_;
  const LoopEnds& ends_;
  RegionMaker maker_;
  NodeId count_, while_;
  std::set<NodeId> members_;
  std::vector<NodeId> carried_, stacked_;
  ValueId turn_;
};

}  // namespace

bool form_loop(Graph& graph, const Boundaries& open, const LoopEnds& ends) {
  return LoopMaker(graph, open, ends).run();
}

}  // namespace trtlike::optimizer
