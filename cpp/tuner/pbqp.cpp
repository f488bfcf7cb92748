// Elimination of nodes by degree, then back-substitution (Scholz and Eckstein, "Register allocation
// for irregular architectures", 2002).
#include "tuner/pbqp.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "core/check.h"

namespace trtlike::tuner {
namespace {

using Matrix = std::vector<double>;

class Solver {
 public:
  explicit Solver(const PbqpProblem& problem) : cost_(problem.nodes), edges_(problem.nodes.size()) {
    for (const PbqpEdge& edge : problem.edges) add_edge(edge.from, edge.to, edge.cost);
    for (size_t u = 0; u < cost_.size(); ++u) open_.insert(rank(static_cast<int>(u)));
  }

  std::vector<int> solve() {
    while (!open_.empty()) {
      const int u = open_.begin()->second;
      open_.erase(open_.begin());
      eliminate(u);
    }
    std::vector<int> state(cost_.size(), 0);
    for (auto step = eliminated_.rbegin(); step != eliminated_.rend(); ++step) choose(*step, state);
    return state;
  }

 private:
  struct Eliminated {
    int node;
    std::vector<double> cost;
    /// Neighbours at the time, with their cost matrices [state of node][state of neighbour].
    std::vector<std::pair<int, Matrix>> neighbours;
  };

  size_t states(int u) const { return cost_[static_cast<size_t>(u)].size(); }
  std::map<int, Matrix>& edges(int u) { return edges_[static_cast<size_t>(u)]; }

  /// Least degree first; among those of degree three and more, the one whose choice costs most to
  /// get wrong would be ideal, the one with the most neighbours frees the most.
  std::pair<int, int> rank(int u) const {
    const auto degree = static_cast<int>(edges_[static_cast<size_t>(u)].size());
    return {degree <= 2 ? std::numeric_limits<int>::min() : -degree, u};
  }

  /// Changes the edges of a node, which keeps its place among the open ones.
  template <typename Change>
  void change_edges(int u, Change change) {
    const bool is_open = open_.erase(rank(u)) > 0;
    change(edges(u));
    if (is_open) open_.insert(rank(u));
  }

  void add_edge(int u, int v, const Matrix& cost) {
    TRTLIKE_ASSERT(cost.size() == states(u) * states(v), "size of an edge's cost matrix");
    change_edges(u, [&](auto& of) { of.try_emplace(v, Matrix(cost.size(), 0.0)); });
    change_edges(v, [&](auto& of) { of.try_emplace(u, Matrix(cost.size(), 0.0)); });
    Matrix &there = edges(u).at(v), &back = edges(v).at(u);
    for (size_t i = 0; i < states(u); ++i) {
      for (size_t j = 0; j < states(v); ++j) {
        there[i * states(v) + j] += cost[i * states(v) + j];
        back[j * states(u) + i] += cost[i * states(v) + j];
      }
    }
  }

  void eliminate(int u) {
    Eliminated step{u, cost_[static_cast<size_t>(u)], {edges(u).begin(), edges(u).end()}};
    for (const auto& [v, matrix] : step.neighbours) change_edges(v, [&](auto& of) { of.erase(u); });
    edges(u).clear();
    if (step.neighbours.size() == 1) {
      fold_into_one(step);
    } else if (step.neighbours.size() == 2) {
      fold_into_edge(step);
    } else if (step.neighbours.size() > 2) {
      settle(step);
    }
    eliminated_.push_back(std::move(step));
  }

  void fold_into_one(const Eliminated& step) {
    const auto& [v, matrix] = step.neighbours[0];
    for (size_t j = 0; j < states(v); ++j) {
      double least = std::numeric_limits<double>::infinity();
      for (size_t i = 0; i < step.cost.size(); ++i)
        least = std::min(least, step.cost[i] + matrix[i * states(v) + j]);
      cost_[static_cast<size_t>(v)][j] += least;
    }
  }

  void fold_into_edge(const Eliminated& step) {
    const auto& [v, to_v] = step.neighbours[0];
    const auto& [w, to_w] = step.neighbours[1];
    Matrix cost(states(v) * states(w), std::numeric_limits<double>::infinity());
    for (size_t j = 0; j < states(v); ++j)
      for (size_t k = 0; k < states(w); ++k)
        for (size_t i = 0; i < step.cost.size(); ++i)
          cost[j * states(w) + k] =
              std::min(cost[j * states(w) + k],
                       step.cost[i] + to_v[i * states(v) + j] + to_w[i * states(w) + k]);
    add_edge(v, w, cost);
  }

  /// Fixes the node to the state that is best if every neighbour does what suits it, and charges
  /// the neighbours.
  void settle(Eliminated& step) {
    size_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (size_t i = 0; i < step.cost.size(); ++i) {
      double sum = step.cost[i];
      for (const auto& [v, matrix] : step.neighbours) {
        double cheapest = std::numeric_limits<double>::infinity();
        for (size_t j = 0; j < states(v); ++j)
          cheapest =
              std::min(cheapest, matrix[i * states(v) + j] + cost_[static_cast<size_t>(v)][j]);
        sum += cheapest;
      }
      if (sum < least) {
        least = sum;
        best = i;
      }
    }
    for (const auto& [v, matrix] : step.neighbours)
      for (size_t j = 0; j < states(v); ++j)
        cost_[static_cast<size_t>(v)][j] += matrix[best * states(v) + j];
    for (size_t i = 0; i < step.cost.size(); ++i)
      if (i != best) step.cost[i] = std::numeric_limits<double>::infinity();
  }

  void choose(const Eliminated& step, std::vector<int>& state) const {
    double least = std::numeric_limits<double>::infinity();
    int best = 0;
    for (size_t i = 0; i < step.cost.size(); ++i) {
      double sum = step.cost[i];
      for (const auto& [v, matrix] : step.neighbours)
        sum += matrix[i * states(v) + static_cast<size_t>(state[static_cast<size_t>(v)])];
      if (sum < least) {
        least = sum;
        best = static_cast<int>(i);
      }
    }
    state[static_cast<size_t>(step.node)] = best;
  }

  std::vector<std::vector<double>> cost_;
  std::vector<std::map<int, Matrix>> edges_;
  /// Ranks of the nodes that are not eliminated yet.
  std::set<std::pair<int, int>> open_;
  std::vector<Eliminated> eliminated_;
};

}  // namespace

std::vector<int> solve(const PbqpProblem& problem) { return Solver(problem).solve(); }

double total_cost(const PbqpProblem& problem, const std::vector<int>& states) {
  double sum = 0;
  for (size_t u = 0; u < problem.nodes.size(); ++u)
    sum += problem.nodes[u][static_cast<size_t>(states[u])];
  for (const PbqpEdge& edge : problem.edges) {
    const size_t width = problem.nodes[static_cast<size_t>(edge.to)].size();
    const auto i = static_cast<size_t>(states[static_cast<size_t>(edge.from)]);
    const auto j = static_cast<size_t>(states[static_cast<size_t>(edge.to)]);
    sum += edge.cost[i * width + j];
  }
  return sum;
}

}  // namespace trtlike::tuner
