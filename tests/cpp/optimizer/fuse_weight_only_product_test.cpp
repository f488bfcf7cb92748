// MatrixMultiply(few rows, Dequantize(weights)) -> WeightOnlyMatrixMultiply.
#include <cmath>

#include "optimizer/passes/passes.h"
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

constexpr const char* kRule = "fuse_weight_only_product";
constexpr int64_t kSums = 64, kColumns = 96;

struct Weights {
  DataType type = DataType::Int8;
  bool transposed = false;
  int64_t block = 0;  ///< 0: a scale a column
  bool has_zeros = false;
};

/// Rows by dequantized weights, whose node is the graph's product.
ir::Graph make_graph(const Weights& how, int64_t rows, bool folded = true) {
  ir::Graph graph;
  const Dims dims = how.transposed ? Dims{kColumns, kSums} : Dims{kSums, kColumns};
  const bool is_nibbles = how.type == DataType::Int4 || how.type == DataType::UInt4;
  const bool is_signed = how.type == DataType::Int4 || how.type == DataType::Int8;
  const double count = is_nibbles ? 16 : 256, low = is_signed ? -count / 2 : 0;
  const auto integers = [&](const Dims& shape, uint32_t seed) {
    std::vector<double> out = random_elements(core::elems(shape), seed);
    for (double& element : out) element = low + std::floor((element + 1) / 2 * count);
    return graph.add_constant("integers", how.type, shape, out);
  };
  Dims scale{kColumns};
  const int k_axis = how.transposed ? 1 : 0;
  if (how.block != 0) {
    scale = dims;
    scale[k_axis] = kSums / how.block;
  }
  std::vector<double> scales = random_elements(core::elems(scale), 7);
  for (double& element : scales) element = 0.01 + std::abs(element);
  std::vector<ir::ValueId> inputs{integers(dims, 3),
                                  graph.add_constant("scales", DataType::Float, scale, scales)};
  if (how.has_zeros) inputs.push_back(integers(scale, 5));
  const ir::ValueId weights = graph.add("Dequantize", "w", inputs, {{"axis", int64_t{1 - k_axis}}});
  const ir::ValueId x = graph.add_input("x", DataType::Float, {rows, kSums});
  graph.mark_output(graph.add("FusedMatrixMultiply", "product",
                              {x, weights, random_constant(graph, "bias", {kColumns}, 5),
                               random_constant(graph, "more", {1, kColumns}, 9)},
                              {{"op1", int64_t{how.transposed}},
                               {"program", "in 2; v2 = relu v0; v3 = prod v2 v1; out v3"}}));
  if (folded) optimizer::fold_quantized_constants(graph);
  return graph;
}

DataType stored_type(const ir::Graph& graph) {
  const ir::Node& node = graph.node(find_node(graph, "WeightOnlyMatrixMultiply"));
  return graph.value(node.inputs[1]).type.dtype;
}

TEST(FuseWeightOnlyProduct, takes_integers_of_each_type_and_scheme) {
  for (const DataType type : {DataType::Int8, DataType::UInt8, DataType::Int4, DataType::UInt4})
    for (const bool transposed : {false, true})
      for (const int64_t block : {0, 16})
        for (const bool has_zeros : {false, true}) {
          ir::Graph graph = make_graph({type, transposed, block, has_zeros}, 3);
          expect_rule_keeps_numbers(graph, kRule, 1e-5);
          const bool is_wide = type == DataType::Int8 || type == DataType::UInt8;
          EXPECT_EQ(stored_type(graph), is_wide ? DataType::Int8 : DataType::Int4);
        }
}

TEST(FuseWeightOnlyProduct, leaves_many_rows_and_takes_an_unknown_number) {
  ir::Graph many = make_graph({}, 17);
  expect_rule_refuses(many, kRule);
  ir::Graph unknown = make_graph({}, -1);
  EXPECT_EQ(apply_rule(unknown, kRule), 1);
}

TEST(FuseWeightOnlyProduct, leaves_rows_that_are_dequantized_to_the_product_of_integers) {
  ir::Graph graph;
  const auto number = [&](double value, DataType type = DataType::Float) {
    return graph.add_constant("number", type, {}, std::vector<double>{value});
  };
  const ir::ValueId bytes = graph.add_input("x", DataType::Int8, {1, 4, 16});
  const ir::ValueId rows = graph.add("Dequantize", "rows", {bytes, number(0.1)});
  const ir::ValueId flat =
      graph.add("Shuffle", "flat", {rows},
                {{"has_reshape", int64_t{1}}, {"reshape_dims", std::vector<int64_t>{1, 64}}});
  const ir::ValueId integers = graph.add_constant("w", DataType::Int8, {kSums, kColumns},
                                                  std::vector<double>(kSums * kColumns, 3.0));
  const ir::ValueId weights = graph.add("Dequantize", "weights", {integers, number(0.2)});
  graph.mark_output(graph.add("MatrixMultiply", "product", {flat, weights}));
  optimizer::fold_quantized_constants(graph);
  expect_rule_refuses(graph, kRule);
}

}  // namespace
}  // namespace trtlike::test
