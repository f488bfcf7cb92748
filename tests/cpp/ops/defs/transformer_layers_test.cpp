// Attention, rotary embeddings, caches and experts of networks, on numbers worked by hand.
#include <cmath>

#include "support/run_op.h"
#include "trtlike/enums/transformer_enums.h"

namespace trtlike::ops {
namespace {

using test::absent;
using test::AttributeList;
using test::expect_tensor;
using test::run_op;
using test::Tensor;

constexpr auto kFloat = DataType::Float;
const double kE = std::exp(1.0);

Tensor floats(const Dims& dims, const std::vector<double>& elements) {
  return Tensor(kFloat, dims, elements);
}

const Tensor kQuery = floats({1, 1, 2, 1}, {1, 0}), kKey = floats({1, 1, 2, 1}, {0, 1}),
             kValue = floats({1, 1, 2, 1}, {10, 20});

TEST(AttentionInput, weighs_values_by_products) {
  // Scores of query 0 are 0 and 1, those of query 1 both 0.
  expect_tensor(run_op("AttentionInput", {kQuery, kKey, kValue}), {1, 1, 2, 1},
                {(10 + 20 * kE) / (1 + kE), 15});
}

TEST(AttentionInput, sees_no_later_key_where_it_is_causal) {
  expect_tensor(run_op("AttentionInput", {kQuery, kKey, kValue}, {{"causal", true}}), {1, 1, 2, 1},
                {10, 15});
}

TEST(AttentionInput, takes_masks_that_are_added_or_say_what_is_seen) {
  const Tensor added = floats({1, 1, 1, 2}, {1, 0});
  expect_tensor(run_op("AttentionInput", {kQuery, kKey, kValue, added}), {1, 1, 2, 1},
                {15, (10 * kE + 20) / (1 + kE)});
  const Tensor seen(DataType::Bool, {1, 1, 2, 2}, {0, 1, 1, 0});
  expect_tensor(run_op("AttentionInput", {kQuery, kKey, kValue, seen}), {1, 1, 2, 1}, {20, 10});
}

TEST(AttentionInput, without_normalization_is_two_products) {
  const AttributeList none = {{"norm_op", int64_t{0}}};
  expect_tensor(run_op("AttentionInput", {kQuery, kKey, kValue}, none), {1, 1, 2, 1}, {20, 0});
  const Tensor seen(DataType::Bool, {1, 1, 1, 2}, {1, 0});
  expect_tensor(run_op("AttentionInput", {kQuery, kKey, kValue, seen}, none), {1, 1, 2, 1}, {0, 0});
}

TEST(AttentionInput, shares_heads_of_keys) {
  const Tensor query = floats({1, 4, 1, 1}, {0, 0, 0, 0});
  const Tensor key = floats({1, 2, 1, 1}, {1, 1}), value = floats({1, 2, 1, 1}, {3, 7});
  expect_tensor(run_op("AttentionInput", {query, key, value}), {1, 4, 1, 1}, {3, 3, 7, 7});
}

TEST(AttentionInput, rounds_weights_to_steps) {
  // Halves are 1.25 steps of 0.4, rounded to 1: 0.4 of each value.
  const Tensor query = floats({1, 1, 1, 1}, {0});
  expect_tensor(run_op("AttentionInput", {query, kKey, kValue, absent(), floats({}, {0.4})},
                       {{"to_type", static_cast<int64_t>(DataType::Int8)}}),
                {1, 1, 1, 1}, {12});
}

TEST(RotaryEmbedding, turns_halves_or_neighbours) {
  // A quarter turn: (a, b) becomes (-b, a).
  const Tensor x = floats({1, 1, 1, 4}, {1, 2, 3, 4});
  const Tensor cosine = floats({1, 1, 2}, {0, 0}), sine = floats({1, 1, 2}, {1, 1});
  expect_tensor(run_op("RotaryEmbedding", {x, cosine, sine}), {1, 1, 1, 4}, {-3, -4, 1, 2});
  expect_tensor(run_op("RotaryEmbedding", {x, cosine, sine}, {{"interleaved", true}}), {1, 1, 1, 4},
                {-2, 1, -4, 3});
  const Tensor one = floats({1, 1, 1}, {0}), other = floats({1, 1, 1}, {1});
  expect_tensor(run_op("RotaryEmbedding", {x, one, other}, {{"rotary_embedding_dim", int64_t{2}}}),
                {1, 1, 1, 4}, {-2, 1, 3, 4});
}

TEST(RotaryEmbedding, looks_angles_up_by_positions) {
  const Tensor x = floats({1, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor cosine = floats({3, 1}, {1, 0, -1}), sine = floats({3, 1}, {0, 1, 0});
  const Tensor positions(DataType::Int64, {1, 2}, {2, 0});
  expect_tensor(run_op("RotaryEmbedding", {x, cosine, sine, positions}), {1, 2, 2, 2},
                {-1, -2, 3, 4, -5, -6, 7, 8});
}

TEST(KVCacheUpdate, writes_from_an_index_on_in_each_sequence) {
  const Tensor cache = floats({2, 1, 3, 1}, {1, 2, 3, 4, 5, 6});
  const Tensor update = floats({2, 1, 2, 1}, {10, 20, 30, 40});
  const auto at = [&](double first, double second) {
    return run_op("KVCacheUpdate", {cache, update, Tensor(DataType::Int32, {2}, {first, second})});
  };
  expect_tensor(at(0, 1), {2, 1, 3, 1}, {10, 20, 3, 4, 30, 40});
  expect_tensor(at(2, -1), {2, 1, 3, 1}, {1, 2, 3, 4, 5, 6});
}

class Experts : public testing::Test {
 protected:
  /// Two experts of one number: gate, up and down are (1, 2, 3) and (2, 1, 1).
  Tensor run(const AttributeList& attributes, bool has_biases = false) {
    std::vector<Tensor> inputs = {
        floats({1, 1, 1}, {2}),         Tensor(DataType::Int32, {1, 1, 2}, {1, 0}),
        floats({1, 1, 2}, {0.25, 0.5}), floats({2, 1, 1}, {1, 2}),
        floats({2, 1, 1}, {2, 1}),      floats({2, 1, 1}, {3, 1})};
    if (has_biases)
      for (const double bias : {1.0, 0.0, 2.0}) inputs.push_back(floats({2, 1}, {bias, bias}));
    return run_op("MoE", inputs, attributes);
  }
};

TEST_F(Experts, are_summed_by_their_scores) {
  // Expert 0: 2 * 4 * 3 = 24; expert 1: 4 * 2 * 1 = 8.
  expect_tensor(run({}), {1, 1, 1}, {0.5 * 24 + 0.25 * 8});
  // Gates of 3 and 5, and 2 more behind the last product.
  expect_tensor(run({}, true), {1, 1, 1}, {0.5 * (3 * 4 * 3 + 2) + 0.25 * (5 * 2 + 2)});
}

TEST_F(Experts, are_gated) {
  const auto silu = [](double x) { return x / (1 + std::exp(-x)); };
  expect_tensor(run({{"activation_type", int64_t{1}}}), {1, 1, 1},
                {0.5 * silu(2) * 4 * 3 + 0.25 * silu(4) * 2});
  // Gates of at most 3, up of at most 3, plus 1.
  expect_tensor(run({{"activation_type", int64_t{1}},
                     {"swiglu_param_limit", 3.0},
                     {"swiglu_param_alpha", 0.5},
                     {"swiglu_param_beta", 1.0}}),
                {1, 1, 1},
                {0.5 * 2 / (1 + std::exp(-1)) * 4 * 3 + 0.25 * 3 / (1 + std::exp(-1.5)) * 3});
}

}  // namespace
}  // namespace trtlike::ops
