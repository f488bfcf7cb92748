// The solver against enumeration of all states.
#include "tuner/pbqp.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace trtlike::tuner {
namespace {

double best_by_enumeration(const PbqpProblem& problem) {
  std::vector<int> states(problem.nodes.size(), 0);
  double best = std::numeric_limits<double>::infinity();
  while (true) {
    best = std::min(best, total_cost(problem, states));
    size_t i = 0;
    while (i < states.size() && ++states[i] == static_cast<int>(problem.nodes[i].size()))
      states[i++] = 0;
    if (i == states.size()) return best;
  }
}

PbqpProblem random_problem(std::mt19937& random, int nodes) {
  std::uniform_int_distribution<int> states(1, 4);
  std::uniform_real_distribution<double> cost(0, 10);
  PbqpProblem problem;
  for (int i = 0; i < nodes; ++i) {
    problem.nodes.emplace_back(static_cast<size_t>(states(random)));
    for (double& c : problem.nodes.back()) c = cost(random);
  }
  return problem;
}

void connect(PbqpProblem& problem, std::mt19937& random, int from, int to) {
  std::uniform_real_distribution<double> cost(0, 10);
  PbqpEdge edge{from, to, {}};
  edge.cost.resize(problem.nodes[static_cast<size_t>(from)].size() *
                   problem.nodes[static_cast<size_t>(to)].size());
  for (double& c : edge.cost) c = cost(random);
  problem.edges.push_back(edge);
}

TEST(Pbqp, chains_are_solved_exactly) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 50; ++trial) {
    PbqpProblem problem = random_problem(random, 7);
    for (int i = 1; i < 7; ++i) connect(problem, random, i - 1, i);
    EXPECT_NEAR(total_cost(problem, solve(problem)), best_by_enumeration(problem), 1e-9);
  }
}

TEST(Pbqp, residual_blocks_are_solved_exactly) {
  std::mt19937 random(2);
  for (int trial = 0; trial < 50; ++trial) {
    PbqpProblem problem = random_problem(random, 8);
    for (int i = 1; i < 8; ++i) connect(problem, random, i - 1, i);
    connect(problem, random, 1, 3);
    connect(problem, random, 4, 7);
    EXPECT_NEAR(total_cost(problem, solve(problem)), best_by_enumeration(problem), 1e-9);
  }
}

TEST(Pbqp, dense_graphs_come_close) {
  std::mt19937 random(3);
  double ours = 0, best = 0;
  for (int trial = 0; trial < 50; ++trial) {
    PbqpProblem problem = random_problem(random, 6);
    for (int i = 0; i < 6; ++i)
      for (int j = i + 1; j < 6; ++j) connect(problem, random, i, j);
    ours += total_cost(problem, solve(problem));
    best += best_by_enumeration(problem);
  }
  EXPECT_LT(ours, 1.1 * best);
}

TEST(Pbqp, parallel_edges_add_up) {
  PbqpProblem problem{{{0, 1}, {0, 0}},
                      {{0, 1, {5, 5, 0, 0}}, {1, 0, {0, 0, 0, 0}}, {0, 1, {0, 0, 9, 9}}}};
  EXPECT_EQ(total_cost(problem, solve(problem)), 5);
}

}  // namespace
}  // namespace trtlike::tuner
