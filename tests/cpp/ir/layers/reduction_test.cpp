// Reductions, normalizations and products: properties, and the default axis of softmax.
#include "trtlike/layers/reduction.h"

#include <algorithm>

#include "support/typed_layers.h"

namespace trtlike {
namespace {

using test::message_of;
using test::ones;
using test::TypedLayers;
using testing::HasSubstr;

TEST_F(TypedLayers, reductions) {
  const Tensor x = input({2, 3, 4});
  const auto reduce = expect_last(network.add_reduce(x, ReduceOperation::Avg, 0b110, false));
  EXPECT_EQ(reduce.output(0).shape(), (Dims{2}));
  expect_property(reduce, &ReduceLayer::op, &ReduceLayer::set_op, ReduceOperation::Max);
  expect_property(reduce, &ReduceLayer::axes, &ReduceLayer::set_axes, int64_t{0b001});
  expect_property(reduce, &ReduceLayer::keep_dims, &ReduceLayer::set_keep_dims, true);
  EXPECT_EQ(reduce.output(0).shape(), (Dims{1, 3, 4}));
  const auto topk = expect_last(network.add_topk(x, TopKOperation::Max, 2, 0b010));
  EXPECT_EQ(topk.output(1).dtype(), DataType::Int32);
  expect_property(topk, &TopKLayer::op, &TopKLayer::set_op, TopKOperation::Min);
  expect_property(topk, &TopKLayer::k, &TopKLayer::set_k, int64_t{3});
  expect_property(topk, &TopKLayer::axes, &TopKLayer::set_axes, int64_t{0b100});
  expect_property(topk, &TopKLayer::indices_type, &TopKLayer::set_indices_type, DataType::Int64);
}

TEST_F(TypedLayers, cumulative) {
  static const int64_t axis = 1;
  const Weights weights{DataType::Int64, &axis, 1, nullptr};
  const Tensor x = input({2, 3}), along = network.add_constant({}, weights).output(0);
  const auto layer =
      expect_last(network.add_cumulative(x, along, CumulativeOperation::Sum, true, true));
  using L = CumulativeLayer;
  EXPECT_TRUE(layer.exclusive());
  EXPECT_TRUE(layer.reverse());
  expect_property(layer, &L::op, &L::set_op, CumulativeOperation::Sum);
  expect_property(layer, &L::exclusive, &L::set_exclusive, false);
  expect_property(layer, &L::reverse, &L::set_reverse, false);
}

TEST_F(TypedLayers, softmax_is_along_the_third_axis_from_the_end) {
  for (int rank = 1; rank <= 5; ++rank) {
    const auto layer = expect_last(network.add_softmax(input(Dims::filled(rank, 2))));
    EXPECT_EQ(layer.axes(), int64_t{1} << std::max(0, rank - 3)) << rank;
    expect_property(layer, &SoftMaxLayer::axes, &SoftMaxLayer::set_axes, int64_t{1} << (rank - 1));
  }
}

TEST_F(TypedLayers, normalizations) {
  const Tensor x = input({1, 4, 2, 2});
  const auto lrn = expect_last(network.add_lrn(x, 5, 0.1, 0.75, 1.0));
  EXPECT_EQ(lrn.window_size(), 5);
  EXPECT_EQ(lrn.alpha(), 0.1);
  EXPECT_EQ(lrn.beta(), 0.75);
  EXPECT_EQ(lrn.k(), 1.0);
  expect_property(lrn, &LRNLayer::window_size, &LRNLayer::set_window_size, int64_t{3});
  expect_property(lrn, &LRNLayer::alpha, &LRNLayer::set_alpha, 0.5);
  expect_property(lrn, &LRNLayer::beta, &LRNLayer::set_beta, 0.5);
  expect_property(lrn, &LRNLayer::k, &LRNLayer::set_k, 2.0);
  const Tensor scale = constant({1, 4, 1, 1}, 4);
  const auto norm = expect_last(network.add_normalization(x, scale, scale, 0b1100));
  using L = NormalizationLayer;
  EXPECT_EQ(norm.axes(), 0b1100);
  EXPECT_EQ(norm.num_groups(), 1);
  expect_property(norm, &L::epsilon, &L::set_epsilon, 1e-3);
  expect_property(norm, &L::compute_precision, &L::set_compute_precision, DataType::Half);
  expect_property(norm, &L::axes, &L::set_axes, int64_t{0b1000});
  expect_property(norm, &L::num_groups, &L::set_num_groups, int64_t{2});
}

TEST_F(TypedLayers, products) {
  const Tensor a = input({2, 3}), b = input({4, 3});
  const auto product = expect_last(
      network.add_matrix_multiply(a, MatrixOperation::None, b, MatrixOperation::Transpose));
  using L = MatrixMultiplyLayer;
  EXPECT_EQ(product.op0(), MatrixOperation::None);
  EXPECT_EQ(product.op1(), MatrixOperation::Transpose);
  EXPECT_EQ(product.output(0).shape(), (Dims{2, 4}));
  expect_property(product, &L::op0, &L::set_op0, MatrixOperation::Transpose);
  expect_property(product, &L::op1, &L::set_op1, MatrixOperation::None);
  EXPECT_THAT(message_of([&] { product.output(0).shape(); }), HasSubstr("(MatrixMultiply)"));
  const auto einsum = expect_last(network.add_einsum({a, b}, "ij,kj->ik"));
  EXPECT_EQ(einsum.output(0).shape(), (Dims{2, 4}));
  expect_property(einsum, &EinsumLayer::equation, &EinsumLayer::set_equation,
                  std::string("ij,kj->ki"));
  EXPECT_EQ(einsum.output(0).shape(), (Dims{4, 2}));
}

}  // namespace
}  // namespace trtlike
