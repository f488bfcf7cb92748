// Shapes computed at run time that are known after all.
#include "optimizer/passes/passes.h"
#include "support/build_graph.h"
#include "support/rules.h"
#include "trtlike/enums/layer_enums.h"

namespace trtlike::test {
namespace {

using Axes = std::vector<int64_t>;

/// The extents of `x` that are named, and constants, as one shape tensor.
ir::ValueId shape_of(ir::Graph& graph, ir::ValueId x, const Axes& elements) {
  const ir::ValueId shape = graph.add("Shape", "shape", {x});
  std::vector<ir::ValueId> parts;
  for (const int64_t element : elements)
    parts.push_back(element >= 0 ? graph.add("Gather", "extent",
                                             {shape, graph.add_constant_ints("index", {element})})
                                 : graph.add_constant_ints("constant", {-element}));
  return graph.add("Concatenation", "target", parts);
}

TEST(ResolveDynamicShapes, a_reshape_copies_extents_in_their_place) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {-1, -1, 12});
  const ir::ValueId shape = shape_of(graph, x, {0, 1, -3, -4});
  const ir::ValueId y = graph.add("Shuffle", "reshape", {x, shape}, {{"has_reshape", true}});
  graph.mark_output(unary(graph, UnaryOperation::Exp, y));
  const ir::Graph before = graph.clone();
  EXPECT_EQ(optimizer::resolve_dynamic_shapes(graph), 1);
  optimizer::remove_dead_nodes(graph);
  graph.verify();
  EXPECT_EQ(op_names(graph), "Shuffle Unary");
  EXPECT_EQ(graph.node(find_node(graph, "Shuffle")).attributes.get_ints("reshape_dims"),
            (Axes{0, 0, 3, 4}));
  expect_same_outputs(before, graph);
}

TEST(ResolveDynamicShapes, extents_elsewhere_are_not_copied) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {-1, -1, 12});
  graph.mark_output(graph.add("Shuffle", "reshape", {x, shape_of(graph, x, {1, 0, -12})},
                              {{"has_reshape", true}}));
  EXPECT_EQ(optimizer::resolve_dynamic_shapes(graph), 0);
}

TEST(ResolveDynamicShapes, a_broadcast_to_the_shape_that_is_there_goes) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {-1, 4});
  const ir::ValueId shape = shape_of(graph, x, {0, -4});
  const ir::ValueId one = graph.add_constant_ints("one", {1}), own = graph.add("Shape", "own", {x});
  const ir::ValueId less = element_wise(graph, ElementWiseOperation::Sub, own, one);
  const ir::ValueId stride = element_wise(graph, ElementWiseOperation::Min, less, one);
  const ir::ValueId wide =
      graph.add("Slice", "broadcast", {x, {}, shape, stride}, {{"start", Axes{0, 0}}});
  graph.mark_output(unary(graph, UnaryOperation::Exp, wide));
  const ir::Graph before = graph.clone();
  EXPECT_EQ(optimizer::resolve_dynamic_shapes(graph), 1);
  optimizer::remove_dead_nodes(graph);
  EXPECT_EQ(op_names(graph), "Unary");
  expect_same_outputs(before, graph);
  expect_same_outputs(before, graph, 1e-5, 1);
}

TEST(ResolveDynamicShapes, a_real_broadcast_stays) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {1, 4}),
                    like = graph.add_input("like", DataType::Float, {-1, 4});
  const ir::ValueId shape = graph.add("Shape", "shape", {like});
  const ir::ValueId wide = graph.add("Slice", "broadcast", {x, {}, shape},
                                     {{"start", Axes{0, 0}}, {"stride", Axes{0, 1}}});
  graph.mark_output(unary(graph, UnaryOperation::Exp, wide));
  EXPECT_EQ(optimizer::resolve_dynamic_shapes(graph), 0);
}

TEST(ResolveDynamicShapes, an_extent_that_is_cut_off_is_not_taken_for_itself) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {-1, 4});
  const ir::ValueId shape = graph.add("Shape", "shape", {x});
  const ir::ValueId cut = element_wise(graph, ElementWiseOperation::Min, shape,
                                       graph.add_constant_ints("limit", {100}));
  const ir::ValueId part =
      graph.add("Slice", "part", {x, {}, cut}, {{"start", Axes{0, 0}}, {"stride", Axes{1, 1}}});
  graph.mark_output(unary(graph, UnaryOperation::Exp, part));
  EXPECT_EQ(optimizer::resolve_dynamic_shapes(graph), 0);
}

/// The first extent of `x`, and one more for every 10000 of the first extent of `y`.
ir::ValueId almost_the_extent(ir::Graph& graph, ir::ValueId x, ir::ValueId y) {
  const ir::ValueId many = graph.add_constant_ints("many", {10000});
  return element_wise(
      graph, ElementWiseOperation::Sum, shape_of(graph, x, {0}),
      element_wise(graph, ElementWiseOperation::Div, shape_of(graph, y, {0}), many));
}

TEST(ResolveDynamicShapes, what_holds_at_all_small_extents_is_not_taken_to_hold_always) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {-1, 12}),
                    y = graph.add_input("y", DataType::Float, {-1});
  const ir::ValueId rest = graph.add_constant_ints("rest", {-1});
  const ir::ValueId target =
      graph.add("Concatenation", "target", {almost_the_extent(graph, x, y), rest});
  graph.mark_output(graph.add("Shuffle", "reshape", {x, target}, {{"has_reshape", true}}));
  optimizer::resolve_dynamic_shapes(graph);
  const auto& dims = graph.node(find_node(graph, "Shuffle")).attributes.get_ints("reshape_dims");
  EXPECT_TRUE(dims.empty() || dims[0] != 0);
}

}  // namespace
}  // namespace trtlike::test
