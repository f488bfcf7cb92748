// Partitioned boolean quadratic programming: one state a node, the sum of node and edge costs
// least. Exact where nodes of degree one and two can be eliminated (chains, series-parallel graphs
// such as residual networks), a heuristic elsewhere.
#pragma once

#include <vector>

namespace trtlike::tuner {

struct PbqpEdge {
  int from = 0;
  int to = 0;
  /// cost[i * states(to) + j] of state i at `from` beside state j at `to`; infinity forbids the
  /// pair.
  std::vector<double> cost;
};

struct PbqpProblem {
  /// For each node, the cost of each of its states.
  std::vector<std::vector<double>> nodes;
  std::vector<PbqpEdge> edges;
};

/// A state for each node.
std::vector<int> solve(const PbqpProblem& problem);
/// The sum that the states cost.
double total_cost(const PbqpProblem& problem, const std::vector<int>& states);

}  // namespace trtlike::tuner
