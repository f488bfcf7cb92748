// Networks of typed layers, built and run through the public API alone; the numbers are worked by
// hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "trtlike/builder.h"
#include "trtlike/execution_context.h"

namespace trtlike {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;

class Lines final : public Logger {
 public:
  void log(Severity severity, std::string_view message) noexcept override {
    if (severity <= Severity::Warning) text += std::string(message) + "\n";
  }
  std::string text;
};

/// Runs an engine of one input and one output.
std::vector<float> run(const std::shared_ptr<CudaEngine>& engine, std::vector<float> input,
                       size_t outputs) {
  std::vector<float> output(outputs, -1000.0f);
  if (engine == nullptr) return output;
  const auto context = engine->create_execution_context(engine);
  EXPECT_TRUE(context->set_tensor_address(engine->tensor_name(0), input.data()));
  EXPECT_TRUE(context->set_tensor_address(engine->tensor_name(1), output.data()));
  EXPECT_TRUE(context->execute_async_v3(0));
  return output;
}

Weights weights(const std::vector<float>& elements) {
  return {DataType::Float, elements.data(), static_cast<int64_t>(elements.size()), nullptr};
}

class TypedNetworks : public testing::TestWithParam<int> {
 protected:
  std::shared_ptr<CudaEngine> build(const Network& network) {
    BuilderConfig config;
    config.set_builder_optimization_level(GetParam());
    Builder builder(log);
    return builder.build_engine_with_config(network, config);
  }

  std::shared_ptr<Lines> log = std::make_shared<Lines>();
};

INSTANTIATE_TEST_SUITE_P(Levels, TypedNetworks, testing::Values(0, 3));

TEST_P(TypedNetworks, a_small_image_network) {
  // The window of ones sums 2 x 2 elements of each channel; channel 1 is negated.
  const std::vector<float> kernel{1, 1, 1, 1, -1, -1, -1, -1}, bias{0.5f, 100};
  const std::vector<float> product{1, 10};
  Network network;
  const Tensor x = network.add_input("x", DataType::Float, {1, 2, 3, 3});
  ConvolutionLayer conv = network.add_convolution_nd(x, 2, {2, 2}, weights(kernel), weights(bias));
  EXPECT_EQ(conv.num_groups(), 2);
  const ActivationLayer relu = network.add_activation(conv.output(0), ActivationType::Relu);
  PoolingLayer pool = network.add_pooling_nd(relu.output(0), PoolingType::Max, {2, 2});
  pool.set_stride_nd({2, 2});
  ShuffleLayer rows = network.add_shuffle(pool.output(0));
  rows.set_reshape_dims({1, 2});
  const Tensor factors = network.add_constant({2, 1}, weights(product)).output(0);
  const MatrixMultiplyLayer sum = network.add_matrix_multiply(rows.output(0), MatrixOperation::None,
                                                              factors, MatrixOperation::None);
  network.mark_output(sum.output(0));
  std::vector<float> image(18);
  for (size_t i = 0; i < image.size(); ++i) image[i] = static_cast<float>(i);
  // Channel 0: the largest window is 4 + 5 + 7 + 8, and 24.5 with the bias. Channel 1: the smallest
  // sum is 9 + 10 + 12 + 13 = 44, which leaves 56 of 100.
  EXPECT_THAT(run(build(network), image, 1), ElementsAre(24.5f + 560)) << log->text;
}

TEST_P(TypedNetworks, what_is_set_after_a_layer_was_added_counts) {
  Network network;
  const Tensor x = network.add_input("x", DataType::Float, {2, 3});
  ElementWiseLayer product = network.add_elementwise(x, x, ElementWiseOperation::Sum);
  product.set_op(ElementWiseOperation::Prod);
  ReduceLayer reduce = network.add_reduce(product.output(0), ReduceOperation::Sum, 0b01, false);
  reduce.set_op(ReduceOperation::Max);
  reduce.set_axes(0b10);
  SliceLayer slice = network.add_slice(reduce.output(0), {0}, {2}, {1});
  slice.set_start({1});
  slice.set_shape({1});
  network.mark_output(slice.output(0));
  EXPECT_THAT(run(build(network), {1, 2, 3, -5, 4, 0}, 1), ElementsAre(25)) << log->text;
}

TEST_P(TypedNetworks, softmax_scale_and_gather) {
  static const int32_t order[] = {2, 0};
  const std::vector<float> shift{1}, scale{2};
  Network network;
  const Tensor x = network.add_input("x", DataType::Float, {3});
  const SoftMaxLayer softmax = network.add_softmax(x);
  const ScaleLayer scaled =
      network.add_scale(softmax.output(0), ScaleMode::Uniform, weights(shift), weights(scale));
  const Tensor indices = network.add_constant({2}, {DataType::Int32, order, 2, nullptr}).output(0);
  network.mark_output(network.add_gather(scaled.output(0), indices, 0).output(0));
  const float sum = 1 + 2 + 5;
  EXPECT_THAT(run(build(network), {0, std::log(2.0f), std::log(5.0f)}, 2),
              Pointwise(FloatNear(1e-5f), {2 * 5 / sum + 1, 2 * 1 / sum + 1}))
      << log->text;
}

TEST_P(TypedNetworks, a_layer_without_what_it_needs_is_named) {
  Network network;
  const Tensor x = network.add_input("x", DataType::Float, {2, 3});
  MatrixMultiplyLayer product =
      network.add_matrix_multiply(x, MatrixOperation::None, x, MatrixOperation::Transpose);
  product.set_name("pairs");
  network.mark_output(product.output(0));
  product.set_op1(MatrixOperation::None);
  EXPECT_EQ(build(network), nullptr);
  EXPECT_THAT(log->text, HasSubstr("'pairs' (MatrixMultiply)"));
}

}  // namespace
}  // namespace trtlike
