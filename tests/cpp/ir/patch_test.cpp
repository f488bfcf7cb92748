// Patches: what apply adds, replaces and removes.
#include "ir/patch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"

namespace trtlike::ir {
namespace {

/// y = (x a) b.
struct Chain {
  Graph graph;
  ValueId x = graph.add_input("x", DataType::Float, {2, 2});
  ValueId a = graph.add_constant("a", DataType::Float, {2, 2}, std::vector<double>{1, 2, 3, 4});
  ValueId b = graph.add_constant("b", DataType::Float, {2, 2}, std::vector<double>{5, 6, 7, 8});
  NodeId first = graph.add_node("MatrixMultiply", "first", {x, a});
  NodeId second = graph.add_node("MatrixMultiply", "second", {graph.node(first).outputs[0], b});
  ValueId y = graph.node(second).outputs[0];

  Chain() { graph.mark_output(y); }
};

TEST(Patch, replaces_two_nodes_by_one_and_drops_their_constants) {
  Chain c;
  c.graph.mutable_node(c.second).precision = DataType::Half;
  c.graph.mutable_node(c.second).metadata = "from the model";
  Patch patch(c.graph);
  const ValueId ab =
      patch.add_constant("ab", DataType::Float, {2, 2}, std::vector<double>{19, 22, 43, 50});
  patch.inherit_from(c.second);
  patch.replace(c.y, patch.add("MatrixMultiply", "first + second", {c.x, ab}));
  EXPECT_EQ(patch.apply(c.graph), 1);
  c.graph.verify();
  ASSERT_EQ(c.graph.nodes().size(), 1u);
  const Node& node = c.graph.node(c.graph.nodes()[0]);
  EXPECT_EQ(node.name, "first + second");
  EXPECT_EQ(node.precision, DataType::Half);
  EXPECT_EQ(node.metadata, "from the model");
  EXPECT_EQ(c.graph.value(node.outputs[0]).name, "second_output");
  EXPECT_FALSE(c.graph.find_value("a"));
  EXPECT_FALSE(c.graph.find_value("b"));
}

TEST(Patch, keeps_precisions_that_agree_and_refuses_others) {
  Chain c;
  Patch patch(c.graph);
  patch.inherit_from(c.second);
  patch.replace(c.y, patch.add("MatrixMultiply", "new", {c.x, c.b}));
  c.graph.mutable_node(c.first).precision = DataType::Half;
  EXPECT_TRUE(patch.keeps_constraints());
  c.graph.mutable_node(c.second).precision = DataType::Float;
  EXPECT_FALSE(patch.keeps_constraints());
  c.graph.mark_output(c.graph.node(c.first).outputs[0]);
  EXPECT_TRUE(patch.keeps_constraints());  // the first node stays
  patch.apply(c.graph);
  EXPECT_EQ(c.graph.node(c.graph.producer(c.graph.outputs()[0])).precision, DataType::Float);
}

TEST(Patch, keeps_the_types_asked_for_of_what_it_replaces_and_refuses_to_drop_others) {
  Chain c;
  Patch patch(c.graph);
  patch.replace(c.y, patch.add("MatrixMultiply", "new", {c.x, c.b}));
  c.graph.mutable_node(c.second).output_types[0] = DataType::Half;
  EXPECT_TRUE(patch.keeps_constraints());
  c.graph.mutable_node(c.first).output_types[0] = DataType::Half;
  EXPECT_FALSE(patch.keeps_constraints());
  c.graph.mutable_node(c.first).output_types[0].reset();
  patch.apply(c.graph);
  EXPECT_EQ(c.graph.node(c.graph.producer(c.graph.outputs()[0])).output_types[0], DataType::Half);
}

TEST(Patch, keeps_what_others_still_use) {
  Chain c;
  c.graph.mark_output(c.graph.node(c.first).outputs[0]);
  Patch patch(c.graph);
  patch.replace(c.y, patch.add("MatrixMultiply", "new", {c.x, c.b}));
  EXPECT_EQ(patch.apply(c.graph), 0);
  EXPECT_TRUE(c.graph.node(c.first).alive);
  EXPECT_FALSE(c.graph.node(c.second).alive);
  c.graph.verify();
}

TEST(Patch, refuses_a_replacement_of_another_shape) {
  Chain c;
  Patch patch(c.graph);
  const ValueId wide = patch.add_constant("w", DataType::Float, {2, 3}, std::vector<double>(6, 1));
  patch.replace(c.y, patch.add("MatrixMultiply", "wide", {c.x, wide}));
  EXPECT_THROW(patch.apply(c.graph), InternalError);
}

TEST(Patch, packs_every_storage_type) {
  Graph graph;
  for (const DataType dtype : {DataType::Float, DataType::Half, DataType::BF16, DataType::Int8,
                               DataType::Int32, DataType::Int64, DataType::UInt8}) {
    const ValueId id = graph.add_constant("c", dtype, {3}, std::vector<double>{1, 2, 3});
    EXPECT_THAT(*constant_elements(graph, id), testing::ElementsAre(1, 2, 3));
  }
}

}  // namespace
}  // namespace trtlike::ir
