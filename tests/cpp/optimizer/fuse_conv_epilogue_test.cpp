// Activation(Convolution(x) + residual) -> FusedConvolution(x, residual).
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

using Operation = ElementWiseOperation;
using Type = ActivationType;
constexpr const char* kRule = "fuse_conv_epilogue";

struct ConvGraph {
  ir::Graph graph;
  ir::ValueId x = graph.add_input("x", DataType::Float, {2, 4, 5, 5});
  ir::ValueId residual = graph.add_input("residual", DataType::Float, {2, 4, 5, 5});
  ir::ValueId conv = convolution(graph, x, 4, "conv1");
};

TEST(FuseConvEpilogue, takes_in_residual_and_activation) {
  ConvGraph g;
  const ir::ValueId sum = element_wise(g.graph, Operation::Sum, g.residual, g.conv, "add1");
  g.graph.mark_output(activation(g.graph, Type::Relu, sum, 0, 0, "relu1"));
  expect_rule_keeps_numbers(g.graph, kRule);
  const ir::Node& node = g.graph.node(find_node(g.graph, "FusedConvolution"));
  EXPECT_EQ(g.graph.nodes().size(), 1u);
  EXPECT_EQ(node.name, "conv1 + add1 + relu1");
  EXPECT_EQ(node.attributes.get_string("program"), "in 2; v2 = sum v1 v0; v3 = relu v2; out v3");
  EXPECT_EQ(node.inputs[3], g.residual);
}

TEST(FuseConvEpilogue, parameters_and_scalars_are_part_of_the_program) {
  ConvGraph g;
  const ir::ValueId clipped = activation(g.graph, Type::Clip, g.conv, 0, 6);
  g.graph.mark_output(element_wise(g.graph, Operation::Div, clipped, scalar(g.graph, 6, 4)));
  expect_rule_keeps_numbers(g.graph, kRule);
  EXPECT_EQ(g.graph.node(find_node(g.graph, "FusedConvolution")).attributes.get_string("program"),
            "in 1; v1 = clip v0 0 6; v2 = constant 6; v3 = div v1 v2; out v3");
}

TEST(FuseConvEpilogue, convolution_without_bias_keeps_its_place_empty) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {1, 3, 4, 4});
  const ir::ValueId gate = graph.add_input("gate", DataType::Float, {1, 2, 1, 1});
  const ir::ValueId conv = convolution(graph, x, 2, "conv", false);
  graph.mark_output(element_wise(graph, Operation::Prod, conv, gate));
  expect_rule_keeps_numbers(graph, kRule);
  const ir::Node& node = graph.node(find_node(graph, "FusedConvolution"));
  EXPECT_FALSE(node.inputs[2]);
  EXPECT_EQ(node.inputs[3], gate);
}

TEST(FuseConvEpilogue, slopes_of_a_parametric_relu_are_an_operand) {
  ConvGraph g;
  g.graph.mark_output(g.graph.add("ParametricReLU", "prelu",
                                  {g.conv, random_constant(g.graph, "slopes", {1, 4, 1, 1})}));
  expect_rule_keeps_numbers(g.graph, kRule);
  EXPECT_EQ(op_names(g.graph), "FusedConvolution");
}

TEST(FuseConvEpilogue, second_reader_or_output_keeps_the_convolution) {
  ConvGraph output;
  output.graph.mark_output(output.conv);
  output.graph.mark_output(activation(output.graph, Type::Relu, output.conv));
  expect_rule_refuses(output.graph, kRule);
  ConvGraph shared;
  shared.graph.mark_output(activation(shared.graph, Type::Relu, shared.conv));
  shared.graph.mark_output(activation(shared.graph, Type::Tanh, shared.conv));
  expect_rule_refuses(shared.graph, kRule);
}

TEST(FuseConvEpilogue, refuses_operands_that_widen_or_that_kernels_cannot_read) {
  ir::Graph widens;
  const ir::ValueId small =
      convolution(widens, widens.add_input("x", DataType::Float, {1, 3, 1, 1}), 4);
  const ir::ValueId large = widens.add_input("large", DataType::Float, {1, 4, 8, 8});
  widens.mark_output(element_wise(widens, Operation::Prod, small, large));
  expect_rule_refuses(widens, kRule);
  ConvGraph rows;
  rows.graph.mark_output(element_wise(rows.graph, Operation::Sum, rows.conv,
                                      random_constant(rows.graph, "rows", {1, 1, 5, 1})));
  expect_rule_refuses(rows.graph, kRule);
}

/// Relu(conv(x [n, 4, 5, 5]) + residual [m, 4, 5, 5]).
struct DynamicConvGraph {
  ir::Graph graph;
  ir::ValueId x = graph.add_input("x", DataType::Float, {-1, 4, 5, 5});
  ir::ValueId residual = graph.add_input("residual", DataType::Float, {-1, 4, 5, 5});
  DynamicConvGraph() {
    graph.mark_output(element_wise(graph, Operation::Sum, convolution(graph, x, 4), residual));
  }
};

TEST(FuseConvEpilogue, unknown_extents_of_an_operand_must_be_those_of_the_result) {
  DynamicConvGraph unrelated;
  expect_rule_refuses(unrelated.graph, kRule);
  DynamicConvGraph named;
  named.graph.mutable_value(named.x).dimension_names = {"n"};
  named.graph.mutable_value(named.residual).dimension_names = {"n"};
  expect_rule_keeps_numbers(named.graph, kRule);
  // Neither repeats the other when neither is 1.
  DynamicConvGraph wide;
  wide.graph.mutable_value(wide.x).least_extents = {2, 4, 5, 5};
  expect_rule_refuses(wide.graph, kRule);
  wide.graph.mutable_value(wide.residual).least_extents = {2, 4, 5, 5};
  expect_rule_keeps_numbers(wide.graph, kRule);
}

TEST(FuseConvEpilogue, both_operands_may_be_convolutions) {
  ConvGraph g;
  const ir::ValueId other = convolution(g.graph, g.residual, 4, "conv2");
  g.graph.mark_output(
      activation(g.graph, Type::Relu, element_wise(g.graph, Operation::Sum, g.conv, other)));
  expect_rule_keeps_numbers(g.graph, kRule);
  EXPECT_EQ(g.graph.nodes().size(), 2u);
}

TEST(FuseConvEpilogue, nodes_with_different_precisions_stay_apart) {
  ConvGraph g;
  const ir::ValueId relu = activation(g.graph, Type::Relu, g.conv);
  g.graph.mark_output(relu);
  g.graph.mutable_node(g.graph.producer(g.conv)).precision = DataType::Half;
  g.graph.mutable_node(g.graph.producer(relu)).precision = DataType::Float;
  expect_rule_refuses(g.graph, kRule);
}

}  // namespace
}  // namespace trtlike::test
