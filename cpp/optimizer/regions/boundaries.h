// The layers at the ends of one loop or conditional that is not a region yet.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace trtlike::optimizer {

struct LoopEnds {
  std::string name;
  std::vector<ir::NodeId> limits, recurrences, iterators, outputs;
};

struct ConditionalEnds {
  std::string name;
  std::vector<ir::NodeId> conditions, inputs, outputs;
};

/// By number.
struct Boundaries {
  std::map<int64_t, LoopEnds> loops;
  std::map<int64_t, ConditionalEnds> conditionals;
};

/// True for the layers at the ends of loops and conditionals.
bool is_boundary(const ir::Node& node);
Boundaries find_boundaries(const ir::Graph& graph);
/// What decides in the loop or conditional at whose ends `node` is; none for other nodes.
std::vector<ir::NodeId> decisions(const Boundaries& all, const ir::Node& node);
/// The layers whose results `node` decides about; none where it decides nothing.
std::vector<ir::NodeId> decided_by(const Boundaries& all, const ir::Node& node);

/// Makes the loop a region and returns true; false while another loop or conditional inside it is
/// none yet. `open` are all those.
bool form_loop(ir::Graph& graph, const Boundaries& open, const LoopEnds& ends);
bool form_conditional(ir::Graph& graph, const ConditionalEnds& ends);

}  // namespace trtlike::optimizer
