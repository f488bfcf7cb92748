// The driver: order, fixpoint, log, counts and switches.
#include "optimizer/driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "core/check.h"
#include "optimizer/match.h"
#include "support/run_graph.h"

namespace trtlike::optimizer {
namespace {

using test::op_names;
using testing::Contains;
using testing::HasSubstr;

class Lines : public Logger {
 public:
  void log(Severity, std::string_view message) noexcept override { lines.emplace_back(message); }
  std::vector<std::string> lines;
};

/// neg(neg(x)) -> x.
Rule double_negation() {
  return {"double_negation", "neg(neg(x)) -> x", "Unary", 10,
          [](const ir::Graph& graph, ir::NodeId id) -> std::optional<ir::Patch> {
            const ir::Node& outer = graph.node(id);
            const ir::NodeId inner = graph.producer_of(outer.inputs[0], "Unary");
            if (!inner) return std::nullopt;
            ir::Patch patch(graph);
            patch.replace(outer.outputs[0],
                          patch.add("Activation", "both", {graph.node(inner).inputs[0]},
                                    {{"type", int64_t{0}}}));
            return patch;
          }};
}

struct Chain {
  ir::Graph graph;
  explicit Chain(int length) {
    ir::ValueId x = graph.add_input("x", DataType::Float, {2});
    for (int i = 0; i < length; ++i)
      x = graph.add("Unary", core::str("neg", i), {x}, {{"op", int64_t{5}}});
    graph.mark_output(x);
  }
};

TEST(Driver, applies_a_rule_until_it_fires_no_more_and_says_so) {
  Chain chain(5);
  Lines lines;
  Options options;
  options.logger = &lines;
  Driver driver(chain.graph, options);
  const Rule rules[] = {double_negation()};
  EXPECT_TRUE(driver.run(rules));
  chain.graph.verify();
  EXPECT_EQ(op_names(chain.graph), "Activation Activation Unary");
  EXPECT_EQ(driver.counts().at("double_negation"), 2);
  EXPECT_THAT(lines.lines,
              Contains(HasSubstr("#1 double_negation at 'neg1': 2 nodes -> 1 ('neg0', 'neg1')")));
  EXPECT_FALSE(driver.run(rules));
}

TEST(Driver, names_that_grow_with_every_rewrite_stay_short) {
  ir::Graph graph;
  std::vector<ir::NodeId> nodes;
  ir::ValueId x = graph.add_input("x", DataType::Float, {2});
  for (int i = 0; i < 1000; ++i) {
    nodes.push_back(graph.add_node("Unary", core::str("layer", i), {x}, {{"op", int64_t{5}}}));
    x = graph.node(nodes.back()).outputs[0];
  }
  EXPECT_EQ(joined_name(graph, {nodes[0], nodes[1]}), "layer0 + layer1");
  const std::string all = joined_name(graph, nodes);
  EXPECT_LT(all.size(), 2100u);
  EXPECT_EQ(all.substr(0, 18), "layer0 + layer1 + ");
  EXPECT_THAT(all, HasSubstr(" + ... + "));
  EXPECT_EQ(all.substr(all.size() - 11), " + layer999");
}

TEST(Driver, switches_leave_a_rule_out_and_stop_after_a_number_of_patches) {
  const Rule rules[] = {double_negation()};
  {
    setenv("TRTLIKE_DISABLE_FUSIONS", "other, double_negation", 1);
    Chain chain(4);
    EXPECT_FALSE(Driver(chain.graph, Options{}).run(rules));
    unsetenv("TRTLIKE_DISABLE_FUSIONS");
  }
  setenv("TRTLIKE_STOP_AFTER_PATCHES", "1", 1);
  Chain chain(4);
  const Options options;
  Driver driver(chain.graph, options);
  EXPECT_TRUE(driver.run(rules));
  unsetenv("TRTLIKE_STOP_AFTER_PATCHES");
  EXPECT_EQ(op_names(chain.graph), "Activation Unary Unary");
}

TEST(Driver, a_patch_that_breaks_the_graph_is_our_bug_and_names_the_rule) {
  const Rule rules[] = {
      {"breaks", "neg(x) -> [3] constant", "Unary", 1,
       [](const ir::Graph& graph, ir::NodeId id) -> std::optional<ir::Patch> {
         ir::Patch patch(graph);
         patch.replace(graph.node(id).outputs[0],
                       patch.add_constant("c", DataType::Float, {3}, std::vector<double>(3)));
         return patch;
       }}};
  Chain chain(1);
  const Options options;
  try {
    Driver(chain.graph, options).run(rules);
    FAIL() << "expected InternalError";
  } catch (const InternalError& e) {
    EXPECT_THAT(e.what(), HasSubstr("while running breaks at 'neg0'"));
  }
}

TEST(Optimize, tells_the_passes_and_may_be_cancelled) {
  Chain chain(1);
  std::vector<std::string> names;
  Options options;
  options.progress_state = &names;
  options.progress = [](void* state, const char* pass) {
    static_cast<std::vector<std::string>*>(state)->push_back(pass);
    return true;
  };
  optimize(chain.graph, options);
  EXPECT_THAT(names, Contains("fold_constants"));
  options.progress = [](void*, const char*) { return false; };
  try {
    optimize(chain.graph, options);
    FAIL() << "expected UserError";
  } catch (const UserError& e) {
    EXPECT_THAT(e.what(), HasSubstr("cancelled"));
  }
}

TEST(Optimize, rules_have_unique_names_and_an_equation) {
  std::set<std::string> names;
  for (const Rule& rule : all_rules()) {
    EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
    EXPECT_THAT(rule.equation, HasSubstr("->"));
  }
}

}  // namespace
}  // namespace trtlike::optimizer
