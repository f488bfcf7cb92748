// Runs one fusion rule, or all of the optimizer, on a graph, and compares numbers before and after.
#pragma once

#include <gtest/gtest.h>

#include "optimizer/driver.h"
#include "support/run_graph.h"

namespace trtlike::test {

/// Applies the rule until it fires no more; how often it did. The graph is verified.
inline int apply_rule(ir::Graph& graph, std::string_view name) {
  const optimizer::Options options;
  optimizer::Driver driver(graph, options);
  const optimizer::Rule rules[] = {optimizer::get_rule(name)};
  driver.run(rules);
  graph.verify();
  const auto found = driver.counts().find(std::string(name));
  return found == driver.counts().end() ? 0 : found->second;
}

/// The rule fires, and the graph gives the same numbers as before.
inline void expect_rule_keeps_numbers(ir::Graph& graph, std::string_view name,
                                      double tolerance = 1e-5) {
  const ir::Graph before = graph.clone();
  EXPECT_GT(apply_rule(graph, name), 0) << graph.to_string();
  expect_same_outputs(before, graph, tolerance);
}

/// The rule leaves the graph as it is.
inline void expect_rule_refuses(ir::Graph& graph, std::string_view name) {
  EXPECT_EQ(apply_rule(graph, name), 0) << graph.to_string();
}

/// The one node of this op; fails the test when there is not exactly one.
inline ir::NodeId find_node(const ir::Graph& graph, std::string_view op) {
  ir::NodeId found;
  for (const ir::NodeId id : graph.nodes()) {
    if (op != graph.node(id).op->name) continue;
    EXPECT_FALSE(found) << "several " << op << "\n" << graph.to_string();
    found = id;
  }
  EXPECT_TRUE(found) << "no " << op << "\n" << graph.to_string();
  return found;
}

}  // namespace trtlike::test
