// Convolution over a column -> convolution over a row.
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

using Axes = std::vector<int64_t>;

ir::Graph column(const Dims& x, const Dims& kernel, const Axes& padding) {
  ir::Graph graph;
  const ir::ValueId input = graph.add_input("x", DataType::Float, x);
  graph.mark_output(graph.add(
      "Convolution", "conv",
      {input, random_constant(graph, "w", kernel), random_constant(graph, "b", {kernel[0]})},
      {{"pre_padding", padding},
       {"post_padding", padding},
       {"stride", Axes{2, 1}},
       {"num_groups", x[1] / kernel[1]}}));
  return graph;
}

TEST(LayColumnsFlat, kernel_strides_and_padding_turn_too) {
  for (const int64_t channels : {4, 2}) {
    ir::Graph graph = column({2, 4, 9, 1}, {6, channels, 3, 1}, {1, 0});
    expect_rule_keeps_numbers(graph, "lay_columns_flat");
    EXPECT_EQ(op_names(graph), "Shuffle Convolution Shuffle");
  }
}

TEST(LayColumnsFlat, refuses_images_and_padded_width) {
  ir::Graph image = column({2, 4, 9, 2}, {6, 4, 3, 1}, {1, 0});
  expect_rule_refuses(image, "lay_columns_flat");
  ir::Graph padded = column({2, 4, 9, 1}, {6, 4, 3, 1}, {1, 1});
  expect_rule_refuses(padded, "lay_columns_flat");
  ir::Graph row = column({2, 4, 1, 1}, {6, 4, 1, 1}, {0, 0});
  expect_rule_refuses(row, "lay_columns_flat");
}

}  // namespace
}  // namespace trtlike::test
