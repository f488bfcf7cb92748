// Quantize(Concatenation(a, b)) -> Concatenation(Quantize(a), Quantize(b)).
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

constexpr const char* kRule = "hoist_quantize";

struct Joined {
  ir::Graph graph;
  ir::ValueId join, integers;

  explicit Joined(const Dims& scale = {}, double growth = 0) {
    const ir::ValueId a = graph.add_input("a", DataType::Float, {2, 3, 4});
    const ir::ValueId b = graph.add_input("b", DataType::Float, {2, 5, 4});
    join = graph.add("Concatenation", "join", {a, b}, {{"axis", int64_t{1}}});
    std::vector<double> scales(static_cast<size_t>(core::elems(scale)), 0.013);
    for (size_t i = 0; i < scales.size(); ++i) scales[i] += growth * static_cast<double>(i);
    const std::vector<double> zeros(scales.size(), 100.0);
    integers =
        graph.add("Quantize", "q",
                  {join, graph.add_constant("scale", DataType::Float, scale, scales),
                   graph.add_constant("zero", DataType::UInt8, scale, zeros)},
                  {{"to_type", static_cast<int64_t>(DataType::UInt8)}, {"axis", int64_t{1}}});
  }
};

TEST(HoistQuantize, quantizes_the_parts) {
  for (const Dims& scale : {Dims{}, Dims{8}}) {
    Joined made(scale);
    made.graph.mark_output(made.integers);
    expect_rule_keeps_numbers(made.graph, kRule, 0);
    EXPECT_EQ(op_names(made.graph), "Quantize Quantize Concatenation");
  }
}

TEST(HoistQuantize, leaves_what_others_read_and_scales_of_an_axis) {
  Joined output;
  output.graph.mark_output(output.integers);
  output.graph.mark_output(output.join);
  expect_rule_refuses(output.graph, kRule);
  Joined read;
  read.graph.mark_output(read.integers);
  read.graph.mark_output(activation(read.graph, ActivationType::Relu, read.join));
  expect_rule_refuses(read.graph, kRule);
  Joined channels({8}, 0.001);
  channels.graph.mark_output(channels.integers);
  expect_rule_refuses(channels.graph, kRule);
}

TEST(HoistQuantize, leaves_what_is_only_rounded) {
  Joined rounded;
  rounded.graph.mark_output(rounded.graph.add(
      "Dequantize", "dq",
      {rounded.integers,
       rounded.graph.add_constant("scale", DataType::Float, {}, std::vector<double>{0.013})}));
  expect_rule_refuses(rounded.graph, kRule);
}

}  // namespace
}  // namespace trtlike::test
