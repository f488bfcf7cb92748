// Nodes with regions: what they need not read, compute or decide at run time.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "optimizer/passes/passes.h"

namespace trtlike::optimizer {
namespace {

using ir::Graph;
using ir::Node;
using ir::NodeId;
using ir::ValueId;

/// A node with regions on its way to being a simpler one.
class Simplifier {
 public:
  Simplifier(Graph& graph, NodeId id)
      : graph_(graph),
        id_(id),
        is_loop_(node().op->regions == ops::Regions::Turns),
        inputs_(node().inputs),
        num_carried_(is_loop_ ? node().attributes.get_int("num_carried") : 0) {
    for (const auto& region : node().regions) regions_.push_back(region->clone());
    for (const ValueId output : node().outputs) outputs_.push_back(output);
  }

  /// True when there is something simpler, which is in the graph then.
  bool run() {
    if (!is_loop_ && inline_branch()) return true;
    bool changed = take_in_constants();
    changed |= merge_captures();
    if (is_loop_) {
      changed |= fix_invariants();
      changed |= drop_carried();
    }
    changed |= drop_results();
    changed |= drop_captures();
    if (changed) rebuild();
    return changed;
  }

 private:
  const Node& node() const { return graph_.node(id_); }
  size_t carried() const { return static_cast<size_t>(num_carried_); }
  size_t first_capture() const { return is_loop_ ? 2 + carried() : 1; }
  /// The regions' input for the node's input `i`.
  static size_t region_input(size_t i) { return i - 1; }
  size_t first_result() const {
    return is_loop_ && node().attributes.get_bool("has_condition") ? 1 : 0;
  }

  const std::string& else_refusal() const { return node().attributes.get_string("else_refusal"); }

  std::optional<bool> known_condition() const {
    const ir::Value& condition = graph_.value(inputs_[0]);
    if (!condition.host || condition.host->size() != 1 ||
        condition.host->front() == ops::kUnknownElement)
      return std::nullopt;
    return condition.host->front() != 0;
  }

  bool inline_branch() {
    const std::optional<bool> condition = known_condition();
    if (!condition || (!*condition && !else_refusal().empty())) return false;
    const Graph& branch = regions_[*condition ? 0 : 1];
    std::map<ValueId, ValueId> values;
    for (size_t i = 0; i < branch.inputs().size(); ++i) values[branch.inputs()[i]] = inputs_[1 + i];
    const auto value_of = [&](ValueId id) {
      if (!id || values.contains(id)) return id ? values.at(id) : ValueId{};
      return values[id] = graph_.copy_constant(branch.value(id));
    };
    for (const NodeId each : branch.topological_order()) {
      std::vector<ValueId> inputs;
      for (const ValueId input : branch.node(each).inputs) inputs.push_back(value_of(input));
      const NodeId copied = graph_.copy_node(branch, each, inputs);
      for (size_t i = 0; i < branch.node(each).outputs.size(); ++i)
        values[branch.node(each).outputs[i]] = graph_.node(copied).outputs[i];
    }
    for (size_t i = 0; i < outputs_.size(); ++i)
      graph_.replace_uses(outputs_[i], value_of(branch.outputs()[i]));
    graph_.remove_node(id_);
    return true;
  }

  /// Forgets the node's input `i`; the regions' uses of it go to `to` of each region.
  template <typename F>
  void drop_input(size_t i, F&& to) {
    for (Graph& region : regions_) {
      const ValueId input = region.inputs()[region_input(i)];
      if (!region.value(input).users.empty()) region.replace_uses(input, to(region));
      region.remove_value(input);
    }
    inputs_.erase(inputs_.begin() + static_cast<long>(i));
  }

  bool take_in_constants() {
    bool changed = false;
    for (size_t i = inputs_.size(); i-- > first_capture();) {
      const ir::Value& value = graph_.value(inputs_[i]);
      if (!value.constant) continue;
      drop_input(i, [&](Graph& region) { return region.copy_constant(value); });
      changed = true;
    }
    return changed;
  }

  bool merge_captures() {
    bool changed = false;
    for (size_t i = inputs_.size(); i-- > first_capture();) {
      const auto first = std::find(inputs_.begin() + static_cast<long>(first_capture()),
                                   inputs_.end(), inputs_[i]);
      const auto same = static_cast<size_t>(first - inputs_.begin());
      if (same == i) continue;
      drop_input(i, [&](Graph& region) { return region.inputs()[region_input(same)]; });
      changed = true;
    }
    return changed;
  }

  bool drop_captures() {
    bool changed = false;
    for (size_t i = inputs_.size(); i-- > first_capture();) {
      const bool is_read = std::any_of(regions_.begin(), regions_.end(), [&](const Graph& region) {
        return !region.value(region.inputs()[region_input(i)]).users.empty();
      });
      if (is_read) continue;
      drop_input(i, [](Graph&) { return ValueId{}; });
      changed = true;
    }
    return changed;
  }

  bool is_read(ValueId output) const {
    return !graph_.value(output).users.empty() || graph_.value(output).is_output;
  }

  /// What an output of a region is, behind Identity nodes.
  static ValueId source(const Graph& region, ValueId id) {
    for (NodeId copy = region.producer_of(id, "Identity"); copy;
         copy = region.producer_of(id, "Identity"))
      id = region.node(copy).inputs[0];
    return id;
  }

  void drop_result(size_t region_output, size_t output) {
    for (Graph& region : regions_) region.unmark_output(region.outputs()[region_output]);
    outputs_.erase(outputs_.begin() + static_cast<long>(output));
  }

  /// Results that nobody reads, but for carried ones.
  bool drop_results() {
    bool changed = false;
    for (size_t i = outputs_.size(); i-- > carried();) {
      if (is_read(outputs_[i]) || outputs_.size() == 1) continue;
      if (is_loop_) reversed_.erase(reversed_.begin() + static_cast<long>(i - carried()));
      drop_result(first_result() + i, i);
      changed = true;
    }
    return changed;
  }

  /// Carried values that every turn hands on as they are.
  bool fix_invariants() {
    bool changed = false;
    for (size_t k = carried(); k-- > 0;) {
      Graph& turn = regions_[0];
      const ValueId inside = turn.inputs()[1 + k];
      if (source(turn, turn.outputs()[first_result() + k]) != inside) continue;
      const ValueId initial = inputs_[2 + k];
      graph_.replace_uses(outputs_[k], initial);
      const ValueId captured =
          turn.add_input(turn.unique_value_name(turn.value(inside).name),
                         turn.value(inside).type.dtype, graph_.value(initial).type.dims);
      drop_result(first_result() + k, k);
      --num_carried_;
      turn.replace_uses(inside, captured);
      remove_dead_nodes(turn);
      turn.remove_value(inside);
      inputs_.erase(inputs_.begin() + static_cast<long>(2 + k));
      inputs_.push_back(initial);
      changed = true;
    }
    return changed;
  }

  /// Carried values that nothing depends on but themselves.
  bool drop_carried() {
    const Graph& turn = regions_[0];
    std::vector<bool> needed(carried());
    for (size_t k = 0; k < carried(); ++k) needed[k] = is_read(outputs_[k]);
    std::set<ValueId> seen;
    std::vector<ValueId> open;
    for (size_t o = 0; o < turn.outputs().size(); ++o) {
      const bool is_carried = o >= first_result() && o < first_result() + carried();
      if (!is_carried || needed[o - first_result()]) open.push_back(turn.outputs()[o]);
    }
    while (!open.empty()) {
      const ValueId id = open.back();
      open.pop_back();
      if (!id || !seen.insert(id).second) continue;
      for (size_t k = 0; k < carried(); ++k)
        if (turn.inputs()[1 + k] == id) open.push_back(turn.outputs()[first_result() + k]);
      if (const NodeId producer = turn.producer(id))
        open.insert(open.end(), turn.node(producer).inputs.begin(),
                    turn.node(producer).inputs.end());
    }
    std::vector<size_t> dead;
    for (size_t k = carried(); k-- > 0;)
      if (!needed[k] && !seen.contains(turn.inputs()[1 + k])) dead.push_back(k);
    if (dead.empty() ||
        std::none_of(outputs_.begin(), outputs_.end(), [&](ValueId id) { return is_read(id); }))
      return false;
    for (const size_t k : dead) drop_result(first_result() + k, k);
    remove_dead_nodes(regions_[0]);
    for (const size_t k : dead) {
      regions_[0].remove_value(regions_[0].inputs()[1 + k]);
      inputs_.erase(inputs_.begin() + static_cast<long>(2 + k));
      --num_carried_;
    }
    return true;
  }

  void rebuild() {
    ir::AttributeList attributes = {{"num_outputs", static_cast<int64_t>(outputs_.size())}};
    if (!is_loop_) attributes.emplace_back("else_refusal", else_refusal());
    if (is_loop_) {
      attributes.emplace_back("num_carried", num_carried_);
      attributes.emplace_back("has_condition", node().attributes.get_bool("has_condition"));
      attributes.emplace_back("reversed", reversed_);
    }
    std::vector<std::shared_ptr<const Graph>> regions;
    for (Graph& region : regions_)
      regions.push_back(std::make_shared<const Graph>(std::move(region)));
    const NodeId added = graph_.add_region_node(node().op->name, node().name, inputs_, attributes,
                                                std::move(regions));
    graph_.mutable_node(added).metadata = node().metadata;
    for (size_t i = 0; i < outputs_.size(); ++i)
      graph_.replace_uses(outputs_[i], graph_.node(added).outputs[i]);
    graph_.remove_node(id_);
  }

  Graph& graph_;
  const NodeId id_;
  const bool is_loop_;
  std::vector<ValueId> inputs_;
  /// Of the node as it was, in the order of the regions' outputs.
  std::vector<ValueId> outputs_;
  std::vector<Graph> regions_;
  int64_t num_carried_;
  std::vector<int64_t> reversed_ =
      is_loop_ ? node().attributes.get_ints("reversed") : std::vector<int64_t>{};
};

}  // namespace

int simplify_regions(Graph& graph) {
  int changes = 0;
  for (const NodeId id : graph.nodes())
    if (graph.node(id).alive && !graph.node(id).regions.empty() && Simplifier(graph, id).run())
      ++changes;
  return changes;
}

}  // namespace trtlike::optimizer
