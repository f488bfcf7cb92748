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

TEST(Pbqp, long_chains_and_wide_stars_take_no_time_by_the_square) {
  constexpr int kNodes = 200000;
  std::mt19937 random(5);
  PbqpProblem chain = random_problem(random, kNodes), star = random_problem(random, kNodes);
  for (int i = 1; i < kNodes; ++i) connect(chain, random, i - 1, i);
  for (int i = 1; i < kNodes; ++i) connect(star, random, 0, i);
  EXPECT_EQ(solve(chain).size(), size_t{kNodes});
  double least = 0;
  for (size_t s = 0; s < star.nodes[0].size(); ++s) {
    std::vector<int> states(kNodes, 0);
    states[0] = static_cast<int>(s);
    double sum = star.nodes[0][s];
    for (const PbqpEdge& edge : star.edges) {
      const std::vector<double>& node = star.nodes[static_cast<size_t>(edge.to)];
      double best = std::numeric_limits<double>::infinity();
      for (size_t j = 0; j < node.size(); ++j)
        best = std::min(best, node[j] + edge.cost[s * node.size() + j]);
      sum += best;
    }
    least = s == 0 ? sum : std::min(least, sum);
  }
  EXPECT_NEAR(total_cost(star, solve(star)), least, 1e-6 * least);
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
