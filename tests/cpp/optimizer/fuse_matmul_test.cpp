// MatrixMultiply(a, weights) + bias, and what follows, -> FusedMatrixMultiply.
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

using Operation = ElementWiseOperation;

struct Product {
  ir::Graph graph;
  ir::ValueId x = graph.add_input("x", DataType::Float, {2, 3, 4});
  ir::ValueId residual = graph.add_input("residual", DataType::Float, {2, 3, 5});
  ir::ValueId y = graph.add("MatrixMultiply", "fc", {x, random_constant(graph, "w", {1, 5, 4})},
                            {{"op1", int64_t{1}}});
};

TEST(FuseMatmulBias, takes_a_row_from_either_side) {
  for (const bool first : {true, false}) {
    Product p;
    const ir::ValueId bias = random_constant(p.graph, "bias", {1, 1, 5});
    p.graph.mark_output(
        element_wise(p.graph, Operation::Sum, first ? bias : p.y, first ? p.y : bias, "add"));
    expect_rule_keeps_numbers(p.graph, "fuse_matmul_bias");
    const ir::Node& node = p.graph.node(find_node(p.graph, "FusedMatrixMultiply"));
    EXPECT_EQ(p.graph.nodes().size(), 1u);
    EXPECT_EQ(node.name, "fc + add");
    EXPECT_EQ(node.attributes.get_int("op1"), 1);
    EXPECT_EQ(p.graph.value(node.inputs[2]).type.dims, (Dims{5}));
  }
}

TEST(FuseMatmulBias, refuses_columns_second_readers_and_computed_weights) {
  Product column;
  column.graph.mark_output(element_wise(column.graph, Operation::Sum, column.y,
                                        random_constant(column.graph, "c", {1, 3, 1})));
  expect_rule_refuses(column.graph, "fuse_matmul_bias");
  Product output;
  output.graph.mark_output(output.y);
  output.graph.mark_output(element_wise(output.graph, Operation::Sum, output.y,
                                        random_constant(output.graph, "c", {1, 1, 5})));
  expect_rule_refuses(output.graph, "fuse_matmul_bias");
  Product computed;
  const ir::ValueId z = computed.graph.add("MatrixMultiply", "z", {computed.x, computed.residual},
                                           {{"op0", int64_t{1}}});
  computed.graph.mark_output(element_wise(computed.graph, Operation::Sum, z,
                                          random_constant(computed.graph, "c", {1, 1, 5})));
  expect_rule_refuses(computed.graph, "fuse_matmul_bias");
}

TEST(FuseMatmulEpilogue, takes_in_activation_and_residual_after_the_bias) {
  Product p;
  const ir::ValueId biased =
      element_wise(p.graph, Operation::Sum, p.y, random_constant(p.graph, "bias", {1, 1, 5}));
  const ir::ValueId relu = activation(p.graph, ActivationType::GeluErf, biased);
  p.graph.mark_output(element_wise(p.graph, Operation::Sum, relu, p.residual));
  const ir::Graph before = p.graph.clone();
  apply_rule(p.graph, "fuse_matmul_bias");
  expect_rule_keeps_numbers(p.graph, "fuse_matmul_epilogue");
  expect_same_outputs(before, p.graph);
  const ir::Node& node = p.graph.node(find_node(p.graph, "FusedMatrixMultiply"));
  EXPECT_EQ(p.graph.nodes().size(), 1u);
  EXPECT_EQ(node.attributes.get_string("program"),
            "in 2; v2 = gelu_erf v0; v3 = sum v2 v1; out v3");
}

TEST(FuseMatmulEpilogue, a_plain_product_may_have_one) {
  Product p;
  p.graph.mark_output(element_wise(p.graph, Operation::Sum, p.residual, p.y));
  expect_rule_keeps_numbers(p.graph, "fuse_matmul_epilogue");
  EXPECT_EQ(op_names(p.graph), "FusedMatrixMultiply");
}

TEST(FuseMatmulEpilogue, refuses_second_readers_and_operands_per_row) {
  Product shared;
  shared.graph.mark_output(activation(shared.graph, ActivationType::Relu, shared.y));
  shared.graph.mark_output(unary(shared.graph, UnaryOperation::Exp, shared.y));
  expect_rule_refuses(shared.graph, "fuse_matmul_epilogue");
  Product rows;
  rows.graph.mark_output(element_wise(rows.graph, Operation::Prod, rows.y,
                                      random_constant(rows.graph, "c", {1, 3, 1})));
  expect_rule_refuses(rows.graph, "fuse_matmul_epilogue");
}

}  // namespace
}  // namespace trtlike::test
