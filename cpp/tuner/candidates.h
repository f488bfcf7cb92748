// The ways in which one node could run: formats of its operands, and the tactics that take them.
#pragma once

#include <vector>

#include "tuner/problems.h"
#include "tuner/refusals.h"
#include "tuner/tuner.h"

namespace trtlike::tuner {

/// One assignment of formats to a node's operands, with what computes it.
struct Assignment {
  std::vector<Format> inputs;
  std::vector<Format> outputs;
  std::vector<const kernels::Tactic*> tactics;
  /// One problem for each shape that the graph is tuned at.
  std::vector<kernels::Problem> problems;
  /// Some operand takes fewer bytes than its value's own type.
  bool narrow = false;
};

/// True when input `i` holds weights that a tactic packs from the network's own elements, whatever
/// its activations are.
bool is_weights(const TunedGraph& graph, const TunedNode& node, size_t i);

/// The values that are tried channels last: those of rank 4, and of rank 3 and 5 where an op works
/// on their windows. A node's other operands of the same rank follow.
std::vector<bool> find_images(const TunedGraph& graph);

/// Every assignment that some tactic takes at every shape. `refusals` collects why others do not;
/// those that need another CPU say nothing.
std::vector<Assignment> list_assignments(const TunedGraph& graph, const TunedNode& node,
                                         const std::vector<bool>& images, const Options& options,
                                         ConvertedConstants& constants,
                                         std::vector<Refusal>& refusals);

/// The formats that operands have whatever the node computes in; no tactics, no problems.
Assignment stored_formats(const TunedGraph& graph, const TunedNode& node);

/// Choice::last_resort of a node with these assignments.
std::optional<std::string> find_last_resort(const std::vector<Assignment>& assignments,
                                            std::vector<Refusal> refusals);

}  // namespace trtlike::tuner
