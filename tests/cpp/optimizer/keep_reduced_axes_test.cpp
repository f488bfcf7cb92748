// Shuffle(Reduce(x)) -> Reduce(x) {keep_dims}.
#include "ops/shapes/reduce_shape.h"
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

using Axes = std::vector<int64_t>;
constexpr const char* kRule = "keep_reduced_axes";

/// The mean over the last two of four axes, put back as `dims`.
struct Mean {
  ir::Graph graph;
  ir::ValueId x = graph.add_input("x", DataType::Float, {2, 3, 4, 5});
  ir::ValueId mean;
  ir::ValueId wide;

  explicit Mean(const Axes& dims, bool keeps = false) {
    mean = graph.add("Reduce", "mean", {x},
                     {{"op", static_cast<int64_t>(ReduceOperation::Avg)},
                      {"axes", int64_t{12}},
                      {"keep_dims", keeps}});
    wide = graph.add("Shuffle", "wide", {mean}, {{"has_reshape", true}, {"reshape_dims", dims}});
  }
};

TEST(KeepReducedAxes, axes_that_are_put_back_are_kept) {
  Mean g({2, 3, 1, 1});
  g.graph.mark_output(element_wise(g.graph, ElementWiseOperation::Sub, g.x, g.wide));
  expect_rule_keeps_numbers(g.graph, kRule);
  EXPECT_EQ(op_names(g.graph), "Reduce ElementWise");
  EXPECT_TRUE(g.graph.node(find_node(g.graph, "Reduce")).attributes.get_bool("keep_dims"));
}

TEST(KeepReducedAxes, other_readers_still_get_the_narrow_result) {
  Mean g({2, 3, 1, 1});
  g.graph.mark_output(g.mean);
  g.graph.mark_output(element_wise(g.graph, ElementWiseOperation::Sub, g.x, g.wide));
  expect_rule_keeps_numbers(g.graph, kRule);
  EXPECT_EQ(g.graph.nodes().size(), 3u);
}

TEST(KeepReducedAxes, other_shapes_and_axes_that_are_kept_already_stay) {
  Mean elsewhere({2, 1, 3, 1});
  elsewhere.graph.mark_output(elsewhere.wide);
  expect_rule_refuses(elsewhere.graph, kRule);
  Mean kept({2, 3, 1, 1}, /*keeps=*/true);
  kept.graph.mark_output(kept.wide);
  expect_rule_refuses(kept.graph, kRule);
}

}  // namespace
}  // namespace trtlike::test
