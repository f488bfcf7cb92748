// A network at the shapes of a profile, for timing: every extent has a number. Those that only a
// run can tell have likely ones.
#pragma once

#include <set>

#include "builder/profiles.h"
#include "engine/plan.h"
#include "ir/graph.h"

namespace trtlike::builder {

/// Where nothing tells how large an extent may be.
inline constexpr int64_t kLikelyExtent = 64;

/// What stands for an extent that follows from elements which layers compute.
enum class Guess {
  Bound,  ///< as large as it can be, where the op's input tells
  One,
};

struct Specialized {
  /// A copy of the network with the same ids.
  ir::Graph graph;
  /// Nodes whose outputs have guessed extents.
  std::set<ir::NodeId> guessed;
  /// Nodes that the guesses do not fit together at: nothing can be timed for them.
  std::set<ir::NodeId> contradictory;
};

/// Throws UserError where an op refuses what follows from the profile alone.
Specialized specialize(const ir::Graph& graph, const engine::PlanProfile& profile,
                       Selector selector, Guess guess = Guess::Bound);
/// The same of a graph inside a node. A branch may refuse shapes at which it is not taken: nothing
/// is thrown, what does not fit together is contradictory.
Specialized specialize_region(const ir::Graph& region, const engine::PlanProfile& profile,
                              Selector selector, Guess guess = Guess::Bound);

}  // namespace trtlike::builder
