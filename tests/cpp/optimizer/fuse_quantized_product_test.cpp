// Dequantize, Convolution or MatrixMultiply, Quantize -> one product of integers.
#include <cmath>

#include "optimizer/passes/passes.h"
#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

constexpr const char* kRule = "fuse_quantized_product";
using Ints = std::vector<int64_t>;

std::vector<double> random_integers(int64_t count, double low, double high, uint32_t seed) {
  std::vector<double> out = random_elements(count, seed);
  for (double& element : out) element = std::floor(low + (element + 1) / 2 * (high - low + 1));
  return out;
}

/// Builds graphs of quantized tensors. Scales are no multiples of each other, so that no element
/// lies between two steps.
struct Quantized {
  ir::Graph graph;
  uint32_t seed = 1;

  ir::ValueId number(DataType dtype, double value) {
    return graph.add_constant("number", dtype, {}, std::vector<double>{value});
  }
  ir::ValueId quantize(ir::ValueId x, double scale, DataType type, double zero) {
    return graph.add("Quantize", "q", {x, number(DataType::Float, scale), number(type, zero)},
                     {{"to_type", static_cast<int64_t>(type)}});
  }
  ir::ValueId dequantize(ir::ValueId x, double scale, double zero) {
    const DataType type = graph.value(x).type.dtype;
    return graph.add("Dequantize", "dq", {x, number(DataType::Float, scale), number(type, zero)});
  }
  ir::ValueId input(const char* name, const Dims& dims, DataType type = DataType::UInt8,
                    double scale = 0.0173, double zero = 117) {
    return dequantize(quantize(graph.add_input(name, DataType::Float, dims), scale, type, zero),
                      scale, zero);
  }
  /// Constant weights with a scale for each index of `axis`, or one for all (-1).
  ir::ValueId weights(const Dims& dims, int axis, DataType type = DataType::Int8, double zero = 0) {
    const double low = type == DataType::Int8 ? -127 : 1;
    const ir::ValueId elements = graph.add_constant(
        "w", type, dims, random_integers(core::elems(dims), low, low + 254, ++seed));
    const int64_t count = axis < 0 ? 1 : dims[axis];
    std::vector<double> scales;
    for (int64_t i = 0; i < count; ++i) scales.push_back(0.0031 + 0.00017 * static_cast<double>(i));
    const std::vector<double> zeros(static_cast<size_t>(count), zero);
    return graph.add("Dequantize", "dw",
                     {elements, graph.add_constant("scales", DataType::Float, {count}, scales),
                      graph.add_constant("zeros", type, {count}, zeros)},
                     {{"axis", int64_t{axis}}});
  }
  ir::ValueId convolution(ir::ValueId x, ir::ValueId kernel, int64_t groups = 1) {
    const Ints ones{1, 1};
    return graph.add("Convolution", "conv", {x, kernel, random_constant(graph, "bias", {8}, 5)},
                     {{"pre_padding", ones}, {"post_padding", ones}, {"num_groups", groups}});
  }
};

void fold_and_apply(ir::Graph& graph) {
  ir::Graph before = graph.clone();
  optimizer::fold_quantized_constants(graph);
  expect_rule_keeps_numbers(graph, kRule, 1e-5);
  expect_same_outputs(before, graph, 1e-5);
}

TEST(FuseQuantizedProduct, takes_weights_per_channel_and_per_tensor) {
  for (const int axis : {-1, 0}) {
    for (const DataType type : {DataType::UInt8, DataType::Int8}) {
      Quantized q;
      const ir::ValueId x =
          q.input("x", {2, 4, 6, 5}, type, 0.0173, type == DataType::Int8 ? -7 : 117);
      q.graph.mark_output(q.convolution(x, q.weights({8, 4, 3, 3}, axis)));
      fold_and_apply(q.graph);
      EXPECT_EQ(op_names(q.graph), "Quantize QuantizedConvolution");
    }
  }
}

TEST(FuseQuantizedProduct, shifts_unsigned_weights_to_signed_ones) {
  Quantized q;
  q.graph.mark_output(
      q.convolution(q.input("x", {1, 4, 6, 5}), q.weights({8, 4, 3, 3}, -1, DataType::UInt8, 128)));
  fold_and_apply(q.graph);
  EXPECT_EQ(op_names(q.graph), "Quantize QuantizedConvolution");
}

TEST(FuseQuantizedProduct, takes_products_of_either_order) {
  for (const int64_t transposed : {0, 1}) {
    Quantized q;
    const ir::ValueId w = transposed == 1 ? q.weights({6, 9}, 0) : q.weights({9, 6}, 1);
    const ir::ValueId product =
        q.graph.add("MatrixMultiply", "product", {q.input("x", {5, 9}), w}, {{"op1", transposed}});
    q.graph.mark_output(product);
    fold_and_apply(q.graph);
    EXPECT_EQ(op_names(q.graph), "Quantize QuantizedMatrixMultiply");
  }
}

TEST(FuseQuantizedProduct, takes_deconvolutions_of_one_group) {
  const auto deconvolution = [](Quantized& q, ir::ValueId weights, int64_t groups) {
    const Ints twos{2, 2};
    return q.graph.add(
        "Deconvolution", "deconv",
        {q.input("x", {2, 4, 6, 5}), weights, random_constant(q.graph, "bias", {8}, 5)},
        {{"stride", twos}, {"num_groups", groups}});
  };
  for (const int axis : {-1, 1}) {
    Quantized q;
    q.graph.mark_output(deconvolution(q, q.weights({4, 8, 2, 2}, axis), 1));
    fold_and_apply(q.graph);
    EXPECT_EQ(op_names(q.graph), "Quantize QuantizedDeconvolution");
  }
  Quantized grouped;
  grouped.graph.mark_output(deconvolution(grouped, grouped.weights({4, 4, 2, 2}, -1), 2));
  optimizer::fold_quantized_constants(grouped.graph);
  expect_rule_refuses(grouped.graph, kRule);
}

TEST(FuseQuantizedProduct, refuses_what_is_not_multiplied_as_integers) {
  const auto refuses = [](auto&& make) {
    Quantized q;
    q.graph.mark_output(make(q));
    optimizer::fold_quantized_constants(q.graph);
    expect_rule_refuses(q.graph, kRule);
  };
  // Weights whose zero points leave no room in INT8, scales along the depth, several outputs of
  // each channel, an input that is no quantized tensor.
  refuses([](Quantized& q) {
    return q.convolution(q.input("x", {1, 4, 6, 5}),
                         q.weights({8, 4, 3, 3}, -1, DataType::UInt8, 3));
  });
  refuses([](Quantized& q) {
    return q.convolution(q.input("x", {1, 4, 6, 5}), q.weights({8, 4, 3, 3}, 1));
  });
  refuses([](Quantized& q) {
    return q.convolution(q.input("x", {1, 4, 6, 5}), q.weights({8, 1, 3, 3}, 0), 4);
  });
  refuses([](Quantized& q) {
    return q.convolution(q.graph.add_input("x", DataType::Float, {1, 4, 6, 5}),
                         q.weights({8, 4, 3, 3}, 0));
  });
}

TEST(FuseQuantizedProduct, a_residual_block_is_products_of_integers) {
  Quantized q;
  const ir::ValueId x = q.input("x", {1, 8, 6, 6});
  const ir::ValueId first =
      activation(q.graph, ActivationType::Relu, q.convolution(x, q.weights({8, 8, 3, 3}, 0)));
  const ir::ValueId middle = q.dequantize(q.quantize(first, 0.0317, DataType::UInt8, 0), 0.0317, 0);
  const ir::ValueId second = q.convolution(middle, q.weights({8, 8, 3, 3}, 0));
  const ir::ValueId rounded =
      q.dequantize(q.quantize(second, 0.0391, DataType::UInt8, 121), 0.0391, 121);
  const ir::ValueId sum = activation(q.graph, ActivationType::Relu,
                                     element_wise(q.graph, ElementWiseOperation::Sum, rounded, x));
  q.graph.mark_output(q.quantize(sum, 0.0433, DataType::Int8, -100));
  const ir::Graph before = q.graph.clone();
  optimizer::optimize(q.graph, {});
  EXPECT_EQ(op_names(q.graph), "Quantize QuantizedConvolution QuantizedConvolution")
      << q.graph.to_string();
  expect_same_outputs(before, q.graph, 1e-6);
}

TEST(FuseQuantizedProduct, finds_weights_that_were_reshaped_and_turned) {
  Quantized q;
  // 9 x 6 with a scale a column, as [1, 6, 9] that is transposed again.
  const ir::ValueId turned = q.graph.add(
      "Shuffle", "turn", {q.weights({9, 6}, 1)},
      {{"first_transpose", Ints{1, 0}}, {"has_reshape", true}, {"reshape_dims", Ints{1, 6, 9}}});
  const ir::ValueId product = q.graph.add("MatrixMultiply", "product",
                                          {q.input("x", {2, 5, 9}), turned}, {{"op1", int64_t{1}}});
  q.graph.mark_output(product);
  const ir::Graph before = q.graph.clone();
  optimizer::fold_quantized_constants(q.graph);
  optimizer::fold_constants(q.graph);
  EXPECT_EQ(apply_rule(q.graph, kRule), 1);
  EXPECT_EQ(op_names(q.graph), "Quantize QuantizedMatrixMultiply");
  expect_same_outputs(before, q.graph, 1e-5);
}

TEST(FuseQuantizedProduct, finds_weights_under_other_extents) {
  Quantized q;
  const ir::ValueId x = q.graph.add("Shuffle", "flat", {q.input("x", {2, 5, 9})},
                                    {{"has_reshape", true}, {"reshape_dims", Ints{10, 9}}});
  const ir::ValueId product = q.graph.add("MatrixMultiply", "product", {x, q.weights({9, 6}, 1)});
  q.graph.mark_output(q.graph.add("Shuffle", "deep", {product},
                                  {{"has_reshape", true}, {"reshape_dims", Ints{2, 5, 6}}}));
  const ir::Graph before = q.graph.clone();
  optimizer::optimize(q.graph, {});
  EXPECT_EQ(op_names(q.graph), "Quantize QuantizedMatrixMultiply") << q.graph.to_string();
  expect_same_outputs(before, q.graph, 1e-5);
}

TEST(SinkDequantize, elements_are_picked_as_integers) {
  Quantized q;
  const ir::ValueId x = q.input("x", {1, 8, 6, 6}), y = q.input("y", {1, 8, 6, 6});
  const ir::ValueId joined = q.graph.add("Concatenation", "join", {x, y}, {{"axis", int64_t{1}}});
  const ir::ValueId most = q.graph.add("Pooling", "pool", {joined},
                                       {{"window_size", Ints{2, 2}}, {"stride", Ints{2, 2}}});
  q.graph.mark_output(q.convolution(most, q.weights({8, 16, 3, 3}, 0)));
  optimizer::fold_quantized_constants(q.graph);
  expect_rule_keeps_numbers(q.graph, "sink_dequantize", 1e-6);
  EXPECT_EQ(op_names(q.graph), "Quantize Quantize Concatenation Pooling Dequantize Convolution");
}

TEST(SinkDequantize, leaves_pairs_together_for_what_computes_in_float) {
  Quantized q;
  const ir::ValueId most =
      q.graph.add("Pooling", "pool", {q.input("x", {1, 8, 6, 6})}, {{"window_size", Ints{2, 2}}});
  q.graph.mark_output(most);
  expect_rule_refuses(q.graph, "sink_dequantize");
}

TEST(SinkDequantize, refuses_other_scales_and_means) {
  Quantized q;
  const ir::ValueId x = q.input("x", {1, 8, 6, 6});
  const ir::ValueId y = q.input("y", {1, 8, 6, 6}, DataType::UInt8, 0.02);
  const ir::ValueId joined = q.graph.add("Concatenation", "join", {x, y}, {{"axis", int64_t{1}}});
  q.graph.mark_output(q.convolution(joined, q.weights({8, 16, 3, 3}, 0)));
  const ir::ValueId mean = q.graph.add(
      "Pooling", "pool", {x},
      {{"window_size", Ints{2, 2}}, {"type", static_cast<int64_t>(PoolingType::Average)}});
  q.graph.mark_output(q.convolution(mean, q.weights({8, 8, 3, 3}, 0)));
  optimizer::fold_quantized_constants(q.graph);
  expect_rule_refuses(q.graph, "sink_dequantize");
}

TEST(FuseRoundedOperand, a_sum_of_two_convolutions_reads_integers) {
  Quantized q;
  const ir::ValueId x = q.input("x", {1, 8, 6, 6});
  const auto branch = [&](double scale, double zero) {
    const ir::ValueId sums = q.convolution(x, q.weights({8, 8, 3, 3}, 0));
    return q.dequantize(q.quantize(sums, scale, DataType::UInt8, zero), scale, zero);
  };
  const ir::ValueId sum =
      element_wise(q.graph, ElementWiseOperation::Sum, branch(0.0391, 121), branch(0.0277, 140));
  q.graph.mark_output(q.quantize(sum, 0.0433, DataType::Int8, -100));
  const ir::Graph before = q.graph.clone();
  optimizer::optimize(q.graph, {});
  EXPECT_EQ(op_names(q.graph), "Quantize QuantizedConvolution QuantizedConvolution")
      << q.graph.to_string();
  for (const ir::NodeId id : q.graph.nodes())
    EXPECT_NE(q.graph.value(q.graph.node(id).outputs[0]).type.dtype, DataType::Float);
  expect_same_outputs(before, q.graph, 1e-6);
}

TEST(KeepQuantizedTable, rows_are_looked_up_among_integers) {
  const auto lookup = [](int axis) {
    Quantized q;
    const ir::ValueId rows = q.graph.add_input("rows", DataType::Int64, {5});
    const ir::ValueId table = q.weights({128, 64}, axis, DataType::UInt8, 7);
    q.graph.mark_output(q.graph.add("Gather", "lookup", {table, rows}));
    optimizer::fold_quantized_constants(q.graph);
    return std::move(q.graph);
  };
  ir::Graph graph = lookup(-1);
  expect_rule_keeps_numbers(graph, "keep_quantized_table", 0);
  EXPECT_EQ(op_names(graph), "Gather Dequantize");
  ir::Graph scales = lookup(0);
  expect_rule_refuses(scales, "keep_quantized_table");
}

TEST(FuseQuantize, element_wise_nodes_between_products_read_and_give_integers) {
  Quantized q;
  const ir::ValueId x =
      q.dequantize(q.graph.add_input("x", DataType::UInt8, {1, 4, 6, 6}), 0.0173, 117);
  const ir::ValueId y =
      q.dequantize(q.graph.add_input("y", DataType::Int8, {1, 4, 6, 6}), 0.021, 3);
  const ir::ValueId sum = activation(q.graph, ActivationType::Sigmoid,
                                     element_wise(q.graph, ElementWiseOperation::Sum, x, y));
  const ir::ValueId integers = q.quantize(sum, 0.00391, DataType::UInt8, 0);
  q.graph.mark_output(integers);
  const ir::Graph before = q.graph.clone();
  optimizer::optimize(q.graph, {});
  EXPECT_EQ(op_names(q.graph), "PointWise") << q.graph.to_string();
  expect_same_outputs(before, q.graph, 1e-6);
}

TEST(FuseQuantize, leaves_numbers_alone_that_others_read) {
  Quantized q;
  const ir::ValueId sum = activation(q.graph, ActivationType::Relu, q.input("x", {1, 4, 6, 6}));
  q.graph.mark_output(sum);
  q.graph.mark_output(q.quantize(sum, 0.00391, DataType::UInt8, 0));
  expect_rule_refuses(q.graph, "fuse_quantize");
}

}  // namespace
}  // namespace trtlike::test
