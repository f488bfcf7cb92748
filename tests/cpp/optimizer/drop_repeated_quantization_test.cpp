// Dequantize(Quantize(Shuffle(Dequantize(q)))) -> Shuffle(Dequantize(q)).
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

constexpr const char* kRule = "drop_repeated_quantization";
using Ints = std::vector<int64_t>;

/// Quantizes an input, moves its elements by `move`, and quantizes by `second` steps.
template <typename Move>
ir::Graph moved_between(Move&& move, double second = 0.3, double zero_point = 7) {
  ir::Graph graph;
  const auto number = [&](DataType dtype, double value) {
    return graph.add_constant("number", dtype, {}, std::vector<double>{value});
  };
  const auto quantize = [&](ir::ValueId x, double scale) {
    const ir::ValueId zero = number(DataType::UInt8, zero_point);
    const ir::ValueId q = graph.add("Quantize", "q", {x, number(DataType::Float, scale), zero},
                                    {{"to_type", static_cast<int64_t>(DataType::UInt8)}});
    return graph.add("Dequantize", "dq", {q, number(DataType::Float, scale), zero});
  };
  const ir::ValueId x = graph.add_input("x", DataType::Float, {1, 2, 6, 6});
  const ir::ValueId y = quantize(move(graph, quantize(x, 0.3)), second);
  graph.mark_output(unary(graph, UnaryOperation::Exp, y));
  return graph;
}

ir::ValueId transposed(ir::Graph& graph, ir::ValueId x) {
  return graph.add("Shuffle", "move", {x}, {{"first_transpose", Ints{0, 2, 3, 1}}});
}

ir::ValueId pooled(ir::Graph& graph, ir::ValueId x, int64_t type) {
  return graph.add("Pooling", "pool", {x},
                   {{"type", type}, {"window_size", Ints{3, 3}}, {"stride", Ints{2, 2}}});
}

TEST(DropRepeatedQuantization, behind_what_selects_elements) {
  ir::Graph shuffled = moved_between(transposed);
  expect_rule_keeps_numbers(shuffled, kRule, 0);
  EXPECT_EQ(op_names(shuffled), "Quantize Dequantize Shuffle Unary");
  ir::Graph max = moved_between([](ir::Graph& g, ir::ValueId x) { return pooled(g, x, 0); });
  expect_rule_keeps_numbers(max, kRule, 0);
  ir::Graph joined = moved_between([](ir::Graph& g, ir::ValueId x) {
    const ir::ValueId relu = activation(g, ActivationType::Relu, x);
    return g.add("Concatenation", "join", {transposed(g, x), transposed(g, relu)},
                 {{"axis", int64_t{1}}});
  });
  expect_rule_keeps_numbers(joined, kRule, 0);
  ir::Graph sliced = moved_between([](ir::Graph& g, ir::ValueId x) {
    return g.add(
        "Slice", "slice", {x},
        {{"start", Ints{0, 1, 0, 2}}, {"shape", Ints{1, 1, 6, 3}}, {"stride", Ints{1, 1, 1, 1}}});
  });
  expect_rule_keeps_numbers(sliced, kRule, 0);
}

TEST(DropRepeatedQuantization, refuses_other_steps_and_new_numbers) {
  ir::Graph other = moved_between(transposed, 0.25);
  expect_rule_refuses(other, kRule);
  ir::Graph average = moved_between([](ir::Graph& g, ir::ValueId x) { return pooled(g, x, 1); });
  expect_rule_refuses(average, kRule);
  ir::Graph half_joined = moved_between([](ir::Graph& g, ir::ValueId x) {
    const ir::ValueId raw = g.add_input("raw", DataType::Float, {1, 2, 6, 6});
    return g.add("Concatenation", "join", {x, raw}, {{"axis", int64_t{1}}});
  });
  expect_rule_refuses(half_joined, kRule);
}

}  // namespace
}  // namespace trtlike::test
