// Extents that are equal by construction, and those that only look so.
#include "optimizer/extents.h"

#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

using optimizer::Extents;
using Axes = std::vector<int64_t>;
using Operation = ElementWiseOperation;

struct Images {
  ir::Graph graph;
  ir::ValueId x = graph.add_input("x", DataType::Float, {-1, 3, -1, -1});
  ir::ValueId y = graph.add_input("y", DataType::Float, {-1, 3, -1, -1});

  ir::ValueId conv(ir::ValueId from, int64_t size, int64_t stride, int64_t pad) {
    const ir::ValueId kernel = random_constant(graph, "kernel", {3, 3, size, size});
    return graph.add("Convolution", "conv", {from, kernel},
                     {{"stride", Axes{stride, stride}},
                      {"pre_padding", Axes{pad, pad}},
                      {"post_padding", Axes{pad, pad}}});
  }
  ir::ValueId pool(ir::ValueId from, int64_t size, int64_t stride) {
    return graph.add("Pooling", "pool", {from},
                     {{"window_size", Axes{size, size}}, {"stride", Axes{stride, stride}}});
  }
  bool are_equal(ir::ValueId a, ir::ValueId b) { return Extents(graph).have_equal_dims(a, b); }
};

TEST(Extents, inputs_are_equal_where_their_dimensions_have_one_name) {
  Images g;
  EXPECT_TRUE(g.are_equal(g.x, g.x));
  EXPECT_FALSE(g.are_equal(g.x, g.y));
  g.graph.mutable_value(g.x).dimension_names = {"n", "", "h", "w"};
  g.graph.mutable_value(g.y).dimension_names = {"n", "", "h", "w"};
  EXPECT_TRUE(g.are_equal(g.x, g.y));
  g.graph.mutable_value(g.y).dimension_names = {"n", "", "w", "w"};
  EXPECT_FALSE(g.are_equal(g.x, g.y));
}

TEST(Extents, windows_that_shrink_alike) {
  Images g;
  EXPECT_TRUE(g.are_equal(g.conv(g.x, 3, 1, 1), g.x));
  EXPECT_TRUE(g.are_equal(g.conv(g.x, 3, 2, 1), g.conv(g.x, 1, 2, 0)));
  // ceil(h / 2) and floor(h / 2) are equal for even h only.
  EXPECT_FALSE(g.are_equal(g.conv(g.x, 3, 2, 1), g.pool(g.x, 2, 2)));
  EXPECT_TRUE(g.are_equal(g.pool(g.pool(g.x, 2, 2), 2, 2), g.pool(g.x, 4, 4)));
  EXPECT_FALSE(g.are_equal(g.conv(g.x, 3, 2, 1), g.conv(g.y, 3, 2, 1)));
}

TEST(Extents, enlarging_what_was_halved_gives_back_multiples_only) {
  Images g;
  const std::vector<double> twice = {1, 1, 2, 2};
  const ir::ValueId large = g.graph.add("Resize", "up", {g.x}, {{"scales", twice}});
  EXPECT_TRUE(g.are_equal(g.pool(large, 2, 2), g.x));
  EXPECT_FALSE(
      g.are_equal(g.graph.add("Resize", "up", {g.pool(g.x, 2, 2)}, {{"scales", twice}}), g.x));
}

TEST(Extents, element_wise_nodes_may_repeat_either_operand) {
  Images g;
  const ir::ValueId sum = element_wise(g.graph, Operation::Sum, g.x, g.y);
  EXPECT_FALSE(g.are_equal(sum, g.x));
  EXPECT_TRUE(g.are_equal(sum, element_wise(g.graph, Operation::Prod, g.y, g.x)));
  // An operand that is never 1 is not repeated.
  g.graph.mutable_value(g.x).least_extents = {2, 3, 4, 4};
  EXPECT_TRUE(g.are_equal(sum, g.x));
  EXPECT_FALSE(Extents(g.graph).are_equal_where_they_meet(g.x, g.y));
  g.graph.mutable_value(g.y).least_extents = {2, 3, 2, 2};
  EXPECT_TRUE(Extents(g.graph).are_equal_where_they_meet(g.x, g.y));
}

TEST(Extents, moved_and_reduced_axes) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {-1, -1, 4});
  const ir::ValueId swapped =
      graph.add("Shuffle", "transpose", {x}, {{"first_transpose", Axes{1, 0, 2}}});
  EXPECT_FALSE(Extents(graph).have_equal_dims(x, swapped));
  EXPECT_TRUE(Extents(graph).have_equal_dims(
      x, graph.add("Shuffle", "back", {swapped}, {{"second_transpose", Axes{1, 0, 2}}})));
  const ir::ValueId mean =
      graph.add("Reduce", "mean", {x}, {{"op", int64_t{4}}, {"axes", int64_t{4}}});
  Extents extents(graph);
  EXPECT_EQ(extents.extent(mean, 0), extents.extent(x, 0));
  EXPECT_EQ(extents.extent(mean, 1), extents.extent(x, 1));
  const ir::ValueId wide = graph.add("Unsqueeze", "wide", {mean}, {{"axes", Axes{0}}});
  EXPECT_EQ(Extents(graph).extent(wide, 0), Extents(graph).expressions().constant(1));
  const ir::ValueId rows = random_constant(graph, "rows", {4, 9});
  const ir::ValueId product = graph.add(
      "MatrixMultiply", "product", {x, graph.add("Unsqueeze", "one", {rows}, {{"axes", Axes{0}}})});
  EXPECT_EQ(extents.extent(product, 0), extents.extent(x, 0));
  EXPECT_EQ(extents.extent(product, 1), extents.extent(x, 1));
}

TEST(Extents, reshapes_there_and_back) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {-1, -1, 12});
  graph.mutable_value(x).least_extents = {1, 1, 12};
  const ir::ValueId flat =
      graph.add("Shuffle", "flat", {x}, {{"has_reshape", true}, {"reshape_dims", Axes{-1, 12}}});
  const ir::ValueId shape = graph.add("Shape", "shape", {x});
  const ir::ValueId back = graph.add("Shuffle", "back", {flat, shape}, {{"has_reshape", true}});
  EXPECT_TRUE(Extents(graph).have_equal_dims(x, back));
  const ir::ValueId heads = graph.add("Shuffle", "heads", {x},
                                      {{"has_reshape", true}, {"reshape_dims", Axes{0, -1, 3, 4}}});
  Extents extents(graph);
  EXPECT_EQ(extents.extent(heads, 1), extents.extent(x, 1));
  EXPECT_EQ(extents.extent(flat, 0),
            extents.expressions().multiply(extents.extent(x, 0), extents.extent(x, 1)));
}

TEST(Extents, elements_of_shape_tensors) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {-1, -1, 4});
  const ir::ValueId shape = graph.add("Shape", "shape", {x});
  const ir::ValueId first =
      graph.add("Gather", "first", {shape, graph.add_constant_ints("index", {0})});
  const ir::ValueId two = graph.add_constant_ints("two", {2});
  const ir::ValueId joined = graph.add(
      "Concatenation", "joined", {element_wise(graph, Operation::Prod, first, two), shape, two});
  Extents extents(graph);
  EXPECT_EQ(
      extents.element(joined, 0),
      extents.expressions().multiply(extents.expressions().constant(2), extents.extent(x, 0)));
  EXPECT_EQ(extents.element(joined, 2), extents.extent(x, 1));
  EXPECT_EQ(extents.element(joined, 3), extents.expressions().constant(4));
  EXPECT_EQ(extents.element(joined, 4), extents.expressions().constant(2));
  const ir::ValueId count =
      graph.add("Reduce", "count", {shape}, {{"op", int64_t{1}}, {"axes", int64_t{1}}});
  EXPECT_EQ(extents.expressions().divide_exactly(extents.element(count, 0),
                                                 extents.expressions().constant(4)),
            extents.expressions().multiply(extents.extent(x, 0), extents.extent(x, 1)));
}

}  // namespace
}  // namespace trtlike::test
