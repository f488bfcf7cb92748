// Moves nodes of a graph into a graph of their own.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "ir/graph.h"

namespace trtlike::optimizer {

/// Builds one region from nodes of `outer`, which stays as it is.
class RegionMaker {
 public:
  explicit RegionMaker(const ir::Graph& outer) : outer_(outer) {}

  ir::Graph& region() { return region_; }
  /// An input of the region that stands for `outer_value` there.
  ir::ValueId add_input(ir::ValueId outer_value);
  /// What stands for a value of the outer graph: what it was mapped to, a copy of a constant, or
  /// else an input, which is noted as captured.
  ir::ValueId value_of(ir::ValueId outer_value);
  void map(ir::ValueId outer_value, ir::ValueId in_region) { values_[outer_value] = in_region; }
  /// Copies nodes, in this order.
  void copy(const std::vector<ir::NodeId>& nodes);
  /// The same with `values` standing for outer values in place of what was mapped to them; what
  /// stands for `result` then.
  ir::ValueId copy_with(const std::vector<ir::NodeId>& nodes,
                        std::map<ir::ValueId, ir::ValueId> values, ir::ValueId result);
  /// Makes the value an output of the region, through an Identity node where it is an input, a
  /// constant or an output already.
  void add_output(ir::ValueId in_region);
  /// Values of the outer graph that the region reads, in the order of its inputs.
  const std::vector<ir::ValueId>& captured() const { return captured_; }

  std::shared_ptr<const ir::Graph> finish() {
    return std::make_shared<const ir::Graph>(std::move(region_));
  }

 private:
  const ir::Graph& outer_;
  ir::Graph region_;
  std::map<ir::ValueId, ir::ValueId> values_;
  std::vector<ir::ValueId> captured_;
};

/// The nodes of `set` in the order of the graph: producers first.
std::vector<ir::NodeId> in_order(const ir::Graph& graph, const std::set<ir::NodeId>& set);

/// Removes nodes that are read by each other only.
void remove_nodes(ir::Graph& graph, const std::set<ir::NodeId>& nodes);

}  // namespace trtlike::optimizer
