// Ranges of tensors -> Quantize and Dequantize nodes around what multiplies.
#include "optimizer/quantization/insert_quantization.h"

#include <gmock/gmock.h>

#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

using optimizer::insert_quantization;
using optimizer::InsertedQuantization;
using testing::ElementsAre;
using testing::IsEmpty;

void set_range(ir::Graph& graph, ir::ValueId id, float largest) {
  graph.mutable_value(id).dynamic_range = {-largest, largest};
}

int count_nodes(const ir::Graph& graph, std::string_view op) {
  int count = 0;
  for (const ir::NodeId id : graph.nodes()) count += op == graph.node(id).op->name;
  return count;
}

/// x -> conv a -> pool -> conv b, whose input has a range, as x has.
struct Chain {
  ir::Graph graph;
  ir::ValueId x, a, pool, b;

  explicit Chain(PoolingType type = PoolingType::Max) {
    x = graph.add_input("x", DataType::Float, {1, 4, 8, 8});
    a = convolution(graph, x, 8, "a");
    pool = graph.add("Pooling", "pool", {a},
                     {{"type", static_cast<int64_t>(type)},
                      {"window_size", std::vector<int64_t>{2, 2}},
                      {"stride", std::vector<int64_t>{2, 2}}});
    b = convolution(graph, pool, 8, "b");
    graph.mark_output(b);
    set_range(graph, x, 1);
    set_range(graph, pool, 10);
  }
};

TEST(InsertQuantization, products_of_weights_get_integers) {
  Chain chain;
  const ir::Graph before = chain.graph.clone();
  const InsertedQuantization done = insert_quantization(chain.graph);
  chain.graph.verify();
  EXPECT_THAT(done.layers, ElementsAre("a", "b"));
  EXPECT_THAT(done.without_range, IsEmpty());
  EXPECT_EQ(count_nodes(chain.graph, "Quantize"), 2);
  for (const ir::ValueId output : {chain.a, chain.b}) {
    const ir::Node& node = chain.graph.node(chain.graph.producer(output));
    EXPECT_TRUE(chain.graph.producer_of(node.inputs[0], "Dequantize") || output == chain.b);
    const auto& weights = chain.graph.value(node.inputs[1]).constant;
    ASSERT_TRUE(weights && weights->dequantized_from);
    EXPECT_EQ(weights->dequantized_from->quantization.axis(), 0);
    EXPECT_EQ(weights->dequantized_from->quantization.scales().size(), 8u);
  }
  optimizer::optimize(chain.graph, {});
  EXPECT_EQ(count_nodes(chain.graph, "QuantizedConvolution"), 2) << chain.graph.to_string();
  // Steps of 1/127 and 10/127 in sums of 36 and 72 terms.
  expect_same_outputs(before, chain.graph, 0.05);
}

TEST(InsertQuantization, what_moves_elements_moves_integers) {
  Chain chain;
  insert_quantization(chain.graph);
  const ir::Node& pool = chain.graph.node(chain.graph.producer(chain.pool));
  const ir::NodeId dequantize = chain.graph.producer_of(pool.inputs[0], "Dequantize");
  ASSERT_TRUE(dequantize);
  // By the steps of what the convolution behind it reads.
  EXPECT_NEAR(*ir::constant_scalar(chain.graph, chain.graph.node(dequantize).inputs[1]), 10.0 / 127,
              1e-7);
}

TEST(InsertQuantization, what_computes_between_reads_real_numbers) {
  Chain chain(PoolingType::Average);
  insert_quantization(chain.graph);
  const ir::Node& pool = chain.graph.node(chain.graph.producer(chain.pool));
  EXPECT_EQ(pool.inputs[0], chain.a);
  EXPECT_EQ(chain.graph.value(chain.pool).users.size(), 1u);
}

TEST(InsertQuantization, tensors_without_negative_numbers_have_all_steps_for_the_others) {
  struct Case {
    ActivationType type;
    double alpha;
    DataType stored;
  };
  for (const auto& [type, alpha, stored] : {Case{ActivationType::Relu, 0, DataType::UInt8},
                                            {ActivationType::Sigmoid, 0, DataType::UInt8},
                                            {ActivationType::Clip, 0, DataType::UInt8},
                                            {ActivationType::Clip, -1, DataType::Int8},
                                            {ActivationType::LeakyRelu, 0.1, DataType::Int8},
                                            {ActivationType::Tanh, 0, DataType::Int8}})
    for (const bool is_fused : {false, true}) {
      ir::Graph graph;
      const ir::ValueId x = graph.add_input("x", DataType::Float, {1, 4, 8, 8});
      ir::ValueId y = activation(graph, type, convolution(graph, x, 8, "a"), alpha, 6);
      y = graph.add("Pooling", "pool", {y}, {{"window_size", std::vector<int64_t>{2, 2}}});
      set_range(graph, y, 5.1f);
      graph.mark_output(convolution(graph, y, 8, "b"));
      if (is_fused) optimizer::optimize(graph, {});
      insert_quantization(graph);
      const ir::NodeId quantize = find_node(graph, "Quantize");
      ASSERT_TRUE(quantize);
      const double steps = stored == DataType::UInt8 ? 255 : 127;
      EXPECT_EQ(graph.value(graph.node(quantize).outputs[0]).type.dtype, stored);
      EXPECT_NEAR(*ir::constant_scalar(graph, graph.node(quantize).inputs[1]), 5.1 / steps, 1e-6);
    }
}

TEST(InsertQuantization, tensors_without_a_range_are_named) {
  Chain chain;
  chain.graph.mutable_value(chain.pool).dynamic_range.reset();
  const InsertedQuantization done = insert_quantization(chain.graph);
  EXPECT_THAT(done.layers, ElementsAre("a"));
  EXPECT_THAT(done.without_range, ElementsAre("b"));
  EXPECT_THAT(done.tensors_without_range, ElementsAre("pool_output"));
}

TEST(InsertQuantization, layers_keep_the_precision_that_they_were_given) {
  Chain chain;
  chain.graph.mutable_node(chain.graph.producer(chain.b)).precision = DataType::Float;
  const InsertedQuantization done = insert_quantization(chain.graph);
  EXPECT_THAT(done.layers, ElementsAre("a"));
  EXPECT_THAT(done.constrained, ElementsAre("b"));
  EXPECT_EQ(chain.graph.node(chain.graph.producer(chain.b)).inputs[0], chain.pool);
}

TEST(InsertQuantization, outputs_of_the_network_stay_real) {
  Chain chain;
  chain.graph.mark_output(chain.pool);
  insert_quantization(chain.graph);
  EXPECT_TRUE(chain.graph.value(chain.pool).is_output);
  EXPECT_EQ(chain.graph.value(chain.pool).type.dtype, DataType::Float);
}

TEST(InsertQuantization, joined_tensors_share_the_steps_of_what_reads_them) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {1, 4, 8, 8});
  set_range(graph, x, 1);
  const ir::ValueId a = convolution(graph, x, 8, "a"), b = convolution(graph, x, 4, "b");
  const ir::ValueId joined = graph.add("Concatenation", "cat", {a, b}, {{"axis", int64_t{1}}});
  set_range(graph, joined, 5);
  graph.mark_output(convolution(graph, joined, 8, "c"));
  insert_quantization(graph);
  for (const ir::ValueId input : graph.node(graph.producer(joined)).inputs) {
    const ir::NodeId dequantize = graph.producer_of(input, "Dequantize");
    ASSERT_TRUE(dequantize);
    EXPECT_NEAR(*ir::constant_scalar(graph, graph.node(dequantize).inputs[1]), 5.0 / 127, 1e-7);
  }
  optimizer::optimize(graph, {});
  EXPECT_EQ(count_nodes(graph, "QuantizedConvolution"), 3) << graph.to_string();
  EXPECT_EQ(count_nodes(graph, "Dequantize"), 0) << graph.to_string();
}

TEST(InsertQuantization, ranges_survive_what_takes_the_place_of_a_tensor) {
  Chain chain;
  set_range(chain.graph, chain.a, 2);
  const ir::ValueId relu = activation(chain.graph, ActivationType::Relu, chain.b);
  chain.graph.mark_output(relu);
  chain.graph.unmark_output(chain.b);
  set_range(chain.graph, relu, 7);
  optimizer::optimize(chain.graph, {});
  const ir::NodeId fused = find_node(chain.graph, "FusedConvolution");
  EXPECT_EQ(chain.graph.value(chain.graph.node(fused).outputs[0]).dynamic_range,
            (std::pair<float, float>{-7, 7}));
}

}  // namespace
}  // namespace trtlike::test
