// Networks at the shapes of a profile: what follows from them, and what is guessed.
#include "builder/specialize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/build_graph.h"

namespace trtlike::builder {
namespace {

using ir::Graph;
using ir::NodeId;
using ir::ValueId;
using testing::ElementsAre;
using testing::IsEmpty;

Specialized at_opt(const Graph& graph, Guess guess = Guess::Bound) {
  return specialize(graph, check_profiles(graph, {})[0], Selector::Opt, guess);
}

TEST(Specialize, shapes_follow_from_inputs_and_shape_tensors) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {-1, 6});
  const ValueId n = graph.add_input("n", DataType::Int64, {2});
  const ValueId shape = test::element_wise(graph, ElementWiseOperation::Sum, n,
                                           graph.add_constant_ints("one", {1, 1}));
  const ValueId y = graph.add("Shuffle", "reshape", {x, shape}, {{"has_reshape", true}});
  graph.mark_output(y);
  BuilderConfig config;
  config.add_optimization_profile(std::make_shared<OptimizationProfile>());
  config.profiles()[0]->set_shape("x", {1, 6}, {2, 6}, {4, 6});
  config.profiles()[0]->set_shape_input("n", {0, 5}, {1, 5}, {3, 5});
  const auto profiles = check_profiles(graph, config);
  const Dims expected[] = {{1, 6}, {2, 6}, {4, 6}};
  for (const auto selector : {Selector::Min, Selector::Opt, Selector::Max}) {
    const Specialized at = specialize(graph, profiles[0], selector);
    EXPECT_EQ(at.graph.value(y).type.dims, expected[static_cast<int>(selector)]);
    EXPECT_THAT(at.guessed, IsEmpty());
  }
  EXPECT_EQ(graph.value(y).type.dims, (Dims{-1, -1}));
}

/// The rows of x at the elements of a mask that are not 0.
struct Picked {
  Graph graph;
  ValueId x = graph.add_input("x", DataType::Float, {10, 3});
  ValueId mask = graph.add_input("mask", DataType::Bool, {10});
  ValueId indices = graph.add("NonZero", "indices", {mask});
  ValueId flat = graph.add("Squeeze", "flat", {indices}, {{"axes", std::vector<int64_t>{0}}});
  ValueId rows = graph.add("Gather", "rows", {x, flat});
};

TEST(Specialize, extents_from_data_are_as_large_as_they_can_be_or_one) {
  Picked g;
  g.graph.mark_output(g.rows);
  const Specialized most = at_opt(g.graph), least = at_opt(g.graph, Guess::One);
  EXPECT_EQ(most.graph.value(g.indices).type.dims, (Dims{1, 10}));
  EXPECT_EQ(most.graph.value(g.rows).type.dims, (Dims{10, 3}));
  EXPECT_EQ(least.graph.value(g.rows).type.dims, (Dims{1, 3}));
  EXPECT_THAT(most.guessed, ElementsAre(g.graph.producer(g.indices)));
  EXPECT_THAT(most.contradictory, IsEmpty());
}

TEST(Specialize, guesses_that_do_not_go_together_leave_a_node_untimed) {
  Picked g;
  const ValueId both = g.graph.add("Concatenation", "both", {g.rows, g.rows});
  const ValueId sum = test::element_wise(g.graph, ElementWiseOperation::Sum, both, g.x);
  g.graph.mark_output(sum);
  const Specialized at = at_opt(g.graph);
  EXPECT_THAT(at.contradictory, ElementsAre(g.graph.producer(sum)));
  EXPECT_TRUE(core::is_static(at.graph.value(sum).type.dims));
}

TEST(Specialize, a_view_keeps_the_number_of_elements) {
  Picked g;
  const ValueId shape = g.graph.add("Shape", "shape", {g.rows});
  const ValueId computed = g.graph.add(
      "Cast", "cast",
      {g.graph.add("Cast", "float", {shape}, {{"to_type", static_cast<int64_t>(DataType::Float)}})},
      {{"to_type", static_cast<int64_t>(DataType::Int64)}});
  const ValueId view = g.graph.add("Shuffle", "view", {g.x, computed}, {{"has_reshape", true}});
  g.graph.mark_output(view);
  const Specialized at = at_opt(g.graph);
  EXPECT_EQ(core::elems(at.graph.value(view).type.dims), 30);
  EXPECT_THAT(at.contradictory, IsEmpty());
}

/// What is wrong whatever the data is, is an error of the build.
TEST(Specialize, a_refusal_that_no_guess_caused_is_an_error) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {-1, 3});
  const ValueId y = graph.add_input("y", DataType::Float, {-1, 3});
  graph.mark_output(test::element_wise(graph, ElementWiseOperation::Sum, x, y));
  BuilderConfig config;
  config.add_optimization_profile(std::make_shared<OptimizationProfile>());
  config.profiles()[0]->set_shape("x", {2, 3}, {2, 3}, {2, 3});
  config.profiles()[0]->set_shape("y", {5, 3}, {5, 3}, {5, 3});
  EXPECT_THROW(specialize(graph, check_profiles(graph, config)[0], Selector::Opt), UserError);
}

}  // namespace
}  // namespace trtlike::builder
