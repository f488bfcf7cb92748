// NonZero(x) -> transpose of NonZeroRows(x, NonZeroCount(x)).
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

constexpr const char* kRule = "lower_non_zero";

TEST(LowerNonZero, counts_before_it_collects) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Int32, {4, 5});
  graph.mark_output(graph.add("NonZero", "where", {x}));
  EXPECT_EQ(apply_rule(graph, kRule), 1);
  EXPECT_EQ(op_names(graph), "NonZeroCount NonZeroRows Shuffle");
  EXPECT_EQ(graph.value(graph.outputs()[0]).type.dims, (Dims{2, -1}));
}

TEST(LowerNonZero, known_elements_need_no_count) {
  ir::Graph graph;
  const ir::ValueId mask =
      graph.add("Shape", "shape", {graph.add_input("x", DataType::Float, {4, 0, 5})});
  graph.mark_output(graph.add("NonZero", "where", {mask}));
  expect_rule_refuses(graph, kRule);
}

}  // namespace
}  // namespace trtlike::test
