// Dequantize(Quantize(x)) -> PointWise(x).
#include <cmath>

#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

constexpr const char* kRule = "fuse_fake_quantization";

struct Pair {
  ir::Graph graph;
  ir::ValueId quantized;
  ir::ValueId out;
  explicit Pair(double second_scale, DataType type = DataType::Int8, double zero_point = 0) {
    const ir::ValueId x = graph.add_input("x", DataType::Float, {64});
    const auto number = [&](DataType dtype, double value) {
      return graph.add_constant("number", dtype, {}, std::vector<double>{value});
    };
    const ir::ValueId zero = number(type, zero_point);
    // Elements from -1 to 1 fall outside of the range, too; none of them lies between two steps.
    quantized = graph.add("Quantize", "q", {x, number(DataType::Float, 0.00613), zero},
                          {{"to_type", static_cast<int64_t>(type)}});
    out = graph.add("Dequantize", "dq", {quantized, number(DataType::Float, second_scale), zero});
    graph.mark_output(out);
  }
};

TEST(FuseFakeQuantization, rounds_and_saturates_as_the_pair_does) {
  Pair signed_pair(0.00613);
  expect_rule_keeps_numbers(signed_pair.graph, kRule, 1e-7);
  EXPECT_EQ(op_names(signed_pair.graph), "PointWise");
  Pair unsigned_pair(0.00613, DataType::UInt8, 100);
  expect_rule_keeps_numbers(unsigned_pair.graph, kRule, 1e-7);
  EXPECT_EQ(op_names(unsigned_pair.graph), "PointWise");
}

TEST(FuseFakeQuantization, refuses_other_scales_and_integers_that_are_read) {
  Pair other(0.007);
  expect_rule_refuses(other.graph, kRule);
  Pair read(0.00613);
  read.graph.mark_output(read.quantized);
  expect_rule_refuses(read.graph, kRule);
}

TEST(FuseFakeQuantization, a_quantized_convolution_computes_in_one_step_for_each_tensor) {
  ir::Graph graph;
  const auto number = [&](double value) {
    return graph.add_constant("number", DataType::Float, {}, std::vector<double>{value});
  };
  const auto fake = [&](ir::ValueId x) {
    return graph.add("Dequantize", "dq",
                     {graph.add("Quantize", "q", {x, number(0.01)}), number(0.01)});
  };
  const ir::ValueId x = fake(graph.add_input("x", DataType::Float, {1, 3, 5, 5}));
  const ir::ValueId weights = graph.add_constant("w", DataType::Int8, {2, 3, 3, 3}, [] {
    std::vector<double> elements = random_elements(54, 3);
    for (double& element : elements) element = std::floor(element * 100);
    return elements;
  }());
  const ir::ValueId kernel = graph.add("Dequantize", "dq", {weights, number(0.02)});
  const ir::ValueId conv =
      graph.add("Convolution", "conv", {x, kernel}, {{"num_output_maps", int64_t{2}}});
  graph.mark_output(fake(activation(graph, ActivationType::Relu, conv)));
  const ir::Graph before = graph.clone();
  optimizer::optimize(graph, {});
  EXPECT_EQ(op_names(graph), "Quantize QuantizedConvolution") << graph.to_string();
  expect_same_outputs(before, graph);
}

}  // namespace
}  // namespace trtlike::test
