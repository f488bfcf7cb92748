// Which types nodes may compute in and values are stored in, by flags and constraints.
#include "builder/precisions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/os/cpu.h"
#include "support/build_graph.h"

namespace trtlike::builder {
namespace {

using ir::Graph;
using ir::NodeId;
using ir::ValueId;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

BuilderConfig config_with(std::initializer_list<BuilderFlag> flags) {
  BuilderConfig config;
  for (const BuilderFlag flag : flags) config.set_flag(flag);
  return config;
}

/// The residual stream of a transformer: s = x + (x a) b, y = norm(s) c.
struct Residual {
  Graph graph;
  ValueId x = graph.add_input("x", DataType::Float, {4, 16});
  ValueId moved = graph.add("Shuffle", "move", {x},
                            {{"has_reshape", true}, {"reshape_dims", std::vector<int64_t>{4, 16}}});
  ValueId inner = multiply(moved, "inner");
  ValueId s = graph.add("FusedMatrixMultiply", "outer",
                        {inner, test::random_constant(graph, "b", {16, 16}), {}, moved},
                        {{"program", std::string("in 2; v2 = sum v0 v1; out v2")}});
  ValueId norm = graph.add("Normalization", "norm", {s, {}, {}}, {{"axes", int64_t{2}}});
  ValueId y = multiply(norm, "last");

  Residual() { graph.mark_output(y); }
  ValueId multiply(ValueId a, const char* name) {
    return graph.add("MatrixMultiply", name, {a, test::random_constant(graph, "w", {16, 16})});
  }
  ir::Node& node_of(ValueId id) { return graph.mutable_node(graph.producer(id)); }
  std::optional<DataType> stored(ValueId id, const BuilderConfig& config) const {
    return choose_stored_types(graph, graph.topological_order(),
                               config)[static_cast<size_t>(id.index)];
  }
  Precisions of(ValueId id, const BuilderConfig& config) const {
    const std::vector<NodeId> order = graph.topological_order();
    const auto at = std::find(order.begin(), order.end(), graph.producer(id)) - order.begin();
    return choose_precisions(graph, order, config)[static_cast<size_t>(at)];
  }
};

TEST(Precisions, an_op_that_says_nothing_keeps_what_it_reads_and_gives_wide) {
  const BuilderConfig config = config_with({BuilderFlag::FP16});
  Residual g;
  const ops::OpDefinition& product = *g.node_of(g.inner).op;
  ASSERT_EQ(g.stored(g.inner, config), std::nullopt);
  const ops::OpDefinition silent{.name = product.name,
                                 .meaning = product.meaning,
                                 .layer_type = product.layer_type,
                                 .attributes = product.attributes,
                                 .inputs = product.inputs,
                                 .infer = product.infer,
                                 .reference = product.reference};
  g.node_of(g.inner).op = &silent;
  EXPECT_EQ(g.stored(g.inner, config), DataType::Float);
  g.node_of(g.inner).op = &product;
  g.node_of(g.y).op = &silent;
  EXPECT_EQ(g.stored(g.norm, config), DataType::Float);
}

TEST(Precisions, what_normalization_reads_and_the_sums_before_it_stay_wide) {
  const Residual g;
  const BuilderConfig config = config_with({BuilderFlag::FP16});
  for (const ValueId id : {g.x, g.moved, g.s}) EXPECT_EQ(g.stored(id, config), DataType::Float);
  for (const ValueId id : {g.inner, g.norm}) EXPECT_EQ(g.stored(id, config), std::nullopt);
}

TEST(Precisions, outputs_of_the_network_and_what_is_computed_into_them_stay_wide) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {8, 16});
  const ValueId hidden =
      graph.add("MatrixMultiply", "hidden", {x, test::random_constant(graph, "w", {16, 16})});
  const ValueId boxes =
      graph.add("MatrixMultiply", "boxes", {hidden, test::random_constant(graph, "v", {16, 4})});
  const ValueId sizes = test::unary(graph, UnaryOperation::Exp, boxes);
  const ValueId decoded =
      graph.add("Concatenation", "decode", {boxes, sizes}, {{"axis", int64_t{1}}});
  graph.mark_output(decoded);
  const auto stored =
      choose_stored_types(graph, graph.topological_order(), config_with({BuilderFlag::FP16}));
  const auto of = [&](ValueId id) { return stored[static_cast<size_t>(id.index)]; };
  for (const ValueId id : {boxes, sizes, decoded}) EXPECT_EQ(of(id), DataType::Float) << id.index;
  EXPECT_EQ(of(hidden), std::nullopt);
}

/// An op that reads x, of shape [1, 4, 8, 8].
struct Reader {
  const char* name;
  const char* op;
  std::vector<std::pair<std::string, AttributeValue>> attributes = {};
  /// Further inputs: of their elements only the type and the extents matter.
  std::vector<ops::TensorType> operands = {};
  size_t output = 0;
};
std::ostream& operator<<(std::ostream& out, const Reader& reader) { return out << reader.name; }

class RoundingsOfInputs : public testing::TestWithParam<Reader> {};

/// Products may give x in fewer bits, if what reads it lets them.
TEST_P(RoundingsOfInputs, do_not_show_in_outputs_of_the_network) {
  const Reader& reader = GetParam();
  Graph graph;
  const ValueId from = graph.add_input("from", DataType::Float, {1, 4, 8, 8});
  const ValueId x =
      graph.add("MatrixMultiply", "x", {from, test::random_constant(graph, "w", {1, 1, 8, 8})});
  std::vector<ValueId> inputs;
  for (const ops::TensorType& type : reader.operands)
    inputs.push_back(type.is_absent()
                         ? x
                         : graph.add_input(core::str("in", inputs.size()), type.dtype, type.dims));
  if (std::find(inputs.begin(), inputs.end(), x) == inputs.end()) inputs.insert(inputs.begin(), x);
  const ir::NodeId node = graph.add_node(reader.op, "reader", inputs, reader.attributes);
  graph.mark_output(graph.node(node).outputs[reader.output]);
  const auto stored =
      choose_stored_types(graph, graph.topological_order(), config_with({BuilderFlag::FP16}));
  EXPECT_EQ(stored[static_cast<size_t>(x.index)], DataType::Float);
}

const ops::TensorType kX{};
const ops::TensorType kIndex{DataType::Int64, {}};
const Reader kReaders[] = {
    {"cumulative", "Cumulative", {}, {kX, kIndex}},
    {"running_product", "CumProd", {}, {kX, kIndex}},
    {"select", "Select", {}, {{DataType::Bool, {1, 1, 1, 1}}, kX, {DataType::Float, {1, 1, 1, 1}}}},
    {"scale", "Scale", {{"channel_axis", int64_t{1}}}, {kX, {DataType::Float, {1}}}},
    {"slopes", "ParametricReLU", {}, {kX, {DataType::Float, {1, 1, 1, 1}}}},
    {"remainder", "Mod", {}, {kX, {DataType::Float, {1, 1, 1, 1}}}},
    {"resize", "Resize", {{"shape", std::vector<int64_t>{1, 4, 16, 16}}}},
    {"padding",
     "Padding",
     {{"pre_padding", std::vector<int64_t>{1, 1}}, {"post_padding", std::vector<int64_t>{0, 0}}}},
    {"largest", "TopK", {{"axes", int64_t{8}}, {"k", int64_t{2}}}},
    {"indices_of_the_largest", "TopK", {{"axes", int64_t{8}}, {"k", int64_t{2}}}, {}, 1},
    {"gather", "Gather", {}, {kX, {DataType::Int64, {3}}}},
    {"scatter",
     "Scatter",
     {},
     {kX, {DataType::Int64, {1, 4, 8, 8}}, {DataType::Float, {1, 4, 8, 8}}}},
    {"scattered",
     "Scatter",
     {},
     {{DataType::Float, {1, 4, 8, 8}}, {DataType::Int64, {1, 4, 8, 8}}, kX}},
    {"sums_by_index",
     "Scatter",
     {{"reduction", int64_t{1}}},
     {{DataType::Float, {1, 4, 8, 8}}, {DataType::Int64, {1, 4, 8, 8}}, kX}},
    {"local_response", "LRN", {{"window_size", int64_t{3}}}},
    {"comparison",
     "ElementWise",
     {{"op", enum_number(ElementWiseOperation::Greater)}},
     {kX, {DataType::Float, {1, 1, 1, 1}}}},
    {"to_integers", "Cast", {{"to_type", enum_number(DataType::Int64)}}},
};

INSTANTIATE_TEST_SUITE_P(Precisions, RoundingsOfInputs, testing::ValuesIn(kReaders),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Precisions, a_quantized_number_and_the_extents_are_read_in_any_type) {
  Graph graph;
  const ValueId from = graph.add_input("from", DataType::Float, {8, 8});
  const ValueId x =
      graph.add("MatrixMultiply", "x", {from, test::random_constant(graph, "w", {8, 8})});
  graph.mark_output(graph.add("Shape", "shape", {x}));
  graph.mark_output(
      graph.add("Quantize", "quantize", {x, graph.add_constant("s", DataType::Float, {}, {0.5})}));
  const auto stored =
      choose_stored_types(graph, graph.topological_order(), config_with({BuilderFlag::FP16}));
  EXPECT_EQ(stored[static_cast<size_t>(x.index)], std::nullopt);
}

TEST(Precisions, what_integers_are_made_of_is_summed_in_order) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {1, 4, 8, 8});
  const ValueId before = test::convolution(graph, x, 4);
  const ValueId sums = test::convolution(graph, before, 4);
  const ValueId rounded = test::unary(graph, UnaryOperation::Round, sums);
  const ValueId integers =
      graph.add("Cast", "cast", {rounded}, {{"to_type", enum_number(DataType::Int32)}});
  const ValueId truth = test::element_wise(graph, ElementWiseOperation::Greater, before, x);
  for (const ValueId output : {integers, truth}) graph.mark_output(output);
  const std::vector<NodeId> order = graph.topological_order();
  const std::vector<bool> strict = find_strict(graph, order);
  for (size_t n = 0; n < order.size(); ++n) {
    const ValueId output = graph.node(order[n]).outputs[0];
    EXPECT_EQ(strict[n], output == sums || output == rounded) << graph.node(order[n]).name;
  }
}

TEST(Precisions, nothing_is_pinned_where_everything_is_wide) {
  const Residual g;
  for (const ValueId id : {g.x, g.moved, g.s}) EXPECT_EQ(g.stored(id, {}), std::nullopt);
}

TEST(Precisions, sums_and_what_is_computed_from_them_stay_wide) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {8, 16});
  const ValueId square = test::element_wise(graph, ElementWiseOperation::Prod, x, x);
  const ValueId sum =
      graph.add("Reduce", "sum", {square}, {{"axes", int64_t{2}}, {"keep_dims", true}});
  const ValueId root = test::unary(graph, UnaryOperation::Sqrt, sum);
  const ValueId scaled = test::element_wise(graph, ElementWiseOperation::Div, x, root);
  const ValueId most = graph.add("Reduce", "most", {scaled},
                                 {{"op", int64_t{2}}, {"axes", int64_t{2}}, {"keep_dims", true}});
  graph.mark_output(
      graph.add("MatrixMultiply", "product", {most, test::random_constant(graph, "w", {1, 4})}));
  const auto stored =
      choose_stored_types(graph, graph.topological_order(), config_with({BuilderFlag::FP16}));
  for (const ValueId id : {x, square, sum, root})
    EXPECT_EQ(stored[static_cast<size_t>(id.index)], DataType::Float) << id.index;
  for (const ValueId id : {scaled, most})
    EXPECT_EQ(stored[static_cast<size_t>(id.index)], std::nullopt) << id.index;
}

TEST(Precisions, what_is_normalized_over_images_is_not_pinned) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {1, 4, 8, 8});
  const ValueId conv = test::convolution(graph, x, 4);
  graph.mark_output(graph.add("Normalization", "norm", {conv, {}, {}}, {{"axes", int64_t{12}}}));
  const auto stored =
      choose_stored_types(graph, graph.topological_order(), config_with({BuilderFlag::FP16}));
  EXPECT_EQ(stored[static_cast<size_t>(conv.index)], std::nullopt);
}

TEST(Precisions, what_is_declared_narrow_is_stored_so_unless_it_is_rounded_anyway) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {1, 4, 8, 8});
  const ValueId half =
      graph.add("Cast", "cast", {x}, {{"to_type", static_cast<int64_t>(DataType::Half)}});
  const ValueId weights =
      graph.add_constant("w", DataType::Half, {4, 4, 1, 1}, std::vector<double>(16, 0.5));
  const auto convolve = [&](const char* program, ValueId from) {
    return graph.add("FusedConvolution", "conv", {from, weights, {}},
                     {{"program", std::string(program)}});
  };
  const ValueId wide = convolve("in 1; v1 = relu v0; out v1", half);
  const ValueId rounded = convolve("in 1; v1 = round_f16 v0; out v1", wide);
  const ValueId moved = graph.add("Concatenation", "join", {rounded, rounded}, {});
  const ValueId sine = test::unary(graph, UnaryOperation::Sin, moved);
  const ValueId back =
      graph.add("Cast", "back", {sine}, {{"to_type", static_cast<int64_t>(DataType::Float)}});
  graph.mark_output(back);
  const auto stored = choose_stored_types(graph, graph.topological_order(), {});
  const auto of = [&](ValueId id) { return stored[static_cast<size_t>(id.index)]; };
  for (const ValueId id : {half, wide, sine}) EXPECT_EQ(of(id), DataType::Half) << id.index;
  for (const ValueId id : {x, rounded, moved, back}) EXPECT_EQ(of(id), std::nullopt) << id.index;
}

TEST(Precisions, flags_add_to_what_a_node_may_compute_in) {
  const Residual g;
  EXPECT_THAT(g.of(g.y, {}).allowed, ElementsAre(DataType::Float));
  EXPECT_THAT(g.of(g.y, config_with({BuilderFlag::FP16})).allowed,
              ElementsAre(DataType::Float, DataType::Half));
  if (!(core::cpu_isa() >= core::Isa::Avx512Bf16)) GTEST_SKIP() << "no products of bfloat16 here";
  EXPECT_THAT(g.of(g.y, config_with({BuilderFlag::BF16})).allowed,
              ElementsAre(DataType::Float, DataType::BF16));
}

TEST(Precisions, a_layers_precision_is_obeyed_preferred_or_a_remark) {
  Residual g;
  g.node_of(g.y).precision = DataType::Half;
  const Precisions obeyed =
      g.of(g.y, config_with({BuilderFlag::BF16, BuilderFlag::ObeyPrecisionConstraints}));
  EXPECT_THAT(obeyed.allowed, ElementsAre(DataType::Half));
  EXPECT_THAT(obeyed.fallback, IsEmpty());
  const Precisions preferred = g.of(g.y, config_with({BuilderFlag::PreferPrecisionConstraints}));
  EXPECT_THAT(preferred.allowed, ElementsAre(DataType::Half));
  EXPECT_THAT(preferred.fallback, ElementsAre(DataType::Float));
  drop_idle_constraints(g.graph, {});
  EXPECT_EQ(g.node_of(g.y).precision, std::nullopt);
}

TEST(Precisions, output_types_are_stored_as_asked_and_always_for_outputs_of_the_network) {
  Residual g;
  g.node_of(g.inner).output_types[0] = DataType::BF16;
  g.node_of(g.y).output_types[0] = DataType::Half;
  EXPECT_EQ(g.stored(g.inner, {}), DataType::BF16);
  drop_idle_constraints(g.graph, {});
  EXPECT_EQ(g.stored(g.inner, {}), std::nullopt);
  EXPECT_EQ(g.stored(g.y, {}), DataType::Half);
}

TEST(Precisions, constants_that_no_half_holds_keep_a_node_wide) {
  Residual g;
  g.node_of(g.y).inputs[1] =
      g.graph.add_constant("huge", DataType::Float, {16, 16}, std::vector<double>(256, 65505));
  EXPECT_THAT(g.of(g.y, config_with({BuilderFlag::FP16})).allowed, ElementsAre(DataType::Float));
}

TEST(Precisions, what_is_declared_bfloat16_is_not_read_or_given_as_half) {
  const BuilderConfig config = config_with({BuilderFlag::FP16});
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {8});
  const ValueId narrow =
      graph.add("Cast", "narrow", {x}, {{"to_type", enum_number(DataType::BF16)}});
  graph.mark_output(
      graph.add("Cast", "wide", {narrow}, {{"to_type", enum_number(DataType::Float)}}));
  for (const Precisions& precisions : choose_precisions(graph, graph.topological_order(), config))
    EXPECT_THAT(precisions.allowed, Not(Contains(DataType::Half)));
}

TEST(Precisions, constants_stand_as_half_where_they_are_large_and_half_holds_them) {
  const auto fits = [](std::vector<float> elements, float first) {
    elements[0] = first;
    return fits_half(elements.data(), DataType::Float, {static_cast<int64_t>(elements.size())});
  };
  const std::vector<float> ones(4096, 1.0f);
  for (const float first : {1.0f, 0.0f, 1e-9f, -65504.0f}) EXPECT_TRUE(fits(ones, first)) << first;
  for (const float first :
       {65505.0f, -std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()})
    EXPECT_FALSE(fits(ones, first)) << first;
  EXPECT_FALSE(fits(std::vector<float>(4095, 1.0f), 1.0f));
  EXPECT_FALSE(fits(std::vector<float>(4096, 3e-5f), 3e-5f));
  EXPECT_FALSE(fits_half(ones.data(), DataType::Int32, {4096}));
}

TEST(Precisions, large_tables_are_read_as_half_under_fp16) {
  Graph graph;
  const ValueId rows = graph.add_input("rows", DataType::Int32, {4});
  const auto gather = [&](int64_t count) {
    return graph.add("Gather", "gather", {test::random_constant(graph, "table", {count, 64}), rows},
                     {{"axis", int64_t{0}}});
  };
  const std::vector<ValueId> outputs{gather(64), gather(63)};
  for (const ValueId id : outputs) graph.mark_output(id);
  const std::vector<NodeId> order = graph.topological_order();
  const auto allowed = [&](size_t i, const BuilderConfig& config) {
    const auto at = std::find(order.begin(), order.end(), graph.producer(outputs[i]));
    return choose_precisions(graph, order, config)[static_cast<size_t>(at - order.begin())].allowed;
  };
  const BuilderConfig fp16 = config_with({BuilderFlag::FP16});
  EXPECT_THAT(allowed(0, fp16), ElementsAre(DataType::Half));
  EXPECT_THAT(allowed(1, fp16), ElementsAre(DataType::Float, DataType::Half));
  EXPECT_THAT(allowed(0, {}), ElementsAre(DataType::Float));
}

}  // namespace
}  // namespace trtlike::builder
