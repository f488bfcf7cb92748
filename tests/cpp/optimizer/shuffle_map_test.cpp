// Composition of reshapes and transposes, and the Shuffle nodes they are written back as.
#include "optimizer/shuffle_map.h"

#include <functional>

#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::optimizer {
namespace {

using Axes = std::vector<int64_t>;

TEST(ShuffleMap, opposite_transposes_cancel) {
  const Dims dims{2, 3, 4};
  const ShuffleMap there = transpose_map(dims, {2, 0, 1});
  EXPECT_FALSE(there.is_reshape());
  const auto back = compose(there, transpose_map(there.output, {1, 2, 0}));
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->is_reshape());
  EXPECT_EQ(back->output, dims);
}

TEST(ShuffleMap, transposes_of_unit_extents_are_reshapes) {
  EXPECT_TRUE(transpose_map({1, 5, 1, 7}, {2, 1, 0, 3}).is_reshape());
  EXPECT_FALSE(transpose_map({1, 5, 1, 7}, {0, 3, 2, 1}).is_reshape());
}

TEST(ShuffleMap, reshapes_that_cut_across_do_not_compose) {
  const ShuffleMap swapped = transpose_map({6, 4}, {1, 0});
  EXPECT_TRUE(compose(swapped, reshape_map({4, 6}, {2, 2, 6})));
  const auto across = compose(swapped, reshape_map({4, 6}, {8, 3}));
  ASSERT_TRUE(across);
  EXPECT_FALSE(compose(*across, transpose_map({8, 3}, {1, 0})) &&
               compose(compose(swapped, reshape_map({4, 6}, {3, 8})).value(),
                       transpose_map({3, 8}, {1, 0})));
}

TEST(ShuffleMap, splitting_heads_is_the_same_however_it_is_spelled) {
  const Dims x{2, 5, 12};
  const auto direct =
      compose(reshape_map(x, {2, 5, 3, 4}), transpose_map({2, 5, 3, 4}, {0, 2, 1, 3}));
  const auto flat = compose(reshape_map(x, {10, 12}), reshape_map({10, 12}, {2, 5, 3, 4}));
  const auto twice = compose(*flat, transpose_map({2, 5, 3, 4}, {0, 2, 3, 1}));
  const auto back = compose(*twice, transpose_map({2, 3, 4, 5}, {0, 1, 3, 2}));
  ASSERT_TRUE(direct && back);
  EXPECT_EQ(direct->atoms, back->atoms);
  EXPECT_EQ(direct->output, back->output);
}

ir::ValueId shuffle(ir::Graph& graph, ir::ValueId x, const Axes& first, const Axes& dims = {},
                    const Axes& second = {}) {
  ir::AttributeList attributes = {{"first_transpose", first}, {"second_transpose", second}};
  if (!dims.empty())
    attributes.insert(attributes.end(), {{"has_reshape", true}, {"reshape_dims", dims}});
  return graph.add("Shuffle", "shuffle", {x}, attributes);
}

TEST(MergeShuffles, chains_become_one_node_with_the_same_numbers) {
  const std::vector<std::function<ir::ValueId(ir::Graph&, ir::ValueId)>> chains = {
      [](ir::Graph& g, ir::ValueId x) { return shuffle(g, shuffle(g, x, {0, 2, 1}), {2, 0, 1}); },
      [](ir::Graph& g, ir::ValueId x) {
        return shuffle(g, shuffle(g, x, {}, {2, 3, 2, 3}), {0, 2, 1, 3});
      },
      [](ir::Graph& g, ir::ValueId x) { return shuffle(g, shuffle(g, x, {1, 0, 2}), {}, {6, 6}); },
      [](ir::Graph& g, ir::ValueId x) {
        return shuffle(g, g.add("Unsqueeze", "u", {x}, {{"axes", Axes{1}}}), {0, 3, 1, 2});
      },
      [](ir::Graph& g, ir::ValueId x) {
        return g.add("Squeeze", "s", {shuffle(g, x, {}, {2, 1, 3, 6}, {1, 3, 0, 2})},
                     {{"axes", Axes{0}}});
      },
  };
  for (const auto& chain : chains) {
    ir::Graph graph;
    graph.mark_output(chain(graph, graph.add_input("x", DataType::Float, {2, 3, 6})));
    test::expect_rule_keeps_numbers(graph, "merge_shuffles", 0);
    EXPECT_EQ(test::op_names(graph), "Shuffle");
  }
}

TEST(MergeShuffles, transposes_of_unknown_extents_compose) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {-1, 3, -1});
  graph.mark_output(shuffle(graph, shuffle(graph, x, {0, 2, 1}), {1, 0, 2}));
  test::expect_rule_keeps_numbers(graph, "merge_shuffles", 0);
  EXPECT_EQ(test::op_names(graph), "Shuffle");
}

TEST(MergeShuffles, a_transpose_and_a_reshape_of_unknown_extents_become_one) {
  for (const bool transpose_first : {true, false}) {
    ir::Graph graph;
    const ir::ValueId x = graph.add_input("x", DataType::Float, {-1, -1, 6});
    const ir::ValueId y = transpose_first
                              ? shuffle(graph, shuffle(graph, x, {1, 0, 2}), {}, {0, 0, 2, 3})
                              : shuffle(graph, shuffle(graph, x, {}, {0, 0, 2, 3}), {0, 2, 1, 3});
    graph.mark_output(y);
    test::expect_rule_keeps_numbers(graph, "merge_shuffles", 0);
    EXPECT_EQ(test::op_names(graph), "Shuffle");
  }
}

TEST(MergeShuffles, a_transpose_with_other_readers_or_as_output_stays) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {2, 3, 6});
  const ir::ValueId t = shuffle(graph, x, {0, 2, 1});
  graph.mark_output(t);
  graph.mark_output(shuffle(graph, t, {1, 0, 2}));
  test::expect_rule_refuses(graph, "merge_shuffles");
}

TEST(MergeShuffles, what_takes_two_nodes_stays_two) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {4, 6});
  graph.mark_output(shuffle(graph, shuffle(graph, x, {}, {2, 2, 3, 2}, {2, 0, 3, 1}), {}, {6, 4}));
  test::expect_rule_refuses(graph, "merge_shuffles");
}

TEST(CanonicaliseShuffle, squeeze_and_transposes_of_units_become_reshapes) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {1, 5, 1, 7});
  graph.mark_output(graph.add("Squeeze", "squeeze", {x}, {{"axes", Axes{0}}}));
  graph.mark_output(shuffle(graph, x, {2, 1, 0, 3}));
  test::expect_rule_keeps_numbers(graph, "canonicalise_shuffle", 0);
  for (const ir::NodeId id : graph.nodes()) {
    EXPECT_STREQ(graph.node(id).op->name, "Shuffle");
    EXPECT_TRUE(graph.node(id).attributes.get_ints("first_transpose").empty());
  }
}

}  // namespace
}  // namespace trtlike::optimizer
