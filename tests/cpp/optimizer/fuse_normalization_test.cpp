// Means, softmax, layer and RMS normalization put together from their parts.
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

using Operation = ElementWiseOperation;

constexpr int64_t kSum = 0, kMax = 2, kAverage = 4;

struct Parts {
  ir::Graph graph;
  ir::ValueId x = graph.add_input("x", DataType::Float, {2, 5, 8});

  ir::ValueId reduce(ir::ValueId v, int64_t op, int64_t axes = 4, bool keep = true) {
    return graph.add("Reduce", "reduce", {v}, {{"op", op}, {"axes", axes}, {"keep_dims", keep}});
  }
  ir::ValueId binary(Operation op, ir::ValueId a, ir::ValueId b) {
    return element_wise(graph, op, a, b);
  }
  ir::ValueId number(double value) { return scalar(graph, value, 3); }
  ir::ValueId square(ir::ValueId v, bool power) {
    return power ? binary(Operation::Pow, v, number(2)) : binary(Operation::Prod, v, v);
  }
  ir::ValueId root(ir::ValueId variance) {
    return unary(graph, UnaryOperation::Sqrt, binary(Operation::Sum, variance, number(1e-5)));
  }
  ir::ValueId scaled(ir::ValueId v) {
    v = binary(Operation::Prod, v, random_constant(graph, "scale", {1, 1, 8}));
    return binary(Operation::Sum, v, random_constant(graph, "bias", {1, 1, 8}, 9));
  }
  void check(const char* ops) {
    const ir::Graph before = graph.clone();
    optimizer::optimize(graph, {});
    EXPECT_EQ(op_names(graph), ops) << graph.to_string();
    expect_same_outputs(before, graph);
  }
};

TEST(FuseNormalization, layer_normalization_in_its_usual_spellings) {
  for (const bool power : {true, false}) {
    Parts p;
    const ir::ValueId distance = p.binary(Operation::Sub, p.x, p.reduce(p.x, kAverage));
    const ir::ValueId root = p.root(p.reduce(p.square(distance, power), kAverage));
    p.graph.mark_output(p.scaled(p.binary(Operation::Div, distance, root)));
    p.check("Normalization");
  }
}

TEST(FuseNormalization, rms_normalization_by_division_and_by_inverse) {
  for (const bool inverse : {true, false}) {
    Parts p;
    const ir::ValueId root = p.root(p.reduce(p.square(p.x, false), kAverage));
    const ir::ValueId y =
        inverse ? p.binary(Operation::Prod, p.x, unary(p.graph, UnaryOperation::Recip, root))
                : p.binary(Operation::Div, p.x, root);
    p.graph.mark_output(p.binary(Operation::Prod, random_constant(p.graph, "scale", {1, 1, 8}), y));
    const ir::Graph before = p.graph.clone();
    optimizer::optimize(p.graph, {});
    const ir::Node& node = p.graph.node(find_node(p.graph, "Normalization"));
    EXPECT_TRUE(node.attributes.get_bool("simplified"));
    EXPECT_EQ(p.graph.nodes().size(), 1u);
    expect_same_outputs(before, p.graph);
  }
}

TEST(FuseNormalization, moments_from_sums_of_squares_with_the_scale_at_the_root) {
  Parts p;
  const ir::ValueId inverse_count = scalar(p.graph, 1.0 / 8, 2), zero = scalar(p.graph, 0, 2);
  const ir::ValueId mean = p.binary(Operation::Prod, p.reduce(p.x, kSum, 4, false), inverse_count);
  const ir::ValueId squares =
      p.binary(Operation::Prod, p.reduce(p.square(p.x, false), kSum, 4, false), inverse_count);
  const ir::ValueId variance =
      p.binary(Operation::Max, zero, p.binary(Operation::Sub, squares, p.square(mean, false)));
  const auto wide = [&](ir::ValueId v) {
    return p.graph.add("Shuffle", "wide", {v},
                       {{"has_reshape", true}, {"reshape_dims", std::vector<int64_t>{2, 5, 1}}});
  };
  const ir::ValueId inverse = unary(p.graph, UnaryOperation::Recip, p.root(wide(variance)));
  const ir::ValueId factor =
      p.binary(Operation::Prod, inverse, random_constant(p.graph, "scale", {1, 1, 8}));
  const ir::ValueId y =
      p.binary(Operation::Prod, p.binary(Operation::Sub, p.x, wide(mean)), factor);
  p.graph.mark_output(p.binary(Operation::Sum, y, random_constant(p.graph, "bias", {1, 1, 8}, 9)));
  p.check("Normalization");
}

TEST(FuseNormalization, refuses_outer_axes_and_a_root_that_others_read) {
  Parts outer;
  outer.graph.mark_output(
      outer.binary(Operation::Div, outer.x,
                   outer.root(outer.reduce(outer.square(outer.x, false), kAverage, 2))));
  expect_rule_refuses(outer.graph, "fuse_normalization");
  Parts read;
  const ir::ValueId root = read.root(read.reduce(read.square(read.x, false), kAverage));
  read.graph.mark_output(root);
  read.graph.mark_output(read.binary(Operation::Div, read.x, root));
  expect_rule_refuses(read.graph, "fuse_normalization");
}

TEST(FuseNormalization, another_mean_is_not_its_own) {
  Parts p;
  const ir::ValueId y = p.graph.add_input("y", DataType::Float, {2, 5, 8});
  const ir::ValueId distance = p.binary(Operation::Sub, p.x, p.reduce(y, kAverage));
  p.graph.mark_output(
      p.binary(Operation::Div, distance, p.root(p.reduce(p.square(distance, false), kAverage))));
  expect_rule_keeps_numbers(p.graph, "fuse_normalization");
  EXPECT_TRUE(p.graph.node(find_node(p.graph, "Normalization")).attributes.get_bool("simplified"));
}

TEST(FuseNormalizationScale, refuses_outputs_and_constants_along_kept_axes) {
  Parts p;
  const ir::ValueId y = p.graph.add("Normalization", "norm", {p.x}, {{"axes", int64_t{4}}});
  p.graph.mark_output(p.binary(Operation::Prod, y, random_constant(p.graph, "c", {1, 5, 8})));
  expect_rule_refuses(p.graph, "fuse_normalization_scale");
  p.graph.mark_output(y);
  p.graph.mark_output(p.binary(Operation::Prod, y, random_constant(p.graph, "c", {1, 1, 8})));
  expect_rule_refuses(p.graph, "fuse_normalization_scale");
}

/// torch.nn.GroupNorm, as PyTorch exports it.
TEST(FuseGroupNormalization, instances_of_groups_with_the_scale_behind) {
  using Axes = std::vector<int64_t>;
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {-1, 6, 4, 4});
  const ir::ValueId groups = graph.add("Shuffle", "groups", {x},
                                       {{"has_reshape", true}, {"reshape_dims", Axes{0, 3, -1}}});
  const ir::ValueId one =
      graph.add_constant("one", DataType::Float, {1, 3, 1}, std::vector<double>(3, 1));
  const ir::ValueId zero =
      graph.add_constant("zero", DataType::Float, {1, 3, 1}, std::vector<double>(3, 0));
  const ir::ValueId y =
      graph.add("Normalization", "instance", {groups, one, zero}, {{"axes", int64_t{4}}});
  ir::ValueId out = graph.add("Shuffle", "apart", {y},
                              {{"has_reshape", true}, {"reshape_dims", Axes{-1, 6, 4, 4}}});
  out = element_wise(graph, Operation::Prod, out, random_constant(graph, "scale", {1, 6, 1, 1}));
  graph.mark_output(
      element_wise(graph, Operation::Sum, out, random_constant(graph, "bias", {1, 6, 1, 1}, 9)));
  const ir::Graph before = graph.clone();
  optimizer::optimize(graph, {});
  const ir::Node& node = graph.node(find_node(graph, "Normalization"));
  EXPECT_EQ(graph.nodes().size(), 1u) << graph.to_string();
  EXPECT_EQ(node.attributes.get_int("num_groups"), 3);
  expect_same_outputs(before, graph);
}

TEST(FuseGroupNormalization, refuses_scaled_groups_and_read_instances) {
  using Axes = std::vector<int64_t>;
  for (const bool scaled : {true, false}) {
    ir::Graph graph;
    const ir::ValueId x = graph.add_input("x", DataType::Float, {1, 6, 4, 4});
    const ir::ValueId groups = graph.add("Shuffle", "groups", {x},
                                         {{"has_reshape", true}, {"reshape_dims", Axes{0, 3, -1}}});
    std::vector<ir::ValueId> inputs = {groups};
    if (scaled) inputs.push_back(random_constant(graph, "scale", {1, 3, 1}));
    const ir::ValueId y = graph.add("Normalization", "instance", inputs, {{"axes", int64_t{4}}});
    if (!scaled) graph.mark_output(y);
    graph.mark_output(graph.add("Shuffle", "apart", {y},
                                {{"has_reshape", true}, {"reshape_dims", Axes{1, 6, 4, 4}}}));
    expect_rule_refuses(graph, "fuse_group_normalization");
  }
}

TEST(FuseMean, a_sum_over_its_count_and_nothing_else) {
  Parts p;
  p.graph.mark_output(p.binary(Operation::Div, p.reduce(p.x, kSum, 6), p.number(40)));
  expect_rule_keeps_numbers(p.graph, "fuse_mean");
  EXPECT_EQ(op_names(p.graph), "Reduce");
  Parts other;
  other.graph.mark_output(
      other.binary(Operation::Div, other.reduce(other.x, kSum, 6), other.number(39)));
  const ir::ValueId sum = other.reduce(other.x, kSum);
  other.graph.mark_output(sum);
  other.graph.mark_output(other.binary(Operation::Div, sum, other.number(8)));
  expect_rule_refuses(other.graph, "fuse_mean");
}

TEST(FuseMean, a_count_that_is_not_known_is_no_divisor) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {2, 8, -1, -1});
  const ir::ValueId sum =
      graph.add("Reduce", "sum", {x}, {{"op", kSum}, {"axes", int64_t{14}}, {"keep_dims", true}});
  graph.mark_output(element_wise(graph, Operation::Div, sum, scalar(graph, 8, 4)));
  expect_rule_refuses(graph, "fuse_mean");
}

TEST(FuseSoftmax, with_and_without_the_maximum) {
  for (const bool with_maximum : {true, false}) {
    Parts p;
    const ir::ValueId x =
        with_maximum ? p.binary(Operation::Sub, p.x, p.reduce(p.x, kMax, 2)) : p.x;
    const ir::ValueId exp = unary(p.graph, UnaryOperation::Exp, x);
    p.graph.mark_output(p.binary(Operation::Div, exp, p.reduce(exp, kSum, 2)));
    expect_rule_keeps_numbers(p.graph, "fuse_softmax");
    EXPECT_EQ(op_names(p.graph), "Softmax");
  }
}

TEST(FuseSoftmax, refuses_several_axes_other_sums_and_outputs) {
  Parts several;
  const ir::ValueId e = unary(several.graph, UnaryOperation::Exp, several.x);
  several.graph.mark_output(several.binary(Operation::Div, e, several.reduce(e, kSum, 6)));
  expect_rule_refuses(several.graph, "fuse_softmax");
  Parts other;
  const ir::ValueId f = unary(other.graph, UnaryOperation::Exp, other.x);
  other.graph.mark_output(other.binary(Operation::Div, f, other.reduce(other.x, kSum)));
  expect_rule_refuses(other.graph, "fuse_softmax");
  Parts output;
  const ir::ValueId g = unary(output.graph, UnaryOperation::Exp, output.x);
  output.graph.mark_output(g);
  output.graph.mark_output(output.binary(Operation::Div, g, output.reduce(g, kSum)));
  expect_rule_refuses(output.graph, "fuse_softmax");
}

}  // namespace
}  // namespace trtlike::test
