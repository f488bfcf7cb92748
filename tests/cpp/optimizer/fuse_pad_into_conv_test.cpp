// Convolution(Padding(x)) -> Convolution(x) {padding}.
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

using Axes = std::vector<int64_t>;
constexpr const char* kRule = "fuse_pad_into_conv";

struct Image {
  ir::Graph graph;
  ir::ValueId x = graph.add_input("x", DataType::Float, {1, 3, 5, 6});
  ir::ValueId slice(const Axes& start, const Axes& shape, double fill) {
    const ir::ValueId value =
        graph.add_constant("fill", DataType::Float, {}, std::vector<double>{fill});
    return graph.add("Slice", "pad", {x, {}, {}, {}, value},
                     {{"start", start},
                      {"shape", shape},
                      {"stride", Axes{1, 1}},
                      {"axes", Axes{2, 3}},
                      {"mode", int64_t{3}}});
  }
};

TEST(FusePadIntoConv, a_padding_layer_and_a_slice_that_reaches_outside) {
  Image padding;
  padding.graph.mark_output(
      convolution(padding.graph,
                  padding.graph.add("Padding", "pad", {padding.x},
                                    {{"pre_padding", Axes{0, 1}}, {"post_padding", Axes{2, 1}}}),
                  2));
  expect_rule_keeps_numbers(padding.graph, kRule);
  EXPECT_EQ(op_names(padding.graph), "Convolution");
  Image slice;
  slice.graph.mark_output(convolution(slice.graph, slice.slice({-1, 0}, {6, 8}, 0), 2));
  expect_rule_keeps_numbers(slice.graph, kRule);
  const ir::Node& conv = slice.graph.node(find_node(slice.graph, "Convolution"));
  EXPECT_EQ(slice.graph.nodes().size(), 1u);
  EXPECT_EQ(conv.attributes.get_ints("pre_padding"), (Axes{2, 1}));
  EXPECT_EQ(conv.attributes.get_ints("post_padding"), (Axes{1, 3}));
}

TEST(FusePadIntoConv, refuses_other_fills_crops_and_second_readers) {
  Image filled;
  filled.graph.mark_output(convolution(filled.graph, filled.slice({-1, 0}, {6, 8}, 1), 2));
  expect_rule_refuses(filled.graph, kRule);
  Image cropped;
  cropped.graph.mark_output(convolution(cropped.graph, cropped.slice({-1, 1}, {6, 5}, 0), 2));
  expect_rule_refuses(cropped.graph, kRule);
  Image shared;
  const ir::ValueId pad = shared.slice({-1, 0}, {6, 8}, 0);
  shared.graph.mark_output(pad);
  shared.graph.mark_output(convolution(shared.graph, pad, 2));
  expect_rule_refuses(shared.graph, kRule);
  Image both;
  const ir::ValueId read_twice = both.slice({-1, 0}, {6, 8}, 0);
  both.graph.mark_output(unary(both.graph, UnaryOperation::Exp, read_twice));
  both.graph.mark_output(convolution(both.graph, read_twice, 2));
  expect_rule_refuses(both.graph, kRule);
}

}  // namespace
}  // namespace trtlike::test
