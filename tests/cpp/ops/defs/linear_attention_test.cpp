// LinearAttention: memories worked by hand, of one head with keys and values of two numbers.
#include "support/run_op.h"

namespace trtlike::ops {
namespace {

using test::absent;
using test::expect_tensor;
using test::infer_op;
using test::run_op_all;
using test::Tensor;

constexpr auto kFloat = DataType::Float;

test::AttributeList rule(const char* name, int64_t queries = 1) {
  return {{"q_num_heads", queries},
          {"kv_num_heads", int64_t{1}},
          {"scale", 1.0},
          {"update_rule", std::string(name)}};
}

const Tensor kQuery(kFloat, {1, 2, 2}, {1, 0, 1, 1}), kKey(kFloat, {1, 2, 2}, {1, 2, 0, 1}),
    kValue(kFloat, {1, 2, 2}, {3, 4, 5, 6});

TEST(LinearAttention, sums_products_of_keys_and_values) {
  // After step 0: [[3, 4], [6, 8]]; step 1 adds [[0, 0], [5, 6]].
  const auto out = run_op_all("LinearAttention", {kQuery, kKey, kValue}, rule("linear"));
  expect_tensor(out[0], {1, 2, 2}, {3, 4, 14, 18});
  expect_tensor(out[1], {1, 1, 2, 2}, {3, 4, 11, 14});
}

TEST(LinearAttention, fades_before_it_learns) {
  // ln 2 and ln 3 make [[1, 1], [1, 1]] to [[2, 2], [3, 3]], which learns [[3, 4], [6, 8]].
  const Tensor one_query(kFloat, {1, 1, 2}, {1, 0}), one_key(kFloat, {1, 1, 2}, {1, 2}),
      one_value(kFloat, {1, 1, 2}, {3, 4}), past(kFloat, {1, 1, 2, 2}, {1, 1, 1, 1}),
      decay(kFloat, {1, 1, 2}, {std::log(2.0), std::log(3.0)});
  const auto out =
      run_op_all("LinearAttention", {one_query, one_key, one_value, past, decay}, rule("gated"));
  expect_tensor(out[0], {1, 1, 2}, {5, 6});
  expect_tensor(out[1], {1, 1, 2, 2}, {5, 6, 9, 11});
}

TEST(LinearAttention, learns_what_it_does_not_know) {
  // Key [0, 1] finds [6, 8] at step 1; half of [5, 6] - [6, 8] is added there.
  const Tensor beta(kFloat, {1, 2, 1}, {1, 0.5});
  const auto out = run_op_all("LinearAttention", {kQuery, kKey, kValue, absent(), absent(), beta},
                              rule("delta"));
  expect_tensor(out[1], {1, 1, 2, 2}, {3, 4, 5.5, 7});
  expect_tensor(out[0], {1, 2, 2}, {3, 4, 8.5, 11});
}

TEST(LinearAttention, lets_heads_of_queries_share_a_memory) {
  const Tensor queries(kFloat, {1, 1, 4}, {1, 0, 0, 1}), key(kFloat, {1, 1, 2}, {1, 2}),
      value(kFloat, {1, 1, 2}, {3, 4});
  const auto out = run_op_all("LinearAttention", {queries, key, value}, rule("linear", 2));
  expect_tensor(out[0], {1, 1, 4}, {3, 4, 6, 8});
}

TEST(LinearAttention, gives_the_past_where_there_are_no_steps) {
  const Tensor none(kFloat, {1, 0, 2}), past(kFloat, {1, 1, 2, 2}, {1, 2, 3, 4});
  const auto out = run_op_all("LinearAttention", {none, none, none, past}, rule("linear"));
  expect_tensor(out[0], {1, 0, 2}, {});
  expect_tensor(out[1], {1, 1, 2, 2}, {1, 2, 3, 4});
}

TEST(LinearAttention, knows_what_it_can_of_extents) {
  const auto out = infer_op("LinearAttention",
                            {{DataType::Half, {-1, -1, 4}},
                             {DataType::Half, {2, -1, 2}},
                             {DataType::Half, {-1, 7, 3}},
                             {kFloat, {-1, 1, -1, 3}}},
                            rule("linear", 2));
  EXPECT_EQ(out[0], (TensorType{DataType::Half, {2, 7, 6}}));
  EXPECT_EQ(out[1], (TensorType{kFloat, {2, 1, 2, 3}}));
}

}  // namespace
}  // namespace trtlike::ops
