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

/// Makes the loop a region and returns true; false while another loop or conditional inside it is
/// none yet.
bool form_loop(ir::Graph& graph, const LoopEnds& ends);
bool form_conditional(ir::Graph& graph, const ConditionalEnds& ends);

}  // namespace trtlike::optimizer
