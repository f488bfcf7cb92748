// softmax(Q K^T * scale + mask) V -> Attention, with its heads and projections.
#include <gmock/gmock.h>

#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

using Operation = ElementWiseOperation;
using Axes = std::vector<int64_t>;

ir::ValueId shuffle(ir::Graph& graph, ir::ValueId x, const Axes& first, const Axes& dims,
                    const Axes& second) {
  ir::AttributeList attributes = {{"first_transpose", first}, {"second_transpose", second}};
  if (!dims.empty())
    attributes.insert(attributes.end(), {{"has_reshape", true}, {"reshape_dims", dims}});
  return graph.add("Shuffle", "shuffle", {x}, attributes);
}

/// Scores times values, as exporters spell it. The key is already transposed.
ir::ValueId spelled_attention(ir::Graph& graph, ir::ValueId q, ir::ValueId key_transposed,
                              ir::ValueId v, ir::ValueId mask, ir::ValueId* scores = nullptr) {
  const int rank = graph.value(q).type.dims.rank();
  ir::ValueId s = graph.add("MatrixMultiply", "qk", {q, key_transposed});
  if (scores != nullptr) *scores = s;
  s = element_wise(graph, Operation::Div, s, scalar(graph, 4, rank), "scale");
  if (mask) s = element_wise(graph, Operation::Sum, s, mask, "mask");
  s = graph.add("Softmax", "softmax", {s}, {{"axes", int64_t{1} << (rank - 1)}});
  return graph.add("MatrixMultiply", "pv", {s, v});
}

struct Heads {
  ir::Graph graph;
  ir::ValueId q = graph.add_input("q", DataType::Float, {2, 3, 5, 4});
  ir::ValueId k = graph.add_input("k", DataType::Float, {2, 3, 4, 6});
  ir::ValueId v = graph.add_input("v", DataType::Float, {2, 3, 6, 4});
  ir::ValueId mask = graph.add_input("mask", DataType::Float, {2, 1, 1, 6});
};

TEST(FuseAttention, takes_in_scale_and_mask) {
  Heads h;
  h.graph.mark_output(spelled_attention(h.graph, h.q, h.k, h.v, h.mask));
  expect_rule_keeps_numbers(h.graph, "fuse_attention");
  const ir::Node& node = h.graph.node(find_node(h.graph, "Attention"));
  EXPECT_EQ(op_names(h.graph), "Shuffle Attention");
  EXPECT_DOUBLE_EQ(node.attributes.get_float("scale"), 0.25);
  EXPECT_EQ(node.inputs[3], h.mask);
  EXPECT_EQ(node.name, "qk + scale + mask + softmax + pv");
}

TEST(FuseAttention, scale_may_stand_on_query_and_key) {
  Heads h;
  const ir::ValueId q = element_wise(h.graph, Operation::Prod, h.q, scalar(h.graph, 0.5, 4));
  const ir::ValueId k = element_wise(h.graph, Operation::Prod, scalar(h.graph, 0.5, 4), h.k);
  h.graph.mark_output(spelled_attention(h.graph, q, k, h.v, {}));
  expect_rule_keeps_numbers(h.graph, "fuse_attention");
  EXPECT_DOUBLE_EQ(h.graph.node(find_node(h.graph, "Attention")).attributes.get_float("scale"),
                   0.0625);
  EXPECT_EQ(op_names(h.graph), "Shuffle Attention");
}

/// As Heads, with batches and lengths that are not known.
struct DynamicHeads {
  ir::Graph graph;
  ir::ValueId q = add("q", {-1, 3, -1, 4}, {"n", "", "s", ""});
  ir::ValueId k = add("k", {-1, 3, 4, -1}, {"n", "", "", "t"});
  ir::ValueId v = add("v", {-1, 3, -1, 4}, {"n", "", "t", ""});

  ir::ValueId add(const char* name, const Dims& dims, const std::vector<std::string>& names) {
    const ir::ValueId id = graph.add_input(name, DataType::Float, dims);
    graph.mutable_value(id).dimension_names = names;
    return id;
  }
};

TEST(FuseAttention, unknown_batches_and_masks_must_be_those_of_the_scores) {
  DynamicHeads same;
  same.graph.mark_output(spelled_attention(same.graph, same.q, same.k, same.v,
                                           same.add("mask", {-1, 1, 1, -1}, {"n", "", "", "t"})));
  expect_rule_keeps_numbers(same.graph, "fuse_attention");
  DynamicHeads wider;
  wider.graph.mark_output(
      spelled_attention(wider.graph, wider.q, wider.k, wider.v,
                        wider.add("mask", {-1, 1, -1, -1}, {"n", "", "r", "t"})));
  expect_rule_refuses(wider.graph, "fuse_attention");
  DynamicHeads batches;
  batches.graph.mutable_value(batches.k).dimension_names[0] = "m";
  batches.graph.mark_output(spelled_attention(batches.graph, batches.q, batches.k, batches.v, {}));
  expect_rule_refuses(batches.graph, "fuse_attention");
}

TEST(FuseAttention, three_axes_are_heads_without_a_batch) {
  ir::Graph graph;
  const ir::ValueId q = graph.add_input("q", DataType::Float, {3, 5, 4}),
                    k = graph.add_input("k", DataType::Float, {3, 4, 6}),
                    v = graph.add_input("v", DataType::Float, {3, 6, 4});
  graph.mark_output(
      spelled_attention(graph, q, k, v, graph.add_input("mask", DataType::Float, {1, 5, 6})));
  expect_rule_keeps_numbers(graph, "fuse_attention");
  find_node(graph, "Attention");
}

TEST(FuseAttention, refuses_when_scores_or_weights_are_read_elsewhere) {
  Heads scores;
  ir::ValueId product;
  scores.graph.mark_output(
      spelled_attention(scores.graph, scores.q, scores.k, scores.v, {}, &product));
  scores.graph.mark_output(product);
  expect_rule_refuses(scores.graph, "fuse_attention");
  Heads weights;
  const ir::ValueId out = spelled_attention(weights.graph, weights.q, weights.k, weights.v, {});
  weights.graph.mark_output(weights.graph.node(weights.graph.producer(out)).inputs[0]);
  weights.graph.mark_output(out);
  expect_rule_refuses(weights.graph, "fuse_attention");
}

TEST(FuseAttention, refuses_other_axes_repeated_heads_and_constant_keys) {
  Heads axis;
  ir::ValueId s = axis.graph.add("MatrixMultiply", "qk", {axis.q, axis.k});
  s = axis.graph.add("Softmax", "softmax", {s}, {{"axes", int64_t{4}}});
  axis.graph.mark_output(axis.graph.add("MatrixMultiply", "pv", {s, axis.v}));
  expect_rule_refuses(axis.graph, "fuse_attention");
  Heads repeated;
  const ir::ValueId one_head = repeated.graph.add_input("k1", DataType::Float, {2, 1, 4, 6});
  repeated.graph.mark_output(
      spelled_attention(repeated.graph, repeated.q, one_head, repeated.v, {}));
  expect_rule_refuses(repeated.graph, "fuse_attention");
  Heads constant;
  constant.graph.mark_output(spelled_attention(constant.graph, constant.q,
                                               random_constant(constant.graph, "k", {2, 3, 4, 6}),
                                               constant.v, {}));
  expect_rule_refuses(constant.graph, "fuse_attention");
}

constexpr int64_t kBatch = 2, kSequence = 5, kHeads = 3, kDepth = 4, kWidth = kHeads * kDepth;

ir::ValueId projection(ir::Graph& graph, ir::ValueId x, const char* name, uint32_t seed,
                       bool bias = true) {
  const ir::ValueId product = graph.add(
      "MatrixMultiply", name, {x, random_constant(graph, "w", {1, kWidth, kWidth}, seed)});
  return bias ? element_wise(graph, Operation::Sum,
                             random_constant(graph, "b", {1, 1, kWidth}, seed + 1), product)
              : product;
}

/// Self-attention of a BERT layer, as PyTorch exports it.
ir::Graph bert_layer(int64_t batch = kBatch) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {batch, kSequence, kWidth});
  const ir::ValueId mask = graph.add_input("mask", DataType::Float, {batch, 1, 1, kSequence});
  for (const ir::ValueId input : {x, mask}) graph.mutable_value(input).dimension_names = {"batch"};
  const Axes split = {batch < 0 ? 0 : batch, kSequence, kHeads, kDepth};
  const auto heads = [&](ir::ValueId y, const Axes& permutation) {
    return shuffle(graph, shuffle(graph, y, {}, split, {}), permutation, {}, {});
  };
  const ir::ValueId q = heads(projection(graph, x, "query", 1), {0, 2, 1, 3});
  const ir::ValueId k = heads(projection(graph, x, "key", 3, false), {0, 2, 3, 1});
  const ir::ValueId v = heads(projection(graph, x, "value", 5), {0, 2, 1, 3});
  const ir::ValueId out = spelled_attention(graph, q, k, v, mask);
  graph.mark_output(shuffle(graph, shuffle(graph, out, {0, 2, 1, 3}, {}, {}), {},
                            {batch < 0 ? 0 : batch, kSequence, kWidth}, {}));
  return graph;
}

TEST(FuseQkv, a_bert_layer_becomes_one_product_and_one_attention) {
  ir::Graph graph = bert_layer();
  const ir::Graph before = graph.clone();
  const auto counts = optimizer::optimize(graph, {});
  EXPECT_EQ(op_names(graph), "FusedMatrixMultiply Attention") << graph.to_string();
  EXPECT_EQ(counts.at("fuse_qkv"), 1);
  EXPECT_EQ(counts.at("fuse_attention_heads"), 1);
  EXPECT_EQ(graph.node(find_node(graph, "Attention")).attributes.get_int("num_heads"), kHeads);
  expect_same_outputs(before, graph);
}

TEST(FuseQkv, an_unknown_batch_does_not_matter) {
  ir::Graph graph = bert_layer(-1);
  const ir::Graph before = graph.clone();
  optimizer::optimize(graph, {});
  EXPECT_EQ(op_names(graph), "FusedMatrixMultiply Attention") << graph.to_string();
  expect_same_outputs(before, graph);
}

TEST(FuseQkv, products_that_others_read_stay) {
  ir::Graph graph = bert_layer();
  for (const ir::NodeId id : graph.nodes())
    if (graph.node(id).name == "key") graph.mark_output(graph.node(id).outputs[0]);
  const ir::Graph before = graph.clone();
  const auto counts = optimizer::optimize(graph, {});
  EXPECT_FALSE(counts.contains("fuse_qkv"));
  expect_same_outputs(before, graph);
}

/// Self-attention of a ViT block: one projection, split and transposed at once.
TEST(FusePackedQkv, a_vit_block_reads_its_projection_in_place) {
  for (const int64_t batch : {int64_t{1}, kBatch}) {
    ir::Graph graph;
    const ir::ValueId x = graph.add_input("x", DataType::Float, {batch, kSequence, kWidth});
    const ir::ValueId qkv = graph.add("MatrixMultiply", "qkv",
                                      {x, random_constant(graph, "w", {1, kWidth, 3 * kWidth})});
    const ir::ValueId split =
        shuffle(graph, shuffle(graph, qkv, {}, {batch, kSequence, 3, kHeads, kDepth}, {}),
                {2, 0, 3, 1, 4}, {}, {});
    std::vector<ir::ValueId> parts;
    for (int64_t i = 0; i < 3; ++i) {
      const ir::ValueId part = graph.add("Slice", "part", {split},
                                         {{"start", Axes{i, 0, 0, 0, 0}},
                                          {"shape", Axes{1, batch, kHeads, kSequence, kDepth}},
                                          {"stride", Axes{1, 1, 1, 1, 1}}});
      parts.push_back(graph.add("Squeeze", "squeeze", {part}, {{"axes", Axes{0}}}));
    }
    const ir::ValueId k = shuffle(graph, parts[1], {0, 1, 3, 2}, {}, {});
    const ir::ValueId out = spelled_attention(graph, parts[0], k, parts[2], {});
    graph.mark_output(shuffle(graph, shuffle(graph, out, {0, 2, 1, 3}, {}, {}), {},
                              {batch, kSequence, kWidth}, {}));
    const ir::Graph before = graph.clone();
    optimizer::optimize(graph, {});
    EXPECT_EQ(op_names(graph), "MatrixMultiply Attention") << graph.to_string();
    expect_same_outputs(before, graph);
  }
}

TEST(FuseAttentionHeads, other_shuffles_before_it_stay) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {2, 5, 12});
  // [sequence, batch] instead of [batch, sequence].
  const ir::ValueId heads = shuffle(graph, x, {}, {2, 5, 3, 4}, {1, 2, 0, 3});
  const ir::ValueId out = graph.add("Attention", "attention", {heads, heads, heads});
  graph.mark_output(shuffle(graph, out, {0, 2, 1, 3}, {5, 2, 12}, {}));
  expect_rule_refuses(graph, "fuse_attention_heads");
}

TEST(FuseAttentionHeads, what_else_the_join_does_stays_behind_it) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {2, 5, 12});
  const ir::ValueId heads = shuffle(graph, x, {}, {2, 5, 3, 4}, {0, 2, 1, 3});
  const ir::ValueId out = graph.add("Attention", "attention", {heads, heads, heads});
  graph.mark_output(shuffle(graph, out, {2, 0, 1, 3}, {10, 12}, {}));
  expect_rule_keeps_numbers(graph, "fuse_attention_heads");
  EXPECT_EQ(op_names(graph), "Attention Shuffle");
}

TEST(FuseAttentionHeads, one_unknown_extent_is_enough_to_know) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {-1, 5, 12});
  const ir::ValueId heads = shuffle(graph, x, {}, {-1, 5, 3, 4}, {0, 2, 1, 3});
  const ir::ValueId out = graph.add("Attention", "attention", {heads, heads, heads});
  graph.mark_output(shuffle(graph, out, {0, 2, 1, 3}, {-1, 5, 12}, {}));
  expect_rule_keeps_numbers(graph, "fuse_attention_heads");
  EXPECT_EQ(op_names(graph), "Attention");
}

/// torch.nn.MultiheadAttention(batch_first=True): batch and sequence change places and back.
TEST(FusePackedQkv, transposes_of_batch_and_sequence_cancel_around_it) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {kBatch, kSequence, kWidth});
  const ir::ValueId rows = shuffle(graph, x, {1, 0, 2}, {}, {});
  const ir::ValueId qkv = graph.add("MatrixMultiply", "in",
                                    {rows, random_constant(graph, "w", {1, kWidth, 3 * kWidth})});
  const ir::ValueId split = shuffle(graph, qkv, {}, {kSequence, kBatch, 3, kWidth}, {2, 0, 1, 3});
  std::vector<ir::ValueId> parts;
  for (int64_t i = 0; i < 3; ++i) {
    const ir::ValueId index = graph.add_constant("index", DataType::Int64, {},
                                                 std::vector<double>{static_cast<double>(i)});
    parts.push_back(graph.add("Gather", "part", {split, index}));
  }
  const auto heads = [&](ir::ValueId v, const Axes& permutation) {
    return shuffle(graph, v, {}, {kSequence, kBatch, kHeads, kDepth}, permutation);
  };
  const ir::ValueId out =
      spelled_attention(graph, heads(parts[0], {1, 2, 0, 3}), heads(parts[1], {1, 2, 3, 0}),
                        heads(parts[2], {1, 2, 0, 3}), {});
  const ir::ValueId flat = shuffle(graph, out, {2, 0, 1, 3}, {kSequence * kBatch, kWidth}, {});
  const ir::ValueId projected =
      graph.add("MatrixMultiply", "out", {flat, random_constant(graph, "wo", {kWidth, kWidth})},
                {{"op1", int64_t{1}}});
  graph.mark_output(shuffle(graph, projected, {}, {kSequence, kBatch, kWidth}, {1, 0, 2}));
  const ir::Graph before = graph.clone();
  optimizer::optimize(graph, {});
  EXPECT_EQ(op_names(graph), "MatrixMultiply Attention MatrixMultiply") << graph.to_string();
  expect_same_outputs(before, graph);
}

TEST(HoistSlice, keeps_numbers_where_the_axis_is_the_outer_part) {
  ir::Graph graph;
  const ir::ValueId x = graph.add_input("x", DataType::Float, {2, 5, 36});
  const ir::ValueId split = shuffle(graph, x, {}, {2, 5, 3, 3, 4}, {2, 0, 3, 1, 4});
  const ir::ValueId part = graph.add("Slice", "part", {split},
                                     {{"start", Axes{1, 0, 0, 0, 0}},
                                      {"shape", Axes{1, 2, 3, 5, 4}},
                                      {"stride", Axes{1, 1, 1, 1, 1}}});
  const ir::ValueId heads = shuffle(graph, part, {}, {2, 3, 5, 4}, {});
  graph.mark_output(graph.add("Attention", "attention", {heads, heads, heads}));
  expect_rule_keeps_numbers(graph, "hoist_slice");
  EXPECT_EQ(graph.node(find_node(graph, "Slice")).inputs[0], x);
}

TEST(HoistSlice, refuses_inner_axes_and_other_readers) {
  for (const bool inner : {true, false}) {
    ir::Graph graph;
    const ir::ValueId x = graph.add_input("x", DataType::Float, {2, 5, 36});
    const ir::ValueId split = shuffle(graph, x, {}, {2, 5, 3, 3, 4}, {0, 2, 3, 1, 4});
    const ir::ValueId part =
        graph.add("Slice", "part", {split},
                  {{"start", inner ? Axes{0, 0, 1, 0, 0} : Axes{0, 1, 0, 0, 0}},
                   {"shape", inner ? Axes{2, 3, 1, 5, 4} : Axes{2, 1, 3, 5, 4}},
                   {"stride", Axes{1, 1, 1, 1, 1}}});
    const ir::ValueId heads = shuffle(graph, part, {}, {2, 3, 5, 4}, {});
    graph.mark_output(inner ? graph.add("Attention", "attention", {heads, heads, heads})
                            : unary(graph, UnaryOperation::Exp, heads));
    expect_rule_refuses(graph, "hoist_slice");
  }
}

}  // namespace
}  // namespace trtlike::test
