// Profiles against networks: what is implied, and what is needed.
#include "builder/profiles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/build_graph.h"

namespace trtlike::builder {
namespace {

using ir::Graph;
using ir::ValueId;
using testing::ElementsAre;

BuilderConfig config_of(std::initializer_list<std::array<Dims, 3>> ranges) {
  BuilderConfig config;
  for (const auto& [min, opt, max] : ranges) {
    config.add_optimization_profile(std::make_shared<OptimizationProfile>());
    config.profiles().back()->set_shape("x", min, opt, max);
  }
  return config;
}

/// y = x in the shape that n + 1 says.
struct Reshaped {
  Graph graph;
  ValueId x = graph.add_input("x", DataType::Float, {-1, 6});
  ValueId n = graph.add_input("n", DataType::Int64, {2});
  ValueId one = graph.add_constant_ints("one", {1, 1});
  ValueId shape = test::element_wise(graph, ElementWiseOperation::Sum, n, one);
  ValueId y = graph.add("Shuffle", "reshape", {x, shape}, {{"has_reshape", true}});

  Reshaped() { graph.mark_output(y); }
  BuilderConfig config() const {
    BuilderConfig out = config_of({{Dims{1, 6}, Dims{2, 6}, Dims{4, 6}}});
    out.profiles()[0]->set_shape_input("n", {0, 5}, {1, 5}, {3, 5});
    return out;
  }
};

TEST(Profiles, a_static_network_implies_one) {
  Graph graph;
  graph.mark_output(
      test::activation(graph, ActivationType::Relu, graph.add_input("x", DataType::Float, {2, 3})));
  const auto profiles = check_profiles(graph, {});
  ASSERT_EQ(profiles.size(), 1u);
  EXPECT_THAT(profiles[0].shapes.at("x"), ElementsAre(Dims{2, 3}, Dims{2, 3}, Dims{2, 3}));
  EXPECT_TRUE(profiles[0].shape_values.empty());
  EXPECT_TRUE(is_at_opt(profiles[0], Selector::Min));
  EXPECT_TRUE(is_at_opt(profiles[0], Selector::Max));
}

TEST(Profiles, each_given_one_is_kept_in_its_place) {
  Graph graph;
  graph.mark_output(test::activation(graph, ActivationType::Relu,
                                     graph.add_input("x", DataType::Float, {-1, 3})));
  const auto profiles = check_profiles(graph, config_of({{Dims{1, 3}, Dims{2, 3}, Dims{2, 3}},
                                                         {Dims{8, 3}, Dims{8, 3}, Dims{16, 3}}}));
  ASSERT_EQ(profiles.size(), 2u);
  EXPECT_THAT(profiles[0].shapes.at("x"), ElementsAre(Dims{1, 3}, Dims{2, 3}, Dims{2, 3}));
  EXPECT_FALSE(is_at_opt(profiles[0], Selector::Min));
  EXPECT_TRUE(is_at_opt(profiles[0], Selector::Max));
  EXPECT_TRUE(is_at_opt(profiles[1], Selector::Min));
  note_least_extents(graph, profiles);
  EXPECT_THAT(graph.value(graph.inputs()[0]).least_extents, ElementsAre(1, 3));
}

TEST(Profiles, shape_tensors_need_ranges_too) {
  const Reshaped g;
  EXPECT_TRUE(is_shape_input(g.graph, g.n));
  EXPECT_FALSE(is_shape_input(g.graph, g.x));
  const auto profiles = check_profiles(g.graph, g.config());
  ASSERT_EQ(profiles.size(), 1u);
  EXPECT_THAT(profiles[0].shape_values.at("n")[1], ElementsAre(1, 5));
  EXPECT_FALSE(is_at_opt(profiles[0], Selector::Min));
}

/// Extents alone need no elements, and what depends on data is not known before the run.
TEST(Profiles, integers_that_no_shape_depends_on_are_no_shape_inputs) {
  Graph graph;
  const ValueId n = graph.add_input("n", DataType::Int64, {4});
  const ValueId m = graph.add_input("m", DataType::Int64, {4});
  const ValueId x = graph.add_input("x", DataType::Float, {4});
  const ValueId extents = graph.add("Shape", "extents", {n});
  graph.mark_output(graph.add("Shuffle", "reshape", {x, extents}, {{"has_reshape", true}}));
  graph.mark_output(graph.add("NonZero", "where", {m}));
  EXPECT_FALSE(is_shape_input(graph, n));
  EXPECT_FALSE(is_shape_input(graph, m));
}

}  // namespace
}  // namespace trtlike::builder
