// Attention tactics against the op's reference: operand forms, lengths, masks, types.
#include <cmath>

#include "support/expect_tactics.h"

namespace trtlike::kernels {
namespace {

using test::TacticCase;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

constexpr DataType kTypes[] = {DataType::Float, DataType::Half, DataType::BF16};

/// Rounding of the output; of bf16 weights and operands where products are in bf16.
double tolerance(DataType dtype) {
  return dtype == DataType::Float ? 5e-6 : dtype == DataType::Half ? 2e-3 : 2e-2;
}

/// Only bf16 of an even depth goes to the tactic for bf16.
void expect(TacticCase& problem, double tolerance) {
  test::expect_native_tactics(problem, tolerance, "attention_bf16");
}

struct Heads {
  int64_t batch = 1, heads = 1, queries = 1, keys = 1, depth = 1, value_depth = 1;
};

TacticCase separate(const Heads& n, const Attributes& attributes, DataType dtype) {
  TacticCase problem("Attention", attributes);
  problem.input({n.batch, n.heads, n.queries, n.depth}, {dtype})
      .input({n.batch, n.heads, n.keys, n.depth}, {dtype})
      .input({n.batch, n.heads, n.keys, n.value_depth}, {dtype})
      .output({dtype});
  return problem;
}

void check(const Heads& n, const Attributes& attributes = {{"scale", 2.0}}) {
  for (const DataType dtype : kTypes) {
    TacticCase problem = separate(n, attributes, dtype);
    expect(problem, tolerance(dtype));
  }
}

TEST(AttentionTactics, lengths_around_vectors_and_tiles) {
  for (const int64_t n : {1, 2, 5, 7, 8, 15, 16, 17, 31, 33, 48, 63, 64, 65, 80, 128, 197})
    check({.heads = 2, .queries = n, .keys = n, .depth = 64, .value_depth = 64});
}

TEST(AttentionTactics, depths_around_vectors) {
  for (const int64_t n : {1, 3, 8, 15, 16, 17, 32, 40, 63, 65, 80, 96, 128, 130})
    check({.queries = 20, .keys = 33, .depth = n, .value_depth = n});
  check({.queries = 20, .keys = 33, .depth = 24, .value_depth = 56});
}

TEST(AttentionTactics, more_keys_than_queries_and_the_reverse) {
  check({.batch = 2, .heads = 3, .queries = 1, .keys = 77, .depth = 32, .value_depth = 32});
  check({.batch = 2, .heads = 3, .queries = 77, .keys = 1, .depth = 32, .value_depth = 32});
}

TEST(AttentionTactics, long_sequences_are_taken_in_chunks) {
  // Growing scores make later chunks scale earlier sums down.
  Heads n{.queries = 18, .keys = 1300, .depth = 8, .value_depth = 20};
  TacticCase problem("Attention", {{"scale", 1.0}});
  std::vector<float> keys(static_cast<size_t>(n.keys * n.depth));
  for (size_t i = 0; i < keys.size(); ++i)
    keys[i] = static_cast<float>(i) * 1e-4f * static_cast<float>(i % 8);
  problem.input({1, 1, n.queries, n.depth})
      .input({1, 1, n.keys, n.depth})
      .values(keys)
      .input({1, 1, n.keys, n.value_depth})
      .output({});
  expect(problem, 1e-5);
  check(n);
}

TEST(AttentionTactics, masks_of_every_shape) {
  const Heads n{.batch = 2, .heads = 3, .queries = 37, .keys = 29, .depth = 16, .value_depth = 16};
  for (const Dims& mask : {Dims{1, 1, 1, 29}, Dims{2, 1, 1, 29}, Dims{2, 3, 37, 29},
                           Dims{1, 3, 37, 29}, Dims{2, 1, 37, 29}})
    for (const DataType dtype : kTypes) {
      TacticCase problem = separate(n, {{"scale", 1.0}}, dtype);
      std::vector<float> values(static_cast<size_t>(core::elems(mask)));
      for (size_t i = 0; i < values.size(); ++i)
        values[i] = i % 5 == 0 ? -INFINITY : static_cast<float>(i % 7) - 3;
      problem.input(mask, {dtype}).values(values);
      expect(problem, tolerance(dtype));
    }
}

TEST(AttentionTactics, queries_that_see_nothing_give_zeros) {
  TacticCase problem = separate({.queries = 3, .keys = 5, .depth = 4, .value_depth = 4},
                                {{"scale", 1.0}}, DataType::Float);
  std::vector<float> mask(15, 0.0f);
  std::fill(mask.begin() + 5, mask.begin() + 10, -INFINITY);
  problem.input({1, 1, 3, 5}).values(mask);
  expect(problem, 5e-6);
}

TEST(AttentionTactics, causal_queries_see_no_later_keys) {
  for (const int64_t n : {1, 5, 16, 37, 64, 130})
    check({.heads = 2, .queries = n, .keys = n, .depth = 16, .value_depth = 16},
          {{"scale", 2.0}, {"causal", true}});
  check({.queries = 40, .keys = 9, .depth = 16, .value_depth = 16},
        {{"scale", 2.0}, {"causal", true}});
  check({.queries = 9, .keys = 1200, .depth = 16, .value_depth = 16},
        {{"scale", 2.0}, {"causal", true}});
}

TEST(AttentionTactics, joined_and_packed_heads) {
  for (const DataType dtype : kTypes) {
    const Attributes attributes = {{"scale", 1.5}, {"num_heads", int64_t{3}}};
    TacticCase joined("Attention", attributes);
    joined.input({2, 21, 60}, {dtype}).input({2, 35, 60}, {dtype}).input({2, 35, 72}, {dtype});
    joined.output({dtype});
    expect(joined, tolerance(dtype));
    TacticCase packed("Attention", attributes);
    packed.input({2, 33, 3 * 3 * 20}, {dtype}).output({dtype});
    expect(packed, tolerance(dtype));
    TacticCase masked("Attention", attributes);
    masked.input({2, 33, 3 * 3 * 20}, {dtype}).absent().absent().input({2, 1, 1, 33}, {dtype});
    masked.output({dtype});
    expect(masked, tolerance(dtype));
  }
}

TEST(AttentionTactics, bf16_products_take_pairs) {
  const Tactic* tactic = find_tactic("Attention", "attention_bf16_avx512_bf16");
  if (tactic == nullptr || !(tactic->needs <= core::cpu_isa())) GTEST_SKIP() << "no bf16 products";
  const auto refusal = [&](int64_t depth, DataType dtype) {
    TacticCase problem = separate({.queries = 3, .keys = 5, .depth = depth, .value_depth = 4},
                                  {{"scale", 1.0}}, dtype);
    return problem.refusal(*tactic);
  };
  EXPECT_EQ(refusal(4, DataType::BF16), std::nullopt);
  EXPECT_EQ(refusal(5, DataType::BF16), "needs an even depth");
  EXPECT_EQ(refusal(4, DataType::Float), "needs bf16, got f32");
}

TEST(AttentionTactics, masks_without_keys_are_refused) {
  TacticCase problem = separate({.queries = 3, .keys = 5, .depth = 4, .value_depth = 4},
                                {{"scale", 1.0}}, DataType::Float);
  problem.input({1, 1, 3, 1});
  EXPECT_EQ(problem.refusal(*find_tactic("Attention", "attention_portable")),
            "needs a mask with one number a key");
}

}  // namespace
}  // namespace trtlike::kernels
