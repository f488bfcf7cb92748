// The graph's structure, inference, verifier and printer.
#include "ir/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"

namespace trtlike::ir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// y = x w with x [2, 3] and w [3, 4].
struct Product {
  Graph graph;
  ValueId x = graph.add_input("x", DataType::Float, {2, 3});
  ValueId w = graph.add_constant("w", DataType::Float, {3, 4}, std::vector<double>(12, 1));
  NodeId node = graph.add_node("MatrixMultiply", "product", {x, w});
  ValueId y = graph.node(node).outputs[0];
};

TEST(Graph, nodes_name_and_infer_their_outputs) {
  Product p;
  EXPECT_EQ(p.graph.value(p.y).name, "product_output");
  EXPECT_EQ(p.graph.value(p.y).type, (ops::TensorType{DataType::Float, {2, 4}}));
  EXPECT_EQ(p.graph.producer_of(p.y, "MatrixMultiply"), p.node);
  EXPECT_FALSE(p.graph.producer_of(p.y, "Constant"));
  EXPECT_FALSE(p.graph.producer_of(p.x, "Constant"));
  const ValueId again = p.graph.add("MatrixMultiply", "product", {p.x, p.w});
  EXPECT_EQ(p.graph.value(again).name, "product_output_1");
  EXPECT_EQ(p.graph.find_value("product_output_1"), again);
  p.graph.verify();
}

TEST(Graph, refused_node_leaves_no_trace_and_the_message_names_it) {
  Product p;
  try {
    p.graph.add_node("MatrixMultiply", "wrong", {p.w, p.x});
    FAIL() << "expected UserError";
  } catch (const UserError& e) {
    EXPECT_THAT(e.what(), HasSubstr("[ir] node 'wrong' (MatrixMultiply): "));
  }
  EXPECT_EQ(p.graph.nodes().size(), 1u);
  EXPECT_FALSE(p.graph.find_value("wrong_output"));
  EXPECT_THROW(p.graph.add("MatrixMultiply", "x", {p.x, p.w}, {{"no_such", int64_t{1}}}),
               UserError);
  p.graph.verify();
}

TEST(Graph, inputs_check_name_and_extents) {
  Product p;
  EXPECT_THROW(p.graph.add_input("x", DataType::Float, {1}), UserError);
  EXPECT_THROW(p.graph.add_input("z", DataType::Float, {-2}), UserError);
}

TEST(Graph, constants_know_their_host_elements) {
  Graph graph;
  const ValueId shape = graph.add_constant_ints("shape", {2, -1});
  EXPECT_EQ(graph.value(shape).type, (ops::TensorType{DataType::Int64, {2}}));
  ASSERT_TRUE(graph.value(shape).host.has_value());
  EXPECT_THAT(*graph.value(shape).host, ElementsAre(2, -1));
  const ValueId f = graph.add_constant("f", DataType::Half, {2}, std::vector<double>{0.5, 0.5});
  EXPECT_FALSE(graph.value(f).host);
  EXPECT_EQ(constant_scalar(graph, f), 0.5);
  EXPECT_EQ(constant_scalar(graph, shape), std::nullopt);
  EXPECT_THAT(*constant_elements(graph, shape), ElementsAre(2, -1));
  EXPECT_EQ(constant_elements(graph, shape, 1), std::nullopt);
  EXPECT_THROW(graph.add_constant("short", DataType::Float, {3}, ConstantData{nullptr, 8}),
               InternalError);
}

TEST(Graph, users_count_every_use) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {2, 2});
  const NodeId square = graph.add_node("MatrixMultiply", "square", {x, x});
  EXPECT_THAT(graph.value(x).users, ElementsAre(square, square));
  EXPECT_FALSE(graph.sole_user(x));
  const ValueId w = graph.add_constant("w", DataType::Float, {2, 2}, std::vector<double>(4, 1));
  graph.set_input(square, 1, w);
  EXPECT_EQ(graph.sole_user(x), square);
  graph.verify();
}

TEST(Graph, a_value_that_is_an_output_has_no_sole_user) {
  Product p;
  const ValueId z = p.graph.add("MatrixMultiply", "next", {p.y, p.y}, {{"op1", int64_t{1}}});
  const ValueId out = p.graph.add("MatrixMultiply", "last", {z, p.y});
  EXPECT_TRUE(p.graph.sole_user(z));
  p.graph.mark_output(z);
  EXPECT_FALSE(p.graph.sole_user(z));
  EXPECT_FALSE(p.graph.sole_user(out));
}

TEST(Graph, replacement_takes_over_an_outputs_name) {
  Product p;
  p.graph.mark_output(p.y);
  p.graph.rename_value(p.y, "scores");
  const ValueId other = p.graph.add("MatrixMultiply", "other", {p.x, p.w});
  p.graph.replace_uses(p.y, other);
  EXPECT_THAT(p.graph.outputs(), ElementsAre(other));
  EXPECT_EQ(p.graph.value(other).name, "scores");
  EXPECT_FALSE(p.graph.value(p.y).is_output);
  p.graph.remove_node(p.node);
  p.graph.verify();
}

TEST(Graph, topological_order_finds_cycles_and_follows_late_edges) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {2, 2});
  const NodeId first = graph.add_node("MatrixMultiply", "first", {x, x});
  const NodeId second = graph.add_node("MatrixMultiply", "second", {x, x});
  graph.set_input(first, 0, graph.node(second).outputs[0]);
  EXPECT_THAT(graph.topological_order(), ElementsAre(second, first));
  EXPECT_TRUE(graph.depends_on(first, second));
  EXPECT_FALSE(graph.depends_on(second, first));
  graph.set_input(second, 0, graph.node(first).outputs[0]);
  try {
    graph.topological_order();
    FAIL() << "expected UserError";
  } catch (const UserError& e) {
    EXPECT_THAT(e.what(), HasSubstr("'first'"));
    EXPECT_THAT(e.what(), HasSubstr("cycle"));
  }
}

TEST(Graph, infer_all_follows_a_changed_input) {
  Product p;
  p.graph.mutable_value(p.x).type.dims = {7, 3};
  EXPECT_THROW(p.graph.verify(), InternalError);
  p.graph.infer_all();
  EXPECT_EQ(p.graph.value(p.y).type.dims, (Dims{7, 4}));
  p.graph.verify();
}

TEST(Graph, removing_a_used_node_is_our_bug) {
  Product p;
  p.graph.mark_output(p.y);
  EXPECT_THROW(p.graph.remove_node(p.node), InternalError);
}

TEST(Graph, prints_one_line_a_node) {
  Product p;
  p.graph.mark_output(p.y);
  EXPECT_EQ(p.graph.to_string(),
            "input %0 : FLOAT [2, 3]  # x\n"
            "constant w : FLOAT [3, 4]\n"
            "%2 = MatrixMultiply(%0, w) : FLOAT [2, 4]  # product\n"
            "output %2  # product_output\n");
}

TEST(Graph, clone_is_independent_and_shares_constants) {
  Product p;
  Graph copy = p.graph.clone();
  copy.mark_output(p.y);
  copy.rename_value(p.y, "elsewhere");
  EXPECT_TRUE(p.graph.outputs().empty());
  EXPECT_EQ(p.graph.value(p.y).name, "product_output");
  EXPECT_EQ(copy.value(p.w).constant->data, p.graph.value(p.w).constant->data);
  copy.verify();
}

}  // namespace
}  // namespace trtlike::ir
