// Attention's reference against numpy in all its operand forms.
#include "support/run_op.h"

namespace trtlike::ops {
namespace {

using test::absent;
using test::AttributeList;
using test::expect_error;
using test::expect_tensor;
using test::infer_op;
using test::pattern;
using test::run_op;
using test::Tensor;

constexpr auto kFloat = DataType::Float;

/// [B, H, S, D] -> [B, S, H * D].
Tensor join_heads(const Tensor& x) {
  Tensor out(kFloat, {x.dims[0], x.dims[2], x.dims[1] * x.dims[3]});
  int64_t from = 0;
  for (int64_t b = 0; b < x.dims[0]; ++b)
    for (int64_t h = 0; h < x.dims[1]; ++h)
      for (int64_t s = 0; s < x.dims[2]; ++s)
        for (int64_t d = 0; d < x.dims[3]; ++d)
          out.view().set(((b * x.dims[2] + s) * x.dims[1] + h) * x.dims[3] + d,
                         x.view().at(from++));
  return out;
}

TEST(Attention, separate_heads_with_a_mask) {
  expect_tensor(run_op("Attention",
                       {pattern({1, 2, 3, 2}, 1), pattern({1, 2, 4, 2}, 2),
                        pattern({1, 2, 4, 2}, 3), pattern({1, 1, 3, 4}, 4)},
                       {{"scale", 0.5}}),
                {1, 2, 3, 2},
                {1.484478, -2.117214, 0.4205047, 1.030739, -0.08954278, 0.6398948, 0.7447368,
                 1.494737, 1.356314, 2.106314, -0.4929593, 0.2570407});
}

TEST(Attention, joined_heads_are_the_same_numbers) {
  const Tensor q = pattern({1, 2, 3, 2}, 1), k = pattern({1, 2, 4, 2}, 2),
               v = pattern({1, 2, 4, 2}, 3), mask = pattern({1, 1, 3, 4}, 4);
  const Tensor separate = run_op("Attention", {q, k, v, mask}, {{"scale", 0.5}});
  expect_tensor(run_op("Attention", {join_heads(q), join_heads(k), join_heads(v), mask},
                       {{"scale", 0.5}, {"num_heads", int64_t{2}}}),
                {1, 3, 4}, join_heads(separate).elements(), 0);
}

TEST(Attention, packed_operands_are_the_same_numbers) {
  const Tensor q = pattern({2, 3, 4}, 1), k = pattern({2, 3, 4}, 2), v = pattern({2, 3, 4}, 3);
  Tensor packed(kFloat, {2, 3, 12});
  for (int64_t row = 0; row < 6; ++row)
    for (int64_t d = 0; d < 4; ++d) {
      packed.view().set(row * 12 + d, q.view().at(row * 4 + d));
      packed.view().set(row * 12 + 4 + d, k.view().at(row * 4 + d));
      packed.view().set(row * 12 + 8 + d, v.view().at(row * 4 + d));
    }
  const AttributeList attributes = {{"scale", 0.7}, {"num_heads", int64_t{2}}};
  expect_tensor(run_op("Attention", {packed}, attributes), {2, 3, 4},
                run_op("Attention", {q, k, v}, attributes).elements(), 0);
}

TEST(Attention, causal_queries_see_no_later_keys) {
  const auto head = [](int64_t seed) { return pattern({1, 1, 3, 2}, seed); };
  expect_tensor(
      run_op("Attention", {head(1), head(2), head(3)}, {{"scale", 0.5}, {"causal", true}}),
      {1, 1, 3, 2}, {0.5, 1.25, 1.568348, -1.331842, 0.3769193, 1.075871});
}

TEST(Attention, a_row_that_sees_nothing_is_nan) {
  const Tensor mask(kFloat, {1, 1, 1, 2}, {-HUGE_VAL, -HUGE_VAL});
  const Tensor q(kFloat, {1, 1, 1, 1}, {1}), k(kFloat, {1, 1, 2, 1}, {1, 2});
  // As the softmax of such a row: onnx's reference and the written-out graph.
  EXPECT_TRUE(std::isnan(run_op("Attention", {q, k, k, mask}).elements()[0]));
}

TEST(Attention, unknown_extents_stay_unknown) {
  EXPECT_EQ(infer_op("Attention", {{kFloat, {-1, -1, 96}}}, {{"num_heads", int64_t{4}}})[0].dims,
            (Dims{-1, -1, 32}));
  EXPECT_EQ(infer_op("Attention", {{kFloat, {-1, 4, -1, 8}},
                                   {kFloat, {2, 4, 9, 8}},
                                   {kFloat, {2, 4, 9, 6}},
                                   {kFloat, {-1, 1, 1, 9}}})[0]
                .dims,
            (Dims{2, 4, -1, 6}));
}

TEST(Attention, refusals_name_the_shapes) {
  const auto expect = [](const std::vector<TensorType>& inputs, const AttributeList& attributes,
                         const char* part) {
    expect_error<UserError>([&] { infer_op("Attention", inputs, attributes); }, part);
  };
  const TensorType q{kFloat, {1, 2, 3, 4}};
  expect({q, {kFloat, {1, 2, 5, 3}}, {kFloat, {1, 2, 5, 4}}}, {},
         "expected equal depths, got 4 and 3");
  expect({q, {kFloat, {1, 2, 5, 4}}, {kFloat, {1, 2, 6, 4}}}, {}, "numbers of keys and values");
  expect({q, q}, {}, "expected both or neither");
  expect({{kFloat, {1, 2, 10}}}, {{"num_heads", int64_t{2}}}, "a last extent that 6 divides");
  expect({q, q, q, {kFloat, {1, 1, 3, 2}}}, {},
         "input 3 'mask': expected a shape that repeats to [1, 2, 3, 3], got [1, 1, 3, 2]");
  expect({q, {DataType::Half, {1, 2, 3, 4}}, q}, {}, "expected FLOAT as input 0, got HALF");
}

}  // namespace
}  // namespace trtlike::ops
