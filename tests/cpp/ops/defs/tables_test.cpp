// Ops that decide by tables: TreeEnsemble, LabelEncoder, PairwiseCoupling, on numbers worked by
// hand.
#include "support/run_op.h"

namespace trtlike::ops {
namespace {

using test::expect_tensor;
using test::infer_op;
using test::run_op;
using test::Tensor;

constexpr auto kFloat = DataType::Float;
constexpr auto kInt = DataType::Int32;

/// x0 <= 1 ? (x1 > 2 or missing ? leaf 0 : leaf 1) : leaf 2. Leaf 0 gives 10 to target 0, leaf 1
/// gives 20 to it and 5 to target 1, leaf 2 gives 1 to target 1.
std::vector<Tensor> two_trees(const Tensor& x, const std::vector<double>& roots) {
  return {x,
          Tensor(kInt, {2}, {0, 1}),
          Tensor(kInt, {2}, {0, 3 + 8}),
          Tensor(kFloat, {2}, {1, 2}),
          Tensor(kInt, {2, 2}, {1, -3, -1, -2}),
          Tensor(kInt, {static_cast<int64_t>(roots.size())}, roots),
          Tensor(kInt, {3}, {1, 3, 4}),
          Tensor(kInt, {4}, {0, 0, 1, 1}),
          Tensor(kFloat, {4}, {10, 20, 5, 1})};
}

const Tensor kRows(kFloat, {4, 2}, {1, 3, 0, 2, 1.5, 9, -1, NAN});

TEST(TreeEnsemble, adds_what_the_leaves_give) {
  expect_tensor(run_op("TreeEnsemble", two_trees(kRows, {0}), {{"num_targets", int64_t{2}}}),
                {4, 2}, {10, 0, 20, 5, 0, 1, 10, 0});
}

TEST(TreeEnsemble, combines_trees) {
  // The second tree is the first one's inner node; the third is leaf 2.
  const auto combined = [](int64_t aggregate) {
    return run_op("TreeEnsemble", two_trees(kRows, {0, 1, -3}),
                  {{"num_targets", int64_t{2}}, {"aggregate", aggregate}});
  };
  expect_tensor(combined(1), {4, 2}, {20, 1, 40, 11, 10, 2, 20, 1});
  expect_tensor(combined(0), {4, 2},
                {20 / 3.0, 1 / 3.0, 40 / 3.0, 11 / 3.0, 10 / 3.0, 2 / 3.0, 20 / 3.0, 1 / 3.0});
  expect_tensor(combined(2), {4, 2}, {10, 1, 20, 1, 10, 1, 10, 1});
  expect_tensor(combined(3), {4, 2}, {10, 1, 20, 5, 10, 1, 10, 1});
}

TEST(TreeEnsemble, compares_in_six_ways) {
  // Rows 1, 2, 3 against 2: leaf 0 gives 1 where the comparison holds, leaf 1 nothing.
  const Tensor x(kFloat, {4, 1}, {1, 2, 3, NAN});
  const std::vector<double> expected[] = {{1, 1, 0, 0}, {1, 0, 0, 0}, {0, 1, 1, 0},
                                          {0, 0, 1, 0}, {0, 1, 0, 0}, {1, 0, 1, 1}};
  for (int rule = 0; rule < 6; ++rule)
    expect_tensor(
        run_op("TreeEnsemble",
               {x, Tensor(kInt, {1}, {0}), Tensor(kInt, {1}, {double(rule)}),
                Tensor(kFloat, {1}, {2}), Tensor(kInt, {1, 2}, {-1, -2}), Tensor(kInt, {1}, {0}),
                Tensor(kInt, {2}, {1, 1}), Tensor(kInt, {1}, {0}), Tensor(kFloat, {1}, {1})}),
        {4, 1}, expected[rule]);
}

TEST(TreeEnsemble, gives_nothing_for_links_that_lead_nowhere) {
  for (const double child : {0.0, 7.0, -9.0}) {
    auto inputs = two_trees(kRows, {0});
    inputs[4] = Tensor(kInt, {2, 2}, {child, child, -1, -1});
    expect_tensor(run_op("TreeEnsemble", inputs), {4, 1}, {0, 0, 0, 0});
  }
}

TEST(TreeEnsemble, knows_its_targets) {
  auto inputs = two_trees(kRows, {0});
  std::vector<TensorType> types;
  for (const Tensor& input : inputs) types.push_back(input.type());
  types[0].dims = {-1, -1};
  EXPECT_EQ(infer_op("TreeEnsemble", types, {{"num_targets", int64_t{3}}}).front().dims,
            (Dims{-1, 3}));
}

TEST(LabelEncoder, replaces_numbers_and_keeps_to_the_default) {
  const Tensor x(DataType::Int64, {2, 2}, {5, 7, 5, 8}), keys(DataType::Int64, {3}, {7, 5, 7}),
      values(kFloat, {3}, {0.5, 1.5, 9}), rest(kFloat, {1}, {-1});
  expect_tensor(run_op("LabelEncoder", {x, keys, values, rest}), {2, 2}, {1.5, 0.5, 1.5, -1});
}

TEST(LabelEncoder, finds_nan) {
  const Tensor x(kFloat, {4}, {NAN, 2, -2, 0}), keys(kFloat, {3}, {2, NAN, -2}),
      values(DataType::Int64, {3}, {20, 30, 40}), rest(DataType::Int64, {1}, {0});
  expect_tensor(run_op("LabelEncoder", {x, keys, values, rest}), {4}, {30, 20, 40, 0});
}

TEST(LabelEncoder, tells_large_integers_apart) {
  Tensor x(DataType::Int64, {2}), keys(DataType::Int64, {1});
  x.view().as<int64_t>()[0] = keys.view().as<int64_t>()[0] = (int64_t{1} << 60) + 1;
  x.view().as<int64_t>()[1] = int64_t{1} << 60;
  const Tensor value(kFloat, {1}, {1}), rest(kFloat, {1}, {0});
  expect_tensor(run_op("LabelEncoder", {x, keys, value, rest}), {2}, {1, 0});
}

TEST(PairwiseCoupling, agrees_with_pairs_that_agree) {
  // Pairs of probabilities 0.2, 0.3 and 0.5; where two classes are all, the pair is the answer.
  const Tensor three(kFloat, {1, 3}, {0.4, 0.2 / 0.7, 0.375});
  expect_tensor(run_op("PairwiseCoupling", {three}), {1, 3}, {0.2, 0.3, 0.5}, 5e-3);
  expect_tensor(run_op("PairwiseCoupling", {Tensor(kFloat, {2, 1}, {0.9, 0.25})}), {2, 2},
                {0.9, 0.1, 0.25, 0.75}, 5e-3);
}

}  // namespace
}  // namespace trtlike::ops
