// g(f(x, y), z) -> PointWise(x, y, z).
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

using Operation = ElementWiseOperation;
using Type = ActivationType;
constexpr const char* kRule = "fuse_pointwise";

std::string program_of(const ir::Graph& graph) {
  return graph.node(find_node(graph, "PointWise")).attributes.get_string("program");
}

struct OneInput {
  ir::Graph graph;
  ir::ValueId x = graph.add_input("x", DataType::Float, {2, 3, 4});
};

TEST(FusePointwise, silu_reads_its_input_once) {
  OneInput g;
  g.graph.mark_output(
      element_wise(g.graph, Operation::Prod, g.x, activation(g.graph, Type::Sigmoid, g.x)));
  expect_rule_keeps_numbers(g.graph, kRule);
  EXPECT_EQ(program_of(g.graph), "in 1; v1 = sigmoid v0; v2 = prod v0 v1; out v2");
}

TEST(FusePointwise, hard_swish_is_a_gate_times_its_input) {
  for (const bool divide_last : {true, false}) {
    OneInput g;
    const ir::ValueId shifted = element_wise(g.graph, Operation::Sum, scalar(g.graph, 3, 3), g.x);
    ir::ValueId gate = activation(g.graph, Type::Clip, shifted, 0, 6);
    const ir::ValueId six = scalar(g.graph, 6, 3);
    if (!divide_last) gate = element_wise(g.graph, Operation::Div, gate, six);
    ir::ValueId y = element_wise(g.graph, Operation::Prod, g.x, gate);
    if (divide_last) y = element_wise(g.graph, Operation::Div, y, six);
    g.graph.mark_output(y);
    expect_rule_keeps_numbers(g.graph, kRule);
    EXPECT_EQ(program_of(g.graph),
              "in 1; v1 = hard_sigmoid v0 0.16666667 0.5; v2 = prod v0 v1; out v2");
  }
}

TEST(FusePointwise, powers_and_limits_become_cheaper_operations) {
  OneInput g;
  const ir::ValueId square = element_wise(g.graph, Operation::Pow, g.x, scalar(g.graph, 2, 3));
  const ir::ValueId low = element_wise(g.graph, Operation::Max, scalar(g.graph, 0.1, 3), square);
  const ir::ValueId high = element_wise(g.graph, Operation::Min, low, scalar(g.graph, 0.6, 3));
  g.graph.mark_output(element_wise(g.graph, Operation::Pow, high, scalar(g.graph, 0.5, 3)));
  expect_rule_keeps_numbers(g.graph, kRule);
  EXPECT_EQ(program_of(g.graph),
            "in 1; v1 = prod v0 v0; v2 = clip v1 0.1 0.6; v3 = sqrt v2; out v3");
}

TEST(FusePointwise, gelu_spelled_with_erf_is_recognised) {
  for (const bool half_last : {true, false}) {
    OneInput g;
    const ir::ValueId erf =
        unary(g.graph, UnaryOperation::Erf,
              element_wise(g.graph, Operation::Div, g.x, scalar(g.graph, 1.4142135381698608, 3)));
    const ir::ValueId plus = element_wise(g.graph, Operation::Sum, erf, scalar(g.graph, 1, 3));
    const ir::ValueId half = scalar(g.graph, 0.5, 3);
    g.graph.mark_output(
        half_last ? element_wise(g.graph, Operation::Prod,
                                 element_wise(g.graph, Operation::Prod, g.x, plus), half)
                  : element_wise(g.graph, Operation::Prod,
                                 element_wise(g.graph, Operation::Prod, half, g.x), plus));
    expect_rule_keeps_numbers(g.graph, kRule);
    EXPECT_EQ(program_of(g.graph), "in 1; v1 = gelu_erf v0; out v1");
  }
}

TEST(FusePointwise, gelu_spelled_with_tanh_is_recognised) {
  OneInput g;
  const ir::ValueId cube = element_wise(g.graph, Operation::Pow, g.x, scalar(g.graph, 3, 3));
  const ir::ValueId inner =
      element_wise(g.graph, Operation::Sum, g.x,
                   element_wise(g.graph, Operation::Prod, cube, scalar(g.graph, 0.044715, 3)));
  const ir::ValueId tanh =
      activation(g.graph, Type::Tanh,
                 element_wise(g.graph, Operation::Prod, inner, scalar(g.graph, 0.7978845608, 3)));
  const ir::ValueId plus = element_wise(g.graph, Operation::Sum, tanh, scalar(g.graph, 1, 3));
  g.graph.mark_output(
      element_wise(g.graph, Operation::Prod,
                   element_wise(g.graph, Operation::Prod, g.x, scalar(g.graph, 0.5, 3)), plus));
  expect_rule_keeps_numbers(g.graph, kRule);
  EXPECT_EQ(program_of(g.graph), "in 1; v1 = gelu_tanh v0; out v1");
}

TEST(FusePointwise, gelu_with_its_cube_multiplied_out_is_recognised) {
  OneInput g;
  ir::ValueId cube = element_wise(g.graph, Operation::Prod, scalar(g.graph, 0.044715, 3), g.x);
  cube = element_wise(g.graph, Operation::Prod, g.x,
                      element_wise(g.graph, Operation::Prod, g.x, cube));
  const ir::ValueId inner = element_wise(g.graph, Operation::Sum, g.x, cube);
  const ir::ValueId tanh =
      activation(g.graph, Type::Tanh,
                 element_wise(g.graph, Operation::Prod, scalar(g.graph, 0.7978846, 3), inner));
  const ir::ValueId plus = element_wise(g.graph, Operation::Sum, tanh, scalar(g.graph, 1, 3));
  const ir::ValueId half = element_wise(g.graph, Operation::Prod, scalar(g.graph, 0.5, 3), plus);
  g.graph.mark_output(element_wise(g.graph, Operation::Prod, g.x, half));
  expect_rule_keeps_numbers(g.graph, kRule);
  EXPECT_EQ(program_of(g.graph), "in 1; v1 = gelu_tanh v0; out v1");
}

TEST(FusePointwise, another_factor_is_no_gelu) {
  OneInput g;
  const ir::ValueId erf =
      unary(g.graph, UnaryOperation::Erf,
            element_wise(g.graph, Operation::Div, g.x, scalar(g.graph, 1.5, 3)));
  const ir::ValueId plus = element_wise(g.graph, Operation::Sum, erf, scalar(g.graph, 1, 3));
  g.graph.mark_output(element_wise(g.graph, Operation::Prod,
                                   element_wise(g.graph, Operation::Prod, g.x, plus),
                                   scalar(g.graph, 0.5, 3)));
  expect_rule_keeps_numbers(g.graph, kRule);
  EXPECT_EQ(program_of(g.graph).find("gelu"), std::string::npos);
}

TEST(FusePointwise, comparison_and_selection_stay_inside) {
  OneInput g;
  const ir::ValueId y = g.graph.add_input("y", DataType::Float, {2, 3, 4});
  const ir::ValueId greater = element_wise(g.graph, Operation::Greater, g.x, y);
  g.graph.mark_output(g.graph.add("Select", "select", {greater, g.x, scalar(g.graph, -1, 3)}));
  expect_rule_keeps_numbers(g.graph, kRule);
  EXPECT_EQ(op_names(g.graph), "PointWise");
}

TEST(FusePointwise, broadcast_operands_stay_operands) {
  OneInput g;
  const ir::ValueId row = random_constant(g.graph, "row", {1, 1, 4});
  const ir::ValueId sum = element_wise(g.graph, Operation::Sum, g.x, row);
  g.graph.mark_output(unary(g.graph, UnaryOperation::Exp, sum));
  expect_rule_keeps_numbers(g.graph, kRule);
  EXPECT_EQ(g.graph.node(find_node(g.graph, "PointWise")).inputs.size(), 2u);
}

TEST(FusePointwise, refuses_what_others_read_and_what_would_be_computed_again) {
  OneInput output;
  const ir::ValueId middle = unary(output.graph, UnaryOperation::Exp, output.x);
  output.graph.mark_output(middle);
  output.graph.mark_output(unary(output.graph, UnaryOperation::Sin, middle));
  expect_rule_refuses(output.graph, kRule);
  OneInput shared;
  const ir::ValueId twice = unary(shared.graph, UnaryOperation::Exp, shared.x);
  shared.graph.mark_output(unary(shared.graph, UnaryOperation::Sin, twice));
  shared.graph.mark_output(unary(shared.graph, UnaryOperation::Cos, twice));
  expect_rule_refuses(shared.graph, kRule);
  OneInput widened;
  const ir::ValueId small = widened.graph.add_input("small", DataType::Float, {1, 3, 1});
  widened.graph.mark_output(element_wise(widened.graph, Operation::Prod, widened.x,
                                         activation(widened.graph, Type::Sigmoid, small)));
  expect_rule_refuses(widened.graph, kRule);
}

TEST(FusePointwise, refuses_integer_arithmetic) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Int32, {4});
  const ir::ValueId sum = element_wise(graph, Operation::Sum, x, x);
  graph.mark_output(element_wise(graph, Operation::Prod, sum, x));
  expect_rule_refuses(graph, kRule);
}

}  // namespace
}  // namespace trtlike::test
