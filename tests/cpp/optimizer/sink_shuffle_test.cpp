// f(Shuffle(x)) -> Shuffle(f(x)).
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

using Operation = ElementWiseOperation;
using Axes = std::vector<int64_t>;
constexpr const char* kRule = "sink_shuffle";

TEST(SinkShuffle, an_activation_reaches_the_convolution_before_a_squeeze) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {-1, 3, 1, 6});
  const ir::ValueId y =
      graph.add("Squeeze", "squeeze", {convolution(graph, x, 4)}, {{"axes", Axes{2}}});
  graph.mark_output(activation(graph, ActivationType::Relu, y));
  const ir::Graph before = graph.clone();
  optimizer::optimize(graph, {});
  EXPECT_EQ(op_names(graph), "FusedConvolution Shuffle") << graph.to_string();
  expect_same_outputs(before, graph);
}

TEST(SinkShuffle, a_bias_behind_a_reshape_becomes_the_products) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {10, 6});
  const ir::ValueId product =
      graph.add("MatrixMultiply", "dense", {x, random_constant(graph, "w", {6, 4})});
  const ir::ValueId y = graph.add("Shuffle", "reshape", {product},
                                  {{"has_reshape", true}, {"reshape_dims", Axes{2, 5, 4}}});
  graph.mark_output(
      element_wise(graph, Operation::Sum, y, random_constant(graph, "bias", {1, 1, 4})));
  expect_rule_keeps_numbers(graph, kRule);
  EXPECT_EQ(op_names(graph), "MatrixMultiply ElementWise Shuffle");
}

TEST(SinkShuffle, a_bias_behind_a_squeeze_becomes_the_convolutions) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {-1, 3, 1, 6});
  const ir::ValueId y = graph.add("Squeeze", "squeeze", {convolution(graph, x, 4, "conv", false)},
                                  {{"axes", Axes{2}}});
  const ir::ValueId biased =
      element_wise(graph, Operation::Sum, random_constant(graph, "bias", {1, 4, 1}), y);
  graph.mark_output(activation(graph, ActivationType::Relu, biased));
  const ir::Graph before = graph.clone();
  optimizer::optimize(graph, {});
  EXPECT_EQ(op_names(graph), "FusedConvolution Shuffle");
  EXPECT_EQ(graph.node(find_node(graph, "FusedConvolution")).inputs.size(), 3u)
      << graph.to_string();
  expect_same_outputs(before, graph);
}

TEST(SinkShuffle, a_constant_follows_its_axis_through_a_transpose) {
  for (const int axis : {0, 1, 2}) {
    ir::Graph graph;
    const ir::ValueId x = graph.add_input("x", DataType::Float, {4, 4, 4});
    const ir::ValueId y =
        graph.add("Shuffle", "transpose", {x}, {{"first_transpose", Axes{1, 2, 0}}});
    Dims dims = Dims::filled(3, 1);
    dims[axis] = 4;
    graph.mark_output(element_wise(graph, Operation::Prod, y, random_constant(graph, "c", dims)));
    expect_rule_keeps_numbers(graph, kRule);
    EXPECT_EQ(op_names(graph), "ElementWise Shuffle");
  }
}

TEST(SinkShuffle, a_reshape_from_the_host_keeps_its_shape_input) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {-1, 6});
  const ir::ValueId shape =
      graph.add("Shape", "shape", {graph.add_input("like", DataType::Float, {-1, -1})});
  graph.mark_output(unary(graph, UnaryOperation::Exp, graph.add("Shuffle", "reshape", {x, shape})));
  EXPECT_EQ(apply_rule(graph, kRule), 1);
  EXPECT_EQ(op_names(graph), "Shape Unary Shuffle");
}

TEST(SinkShuffle, refuses_other_readers_other_operands_and_cut_axes) {
  ir::Graph shared;
  const ir::ValueId x = shared.add_input("x", DataType::Float, {2, 6});
  const ir::ValueId t = shared.add("Shuffle", "t", {x}, {{"first_transpose", Axes{1, 0}}});
  shared.mark_output(t);
  shared.mark_output(unary(shared, UnaryOperation::Exp, t));
  expect_rule_refuses(shared, kRule);
  ir::Graph two;
  const ir::ValueId a = two.add("Shuffle", "t", {two.add_input("x", DataType::Float, {2, 6})},
                                {{"first_transpose", Axes{1, 0}}});
  two.mark_output(
      element_wise(two, Operation::Sum, a, two.add_input("y", DataType::Float, {6, 2})));
  expect_rule_refuses(two, kRule);
  ir::Graph cut;
  const ir::ValueId r = cut.add("Shuffle", "r", {cut.add_input("x", DataType::Float, {12})},
                                {{"has_reshape", true}, {"reshape_dims", Axes{3, 4}}});
  cut.mark_output(element_wise(cut, Operation::Sum, r, random_constant(cut, "c", {1, 4})));
  expect_rule_refuses(cut, kRule);
}

}  // namespace
}  // namespace trtlike::test
