// Convolution(x, weights, bias) -> Sum(Convolution(x, weights), Shuffle(bias)).
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

constexpr const char* kRule = "split_computed_bias";

struct Biased {
  Biased(const char* op, const Dims& input, const Dims& kernel, int64_t outputs,
         bool computes_weights = false) {
    const ir::ValueId x = graph.add_input("x", DataType::Float, input);
    const ir::ValueId raw = graph.add_input("raw", DataType::Float, {outputs});
    const ir::ValueId bias = unary(graph, UnaryOperation::Exp, raw);
    const ir::ValueId weights = computes_weights ? graph.add_input("w", DataType::Float, kernel)
                                                 : random_constant(graph, "w", kernel);
    out = graph.add(op, "conv", {x, weights, bias});
  }
  ir::Graph graph;
  ir::ValueId out;
};

TEST(SplitComputedBias, adds_it_behind_constant_weights) {
  Biased conv("Convolution", {2, 3, 5, 6}, {4, 3, 2, 2}, 4);
  conv.graph.mark_output(conv.out);
  expect_rule_keeps_numbers(conv.graph, kRule);
  EXPECT_EQ(apply_rule(conv.graph, kRule), 0);
  Biased deconv("Deconvolution", {1, 3, 5}, {3, 4, 2}, 4);
  deconv.graph.mark_output(deconv.out);
  expect_rule_keeps_numbers(deconv.graph, kRule);
}

TEST(SplitComputedBias, becomes_part_of_the_convolution) {
  Biased conv("Convolution", {2, 3, 5, 6}, {4, 3, 2, 2}, 4);
  conv.graph.mark_output(activation(conv.graph, ActivationType::Relu, conv.out));
  const ir::Graph before = conv.graph.clone();
  optimizer::optimize(conv.graph, {});
  expect_same_outputs(before, conv.graph);
  EXPECT_EQ(op_names(conv.graph), "Unary Shuffle FusedConvolution") << conv.graph.to_string();
}

TEST(SplitComputedBias, leaves_computed_weights_alone) {
  Biased conv("Convolution", {2, 3, 5, 6}, {4, 3, 2, 2}, 4, true);
  conv.graph.mark_output(conv.out);
  expect_rule_refuses(conv.graph, kRule);
}

}  // namespace
}  // namespace trtlike::test
