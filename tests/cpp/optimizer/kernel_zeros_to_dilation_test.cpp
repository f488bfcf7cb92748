// Convolution(x, k with zeros between) -> Convolution(x, k) {dilation}.
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

using Ints = std::vector<int64_t>;
constexpr const char* kRule = "kernel_zeros_to_dilation";

/// A depthwise convolution of 4 channels whose kernel is zero except on rows and columns that are
/// multiples of the steps.
ir::Graph atrous(int64_t height, int64_t width, int64_t row_step, int64_t column_step,
                 Ints dilation = {1, 1}) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {2, 4, 17, 19});
  std::vector<double> elements = random_elements(4 * height * width, 3);
  for (size_t i = 0; i < elements.size(); ++i) {
    const int64_t at = static_cast<int64_t>(i);
    if (at / width % height % row_step != 0 || at % width % column_step != 0) elements[i] = 0;
  }
  const ir::ValueId kernel =
      graph.add_constant("kernel", DataType::Float, {4, 1, height, width}, elements);
  graph.mark_output(graph.add("Convolution", "conv", {x, kernel},
                              {{"num_groups", int64_t{4}},
                               {"kernel_size", Ints{height, width}},
                               {"dilation", dilation},
                               {"pre_padding", Ints{height / 2, 0}},
                               {"post_padding", Ints{height / 2, 1}}}));
  return graph;
}

const ir::Node& conv_of(const ir::Graph& graph) {
  return graph.node(find_node(graph, "Convolution"));
}

TEST(KernelZerosToDilation, shrinks_each_axis_on_its_own) {
  ir::Graph square = atrous(9, 9, 4, 4);
  expect_rule_keeps_numbers(square, kRule);
  EXPECT_EQ(conv_of(square).attributes.get_ints("dilation"), (Ints{4, 4}));
  EXPECT_EQ(square.value(conv_of(square).inputs[1]).type.dims, (Dims{4, 1, 3, 3}));
  ir::Graph uneven = atrous(5, 7, 2, 3);
  expect_rule_keeps_numbers(uneven, kRule);
  EXPECT_EQ(conv_of(uneven).attributes.get_ints("dilation"), (Ints{2, 3}));
  EXPECT_EQ(uneven.value(conv_of(uneven).inputs[1]).type.dims, (Dims{4, 1, 3, 3}));
  ir::Graph columns = atrous(3, 5, 1, 2, {1, 2});
  expect_rule_keeps_numbers(columns, kRule);
  EXPECT_EQ(conv_of(columns).attributes.get_ints("dilation"), (Ints{1, 4}));
}

TEST(KernelZerosToDilation, refuses_full_kernels_and_steps_that_do_not_end_the_kernel) {
  ir::Graph full = atrous(5, 5, 1, 1);
  expect_rule_refuses(full, kRule);
  ir::Graph short_end = atrous(6, 6, 3, 3);
  expect_rule_refuses(short_end, kRule);
}

TEST(KernelZerosToDilation, refuses_kernels_that_are_computed) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {1, 2, 9, 9});
  const ir::ValueId kernel = graph.add_input("kernel", DataType::Float, {3, 2, 5, 5});
  graph.mark_output(graph.add("Convolution", "conv", {x, kernel}));
  expect_rule_refuses(graph, kRule);
}

}  // namespace
}  // namespace trtlike::test
