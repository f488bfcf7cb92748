// DepthwiseConvolution(Convolution1x1(x)) -> ConvolutionPair(x), where the builder asks for it.
#include "optimizer/optimizer.h"
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

using Type = ActivationType;
using Ints = std::vector<int64_t>;
constexpr const char* kRule = "fuse_convolution_pair";
constexpr const char* kSilu = "in 1; v1 = sigmoid v0; v2 = prod v0 v1; out v2";

struct Given {
  int64_t first_extent = 1;
  int64_t groups = 12;
  int64_t width = 3;
  std::string first_program = kSilu;
};

struct PairGraph {
  explicit PairGraph(const Given& given = {}) {
    const int64_t k = given.first_extent;
    first = graph.add(
        "FusedConvolution", "expand",
        {x, random_constant(graph, "w1", {12, 4, k, k}), random_constant(graph, "b1", {12})},
        {{"program", given.first_program},
         {"pre_padding", Ints{k / 2, k / 2}},
         {"post_padding", Ints{k / 2, k / 2}}});
    second =
        graph.add("Convolution", "filter",
                  {first, random_constant(graph, "w2", {12, 12 / given.groups, 3, given.width})},
                  {{"num_groups", given.groups}, {"stride", Ints{2, 2}}});
  }
  ir::Graph graph;
  ir::ValueId x = graph.add_input("x", DataType::Float, {2, 4, 7, 8});
  ir::ValueId first, second;
};

TEST(FuseConvolutionPair, joins_the_two) {
  PairGraph g;
  g.graph.mark_output(g.second);
  expect_rule_keeps_numbers(g.graph, kRule);
  const ir::Node& node = g.graph.node(find_node(g.graph, "ConvolutionPair"));
  EXPECT_EQ(g.graph.nodes().size(), 1u);
  EXPECT_EQ(node.name, "expand + filter");
  EXPECT_EQ(node.attributes.get_string("first_program"), kSilu);
  EXPECT_EQ(node.attributes.get_string("program"), "");
  EXPECT_TRUE(node.inputs[2]);
  EXPECT_FALSE(node.inputs[4]);
}

TEST(FuseConvolutionPair, joins_what_is_rounded_between) {
  PairGraph g(Given{.first_program =
                        "in 1; v1 = clip v0 0 6; v2 = constant 0.0472; v3 = div v1 v2; v4 = round "
                        "v3; v5 = clip v4 0 100; v6 = prod v5 v2; out v6"});
  g.graph.mark_output(g.second);
  expect_rule_keeps_numbers(g.graph, kRule);
}

TEST(FuseConvolutionPair, is_left_to_the_builder) {
  PairGraph g;
  g.graph.mark_output(g.second);
  EXPECT_EQ(optimizer::optimize(g.graph, {}).count(kRule), 0u);
  EXPECT_EQ(g.graph.nodes().size(), 2u);
  const auto matches = optimizer::find_timed_matches(g.graph);
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].rule, kRule);
  EXPECT_TRUE(optimizer::apply_timed_match(g.graph, matches[0]));
  EXPECT_FALSE(optimizer::apply_timed_match(g.graph, matches[0]));
}

TEST(FuseConvolutionPair, second_reader_or_output_keeps_the_first) {
  PairGraph output;
  output.graph.mark_output(output.first);
  output.graph.mark_output(output.second);
  expect_rule_refuses(output.graph, kRule);
  PairGraph shared;
  shared.graph.mark_output(shared.second);
  shared.graph.mark_output(activation(shared.graph, Type::Tanh, shared.first));
  expect_rule_refuses(shared.graph, kRule);
}

TEST(FuseConvolutionPair, refuses_what_its_kernels_do_not_compute) {
  for (const Given& given : {Given{.first_extent = 3}, Given{.groups = 6}, Given{.width = 4},
                             Given{.first_program = "in 1; v1 = tanh v0; out v1"},
                             Given{.first_program = "in 1; v1 = constant 2; v2 = div v0 v1; v3 = "
                                                    "round v2; v4 = clip v3 0 9; out v4"}}) {
    PairGraph g(given);
    g.graph.mark_output(g.second);
    expect_rule_refuses(g.graph, kRule);
  }
}

}  // namespace
}  // namespace trtlike::test
