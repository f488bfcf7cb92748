// Shuffles around products, and gathers that are slices.
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

using Axes = std::vector<int64_t>;

ir::ValueId transpose(ir::Graph& graph, ir::ValueId x, const Axes& permutation) {
  return graph.add("Shuffle", "transpose", {x}, {{"first_transpose", permutation}});
}

TEST(FuseTransposeIntoMatmul, either_operand_turns_its_flag) {
  ir::Graph graph;
  const ir::ValueId a =
      transpose(graph, graph.add_input("a", DataType::Float, {2, 4, 3}), {0, 2, 1});
  const ir::ValueId b =
      transpose(graph, graph.add_input("b", DataType::Float, {2, 4, 5}), {0, 2, 1});
  graph.mark_output(graph.add("MatrixMultiply", "product", {a, b}, {{"op1", int64_t{1}}}));
  expect_rule_keeps_numbers(graph, "fuse_transpose_into_matmul");
  const ir::Node& node = graph.node(find_node(graph, "MatrixMultiply"));
  EXPECT_EQ(graph.nodes().size(), 1u);
  EXPECT_EQ(node.attributes.get_int("op0"), 1);
  EXPECT_EQ(node.attributes.get_int("op1"), 0);
}

TEST(FuseTransposeIntoMatmul, refuses_other_transposes_and_other_readers) {
  ir::Graph other;
  const ir::ValueId batch =
      transpose(other, other.add_input("a", DataType::Float, {4, 4, 4}), {1, 0, 2});
  other.mark_output(other.add("MatrixMultiply", "product",
                              {batch, other.add_input("b", DataType::Float, {4, 4, 4})}));
  expect_rule_refuses(other, "fuse_transpose_into_matmul");
  ir::Graph shared;
  const ir::ValueId a = transpose(shared, shared.add_input("a", DataType::Float, {4, 4}), {1, 0});
  shared.mark_output(a);
  shared.mark_output(
      shared.add("MatrixMultiply", "product", {a, shared.add_input("b", DataType::Float, {4, 4})}));
  expect_rule_refuses(shared, "fuse_transpose_into_matmul");
}

struct Rows {
  ir::Graph graph;
  ir::ValueId x;
  Rows() { x = graph.add_input("x", DataType::Float, {2, 5, 4}); }
  ir::ValueId product(ir::ValueId rows, const Dims& weights = {1, 4, 6}) {
    return graph.add("MatrixMultiply", "product", {rows, random_constant(graph, "w", weights)});
  }
};

TEST(SinkShuffleBelowMatmul, transposes_of_rows_meet_behind_the_product) {
  Rows r;
  r.graph.mark_output(transpose(r.graph, r.product(transpose(r.graph, r.x, {1, 0, 2})), {1, 0, 2}));
  const ir::Graph before = r.graph.clone();
  expect_rule_keeps_numbers(r.graph, "sink_shuffle_below_matmul");
  optimizer::optimize(r.graph, {});
  EXPECT_EQ(op_names(r.graph), "MatrixMultiply");
  expect_same_outputs(before, r.graph);
}

TEST(SinkShuffleBelowMatmul, flattened_rows_stay_as_they_were) {
  Rows r;
  const ir::ValueId flat =
      r.graph.add("Shuffle", "flat", {r.x}, {{"has_reshape", true}, {"reshape_dims", Axes{10, 4}}});
  r.graph.mark_output(r.product(flat, {4, 6}));
  expect_rule_keeps_numbers(r.graph, "sink_shuffle_below_matmul");
  EXPECT_EQ(op_names(r.graph), "MatrixMultiply Shuffle");
}

TEST(SinkShuffleBelowMatmul, refuses_when_the_last_axis_moves_or_nothing_is_to_be_met) {
  Rows last;
  last.graph.mark_output(transpose(
      last.graph, last.product(transpose(last.graph, last.x, {0, 2, 1}), {1, 5, 6}), {1, 0, 2}));
  expect_rule_refuses(last.graph, "sink_shuffle_below_matmul");
  Rows nothing;
  nothing.graph.mark_output(nothing.product(transpose(nothing.graph, nothing.x, {1, 0, 2})));
  expect_rule_refuses(nothing.graph, "sink_shuffle_below_matmul");
}

TEST(GatherToSlice, one_index_from_either_end) {
  for (const double index : {1.0, -1.0}) {
    for (const Dims& dims : {Dims{}, Dims{1}}) {
      ir::Graph graph;
      const ir::ValueId x = graph.add_input("x", DataType::Float, {2, 3, 4});
      const ir::ValueId at =
          graph.add_constant("at", DataType::Int64, dims, std::vector<double>{index});
      graph.mark_output(graph.add("Gather", "gather", {x, at}, {{"axis", int64_t{1}}}));
      expect_rule_keeps_numbers(graph, "gather_to_slice", 0);
      find_node(graph, "Slice");
    }
  }
}

TEST(GatherToSlice, refuses_several_indices_and_ends_that_are_not_known) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {2, -1});
  const auto gather = [&](const std::vector<double>& indices) {
    const Dims dims{static_cast<int64_t>(indices.size())};
    graph.mark_output(graph.add("Gather", "gather",
                                {x, graph.add_constant("at", DataType::Int64, dims, indices)},
                                {{"axis", int64_t{1}}}));
  };
  gather({-1});
  gather({0, 1});
  expect_rule_refuses(graph, "gather_to_slice");
}

}  // namespace
}  // namespace trtlike::test
