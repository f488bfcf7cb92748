// Convolution(x) * scale + shift -> Convolution(x) with another kernel and bias.
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

using Operation = ElementWiseOperation;
constexpr const char* kRule = "fuse_conv_batchnorm";

struct ConvThen {
  ir::Graph graph;
  ir::ValueId conv;
  explicit ConvThen(bool bias = true) {
    const ir::ValueId x = graph.add_input("x", DataType::Float, {2, 3, 5, 5});
    conv = convolution(graph, x, 4, "conv", bias);
  }
  void finish(ir::ValueId out) { graph.mark_output(out); }
};

TEST(FuseConvBatchnorm, folds_factor_and_summand) {
  for (const bool bias : {true, false}) {
    ConvThen c(bias);
    const ir::ValueId scaled = element_wise(
        c.graph, Operation::Prod, c.conv, random_constant(c.graph, "scale", {1, 4, 1, 1}), "scale");
    c.finish(element_wise(c.graph, Operation::Sum,
                          random_constant(c.graph, "shift", {1, 4, 1, 1}, 9), scaled, "shift"));
    expect_rule_keeps_numbers(c.graph, kRule);
    EXPECT_EQ(op_names(c.graph), "Convolution");
    EXPECT_EQ(c.graph.node(find_node(c.graph, "Convolution")).name, "conv + scale + shift");
  }
}

TEST(FuseConvBatchnorm, folds_differences_quotients_and_scalars) {
  for (const Operation op : {Operation::Sub, Operation::Div}) {
    ConvThen c;
    c.finish(element_wise(c.graph, op, c.conv, scalar(c.graph, 0.5, 4)));
    expect_rule_keeps_numbers(c.graph, kRule);
    EXPECT_EQ(op_names(c.graph), "Convolution");
  }
  ConvThen c;
  c.finish(
      element_wise(c.graph, Operation::Sub, random_constant(c.graph, "c", {1, 4, 1, 1}), c.conv));
  expect_rule_keeps_numbers(c.graph, kRule);
}

TEST(FuseConvBatchnorm, folds_into_a_deconvolution) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {1, 3, 4, 4});
  const ir::ValueId y =
      graph.add("Deconvolution", "up", {x, random_constant(graph, "kernel", {3, 4, 2, 2})},
                {{"num_output_maps", int64_t{4}}, {"stride", std::vector<int64_t>{2, 2}}});
  graph.mark_output(
      element_wise(graph, Operation::Prod, y, random_constant(graph, "scale", {1, 4, 1, 1})));
  expect_rule_keeps_numbers(graph, kRule);
  EXPECT_EQ(op_names(graph), "Deconvolution");
}

TEST(FuseConvBatchnorm, refuses_what_varies_within_a_channel_or_divides_by_it) {
  ConvThen wide;
  wide.finish(element_wise(wide.graph, Operation::Prod, wide.conv,
                           random_constant(wide.graph, "c", {1, 1, 1, 5})));
  expect_rule_refuses(wide.graph, kRule);
  ConvThen divided;
  divided.finish(
      element_wise(divided.graph, Operation::Div, scalar(divided.graph, 2, 4), divided.conv));
  expect_rule_refuses(divided.graph, kRule);
}

TEST(FuseConvBatchnorm, refuses_when_the_sums_are_read_elsewhere) {
  ConvThen output;
  output.finish(output.conv);
  output.finish(
      element_wise(output.graph, Operation::Prod, output.conv, scalar(output.graph, 2, 4)));
  expect_rule_refuses(output.graph, kRule);
  ConvThen shared;
  shared.finish(
      element_wise(shared.graph, Operation::Prod, shared.conv, scalar(shared.graph, 2, 4)));
  shared.finish(unary(shared.graph, UnaryOperation::Exp, shared.conv));
  expect_rule_refuses(shared.graph, kRule);
}

TEST(LowerScale, becomes_element_wise_nodes_that_fold) {
  ConvThen c;
  const ir::ValueId shift = random_constant(c.graph, "shift", {4}),
                    scale = random_constant(c.graph, "scale", {4}, 3);
  c.finish(c.graph.add("Scale", "bn", {c.conv, shift, scale}, {{"mode", int64_t{1}}}));
  expect_rule_keeps_numbers(c.graph, "lower_scale");
  EXPECT_EQ(op_names(c.graph), "Convolution ElementWise ElementWise");
  expect_rule_keeps_numbers(c.graph, kRule);
  EXPECT_EQ(op_names(c.graph), "Convolution");
}

TEST(LowerScale, keeps_power_and_element_factors) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {2, 3, 2});
  const ir::ValueId two = graph.add_constant("two", DataType::Float, {1}, std::vector<double>{2});
  const ir::ValueId y = graph.add("Scale", "uniform", {x, {}, {}, two});
  graph.mark_output(graph.add("Scale", "elements", {y, random_constant(graph, "shift", {6})},
                              {{"mode", int64_t{2}}}));
  expect_rule_keeps_numbers(graph, "lower_scale");
  EXPECT_EQ(op_names(graph), "ElementWise ElementWise");
}

}  // namespace
}  // namespace trtlike::test
