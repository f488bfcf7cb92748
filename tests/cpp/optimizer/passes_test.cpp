// The whole-graph passes, each alone.
#include "optimizer/passes/passes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/run_graph.h"
#include "trtlike/enums/layer_enums.h"

namespace trtlike::optimizer {
namespace {

using ir::Graph;
using ir::ValueId;
using test::expect_same_outputs;
using test::op_names;

constexpr int64_t kSum = static_cast<int64_t>(ElementWiseOperation::Sum);
constexpr int64_t kProd = static_cast<int64_t>(ElementWiseOperation::Prod);

TEST(FoldConstants, computes_what_depends_on_constants_alone) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {2});
  const ValueId a = graph.add_constant("a", DataType::Float, {2}, std::vector<double>{1, 2});
  const ValueId b = graph.add("ElementWise", "a + a", {a, a}, {{"op", kSum}});
  const ValueId y = graph.add("ElementWise", "y", {x, b}, {{"op", kSum}});
  graph.mark_output(y);
  const Graph before = graph.clone();
  EXPECT_EQ(fold_constants(graph), 1);
  graph.verify();
  EXPECT_EQ(op_names(graph), "ElementWise");
  EXPECT_THAT(*constant_elements(graph, graph.node(graph.nodes()[0]).inputs[1]),
              testing::ElementsAre(2, 4));
  EXPECT_FALSE(graph.find_value("a"));
  expect_same_outputs(before, graph);
}

TEST(FoldConstants, keeps_a_constant_output_as_a_copy) {
  Graph graph;
  const ValueId a = graph.add_constant("a", DataType::Float, {2}, std::vector<double>{1, 2});
  graph.mark_output(graph.add("ElementWise", "sum", {a, a}, {{"op", kSum}}));
  const Graph before = graph.clone();
  EXPECT_EQ(fold_constants(graph), 1);
  EXPECT_EQ(op_names(graph), "Identity");
  EXPECT_EQ(fold_constants(graph), 0);
  EXPECT_EQ(remove_noops(graph), 0);
  graph.verify();
  expect_same_outputs(before, graph);
}

TEST(FoldConstants, leaves_what_would_grow) {
  Graph graph;
  const ValueId a =
      graph.add_constant("a", DataType::Float, {1024, 1}, std::vector<double>(1024, 1));
  const ValueId b =
      graph.add_constant("b", DataType::Float, {1, 1024}, std::vector<double>(1024, 1));
  const ValueId wide = graph.add("ElementWise", "wide", {a, b}, {{"op", kSum}});
  const ValueId x = graph.add_input("x", DataType::Float, {1024, 1024});
  graph.mark_output(graph.add("ElementWise", "y", {x, wide}, {{"op", kSum}}));
  EXPECT_EQ(fold_constants(graph), 0);
}

TEST(FoldConstants, leaves_quantization_for_its_own_pass) {
  Graph graph;
  const ValueId q = graph.add_constant("q", DataType::Int8, {2}, std::vector<double>{2, 4});
  const ValueId scale = graph.add_constant("scale", DataType::Float, {}, std::vector<double>{0.5});
  const ValueId w = graph.add("Dequantize", "w", {q, scale});
  const ValueId x = graph.add_input("x", DataType::Float, {2});
  graph.mark_output(graph.add("ElementWise", "y", {x, w}, {{"op", kProd}}));
  EXPECT_EQ(fold_constants(graph), 0);
  EXPECT_EQ(fold_quantized_constants(graph), 1);
  EXPECT_THAT(*constant_elements(graph, graph.node(graph.nodes()[0]).inputs[1]),
              testing::ElementsAre(1, 2));
}

TEST(FoldConstants, converts_weights_of_any_size) {
  const auto fold = [](DataType type, const Dims& dims, const Dims& scale_dims, int64_t axis) {
    Graph graph;
    const int64_t count = core::elems(dims);
    std::vector<double> elements(static_cast<size_t>(count)), scales, zeros;
    for (int64_t i = 0; i < count; ++i)
      elements[static_cast<size_t>(i)] = static_cast<double>(i % 127);
    for (int64_t i = 0; i < core::elems(scale_dims); ++i) {
      scales.push_back(0.25 * static_cast<double>(i + 1));
      zeros.push_back(static_cast<double>(i % 3));
    }
    const ValueId q = graph.add_constant("q", type, dims, elements);
    const ValueId scale = graph.add_constant("scale", DataType::Float, scale_dims, scales);
    const ValueId zero = graph.add_constant("zero", type, scale_dims, zeros);
    const ValueId w = graph.add("Dequantize", "w", {q, scale, zero}, {{"axis", axis}});
    const ValueId x = graph.add_input("x", DataType::Float, dims);
    graph.mark_output(graph.add("ElementWise", "y", {x, w}, {{"op", kProd}}));
    EXPECT_EQ(fold_quantized_constants(graph), 1);
    const std::vector<double> folded =
        *constant_elements(graph, graph.node(graph.nodes()[0]).inputs[1], count);
    for (int64_t i = 0; i < count; i += 1023) {
      const int64_t column = i % dims[1], row = i / dims[1];
      const int64_t at = core::elems(scale_dims) == 1 ? 0
                         : scale_dims.rank() == 2     ? row / 600 * scale_dims[1] + column
                         : axis == 0                  ? row
                                                      : column;
      const auto index = static_cast<size_t>(at);
      ASSERT_EQ(folded[static_cast<size_t>(i)],
                (elements[static_cast<size_t>(i)] - zeros[index]) * scales[index])
          << i;
    }
  };
  fold(DataType::Int8, {1200, 1000}, {}, -1);
  fold(DataType::UInt8, {1200, 1000}, {1200}, 0);
  fold(DataType::Int8, {1200, 1000}, {1000}, 1);
  fold(DataType::Int8, {1200, 1000}, {2, 1000}, 0);
  fold(DataType::Int32, {300, 1000}, {1000}, -1);
  Graph cast;
  const std::vector<double> ones(1'000'000, 1);
  const ValueId half = cast.add_constant("half", DataType::Half, {1000, 1000}, ones);
  const ValueId wide = cast.add("Cast", "wide", {half}, {{"to_type", int64_t{0}}});
  const ValueId x = cast.add_input("x", DataType::Float, {1000, 1000});
  cast.mark_output(cast.add("ElementWise", "y", {x, wide}, {{"op", kProd}}));
  EXPECT_EQ(fold_constants(cast), 1);
}

TEST(RemoveNoops, forwards_what_changes_nothing) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {-1, 3});
  const ValueId zero = graph.add_constant("zero", DataType::Float, {1, 1}, std::vector<double>{0});
  const ValueId one = graph.add_constant("one", DataType::Float, {1, 1}, std::vector<double>{1});
  const ValueId a = graph.add("Identity", "identity", {x});
  const ValueId b = graph.add("Cast", "cast", {a}, {{"to_type", int64_t{0}}});
  const ValueId c = graph.add("ElementWise", "plus 0", {b, zero}, {{"op", kSum}});
  const ValueId d = graph.add("ElementWise", "1 times", {one, c}, {{"op", kProd}});
  graph.mark_output(graph.add("Unary", "exp", {d}));
  const Graph before = graph.clone();
  EXPECT_EQ(remove_noops(graph), 4);
  graph.verify();
  EXPECT_EQ(op_names(graph), "Unary");
  expect_same_outputs(before, graph);
}

TEST(RemoveNoops, forwards_shuffles_slices_and_joins_of_everything) {
  using Axes = std::vector<int64_t>;
  Graph graph;
  ValueId x = graph.add_input("x", DataType::Float, {1, 3, 4});
  x = graph.add("Shuffle", "same", {x}, {{"has_reshape", true}, {"reshape_dims", Axes{1, 3, 4}}});
  x = graph.add("Slice", "all", {x},
                {{"start", Axes{0, 0, 0}}, {"shape", Axes{1, 3, 4}}, {"stride", Axes{0, 1, 1}}});
  x = graph.add("Concatenation", "one", {x}, {{"axis", int64_t{1}}});
  x = graph.add("Reduce", "unit", {x},
                {{"op", int64_t{4}}, {"axes", int64_t{1}}, {"keep_dims", true}});
  x = graph.add("Shuffle", "still", {x}, {{"first_transpose", Axes{0, 1, 2}}});
  graph.mark_output(graph.add("Unary", "exp", {x}));
  const Graph before = graph.clone();
  EXPECT_EQ(remove_noops(graph), 5);
  EXPECT_EQ(op_names(graph), "Unary");
  expect_same_outputs(before, graph);
}

TEST(RemoveNoops, forwards_slices_of_everything_with_unknown_extents) {
  using Axes = std::vector<int64_t>;
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {-1, 3, 4});
  const auto sliced = [&](const Axes& ends, bool clamp) {
    return graph.add("Slice", "slice", {x},
                     {{"start", Axes{0, 0}},
                      {"shape", ends},
                      {"stride", Axes{1, 1}},
                      {"axes", Axes{0, 2}},
                      {"clamp_ends", clamp}});
  };
  graph.mark_output(graph.add("Unary", "exp", {sliced({INT32_MAX, 4}, true)}));
  graph.mark_output(graph.add("Unary", "exp", {sliced({7, 4}, true)}));
  EXPECT_EQ(remove_noops(graph), 1);
}

TEST(RemoveNoops, limits_beyond_all_numbers_limit_nothing) {
  Graph graph;
  ValueId x = graph.add_input("x", DataType::Float, {3});
  const auto constant = [&](double value) {
    return graph.add_constant("c", DataType::Float, {1}, std::vector<double>{value});
  };
  x = graph.add("ElementWise", "max", {constant(-INFINITY), x}, {{"op", int64_t{2}}});
  x = graph.add("ElementWise", "min", {x, constant(INFINITY)}, {{"op", int64_t{3}}});
  graph.mark_output(graph.add("ElementWise", "real", {x, constant(0)}, {{"op", int64_t{2}}}));
  EXPECT_EQ(remove_noops(graph), 2);
}

TEST(RemoveNoops, keeps_slices_that_move) {
  using Axes = std::vector<int64_t>;
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {1, 3});
  graph.mark_output(
      graph.add("Slice", "reversed", {x},
                {{"start", Axes{0, 2}}, {"shape", Axes{1, 3}}, {"stride", Axes{1, -1}}}));
  graph.mark_output(graph.add("Reduce", "squares", {x},
                              {{"op", int64_t{0}}, {"axes", int64_t{2}}, {"keep_dims", true}}));
  EXPECT_EQ(remove_noops(graph), 0);
}

TEST(RemoveNoops, keeps_what_widens_or_converts) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {1, 3});
  const ValueId zeros =
      graph.add_constant("zeros", DataType::Float, {4, 1}, std::vector<double>(4, 0));
  const ValueId one = graph.add_constant("one", DataType::Float, {1, 1}, std::vector<double>{1});
  graph.mark_output(graph.add("ElementWise", "widen", {x, zeros}, {{"op", kSum}}));
  graph.mark_output(graph.add("ElementWise", "reciprocal", {one, x}, {{"op", int64_t{5}}}));
  graph.mark_output(graph.add("Cast", "cast", {x}, {{"to_type", int64_t{1}}}));
  EXPECT_EQ(remove_noops(graph), 0);
}

TEST(RemoveNoops, network_input_as_output_keeps_its_copy) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {3});
  graph.mark_output(graph.add("Identity", "y", {x}));
  EXPECT_EQ(remove_noops(graph), 0);
  EXPECT_EQ(op_names(graph), "Identity");
}

TEST(MergeCommonSubexpressions, equal_nodes_and_constants_become_one) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {2});
  const ValueId a = graph.add_constant("a", DataType::Float, {2}, std::vector<double>{1, 2});
  const ValueId b = graph.add_constant("b", DataType::Float, {2}, std::vector<double>{1, 2});
  const ValueId xa = graph.add("ElementWise", "xa", {x, a}, {{"op", kProd}});
  const ValueId xb = graph.add("ElementWise", "xb", {x, b}, {{"op", kProd}});
  const ValueId other = graph.add("ElementWise", "other", {x, b}, {{"op", kSum}});
  const ValueId sum = graph.add("ElementWise", "sum", {xa, xb}, {{"op", kSum}});
  graph.mark_output(graph.add("ElementWise", "out", {sum, other}, {{"op", kSum}}));
  const Graph before = graph.clone();
  EXPECT_EQ(merge_common_subexpressions(graph), 2);
  graph.verify();
  EXPECT_EQ(graph.nodes().size(), 4u);
  expect_same_outputs(before, graph);
}

TEST(MergeCommonSubexpressions, outputs_stay_apart) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {2});
  graph.mark_output(graph.add("Unary", "a", {x}));
  graph.mark_output(graph.add("Unary", "b", {x}));
  EXPECT_EQ(merge_common_subexpressions(graph), 0);
}

TEST(RemoveDeadNodes, removes_chains_that_nobody_reads) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {2});
  const ValueId a = graph.add("Unary", "a", {x});
  graph.add("Unary", "b", {a});
  graph.mark_output(graph.add("Unary", "y", {x}));
  EXPECT_EQ(remove_dead_nodes(graph), 2);
  EXPECT_EQ(graph.nodes().size(), 1u);
  EXPECT_TRUE(graph.value(x).alive);
  graph.verify();
}

TEST(DropConstantNodes, leave_a_value_of_the_same_name) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {2});
  const ir::NodeId c = graph.add_constant_node(
      "c", DataType::Float, {2}, ir::ConstantData{std::make_shared<std::vector<float>>(2), 8});
  graph.mark_output(graph.add("ElementWise", "y", {x, graph.node(c).outputs[0]}, {{"op", kSum}}));
  EXPECT_EQ(drop_constant_nodes(graph), 1);
  graph.verify();
  EXPECT_EQ(op_names(graph), "ElementWise");
  EXPECT_TRUE(graph.value(graph.find_value("c_output")).constant);
}

TEST(SeparateOutputs, give_inputs_and_constants_a_copy) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {2});
  const ValueId c = graph.add_constant("c", DataType::Float, {2}, std::vector<double>{1, 2});
  graph.mark_output(c);
  graph.mark_output(graph.add("Unary", "y", {x}));
  EXPECT_EQ(separate_outputs(graph), 1);
  graph.verify();
  EXPECT_EQ(graph.value(graph.outputs()[0]).name, "c");
  EXPECT_TRUE(graph.producer_of(graph.outputs()[0], "Identity"));
}

TEST(RoundConvolutions, round_what_is_declared_narrow_behind_their_program) {
  for (const DataType dtype : {DataType::Half, DataType::BF16, DataType::Float}) {
    Graph graph;
    const ValueId x = graph.add_input("x", dtype, {1, 2, 5, 4});
    const ValueId w = graph.add_constant("w", dtype, {3, 2, 1, 1}, {0.1, 0.2, 0.3, 0.4, 0.5, -0.6});
    const ValueId plain = graph.add("Convolution", "plain", {x, w, {}});
    const ValueId v = graph.add_constant("v", dtype, {1, 3, 1, 1}, {0.1, 0.2, 0.3});
    graph.mark_output(graph.add("FusedConvolution", "fused", {plain, v, {}},
                                {{"program", std::string("in 1; v1 = relu v0; out v1")}}));
    const Graph before = graph.clone();
    const bool is_narrow = dtype != DataType::Float;
    EXPECT_EQ(round_convolutions(graph), is_narrow ? 2 : 0);
    EXPECT_EQ(round_convolutions(graph), 0);
    graph.verify();
    expect_same_outputs(before, graph);
    if (!is_narrow) continue;
    const std::string rounding = dtype == DataType::Half ? "round_f16" : "round_bf16";
    std::vector<std::string> programs;
    for (const ir::NodeId id : graph.topological_order())
      programs.push_back(graph.node(id).attributes.get_string("program"));
    EXPECT_THAT(programs,
                testing::ElementsAre("in 1; v1 = " + rounding + " v0; out v1",
                                     "in 1; v1 = relu v0; v2 = " + rounding + " v1; out v2"));
  }
}

}  // namespace
}  // namespace trtlike::optimizer
