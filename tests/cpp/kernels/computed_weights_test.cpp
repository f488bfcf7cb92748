// Convolutions and deconvolutions whose weights are known when the network runs: every tactic that
// takes them against the reference.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/os/cpu.h"
#include "support/convolution_case.h"

namespace trtlike::kernels {
namespace {

using test::ConvolutionAttributes;
using test::kChannelsLast;
using test::padded;
using test::pitched;
using test::Storage;
using test::TacticCase;
using Ints = std::vector<int64_t>;

struct Computed {
  const char* op = "Convolution";
  Dims input{2, 20, 7, 9};
  Dims kernel{35, 20, 3, 3};
  ConvolutionAttributes attributes = padded(1);
  int64_t bias = 0;
  bool constant_bias = false;
  Dims residual = Dims::unknown_rank();
  int threads = 2;
};

std::vector<Storage> layouts(int rank) {
  if (rank != 4) return {Storage{}};
  return {Storage{}, kChannelsLast};
}

/// All tactics but the reference, with images and weights in each layout that they take. Names of
/// those that ran.
std::set<std::string> expect_close(const Computed& given) {
  std::set<std::string> ran;
  for (const Storage& weights : layouts(given.kernel.rank()))
    for (const Storage& images : {kChannelsLast, Storage{}}) {
      TacticCase problem(given.op, given.attributes);
      problem.input(given.input, images).input(given.kernel, weights);
      if (given.bias != 0 && given.constant_bias) {
        problem.constant({given.bias});
      } else if (given.bias != 0) {
        problem.input({given.bias});
      } else if (given.residual.rank() > 0) {
        problem.absent();
      }
      if (given.residual.rank() > 0) problem.input(given.residual, images);
      problem.output(images).threads(given.threads);
      for (const Tactic* tactic : tactics_for(given.op)) {
        if (tactic->source == Source::Reference || problem.refusal(*tactic)) continue;
        EXPECT_LE(problem.error(*tactic), 2e-6) << tactic->name << " " << problem.describe();
        ran.insert(tactic->name);
      }
    }
  return ran;
}

ConvolutionAttributes with(ConvolutionAttributes attributes, const char* name,
                           AttributeValue value) {
  attributes.emplace_back(name, std::move(value));
  return attributes;
}

void expect_native(const std::set<std::string>& ran) {
  EXPECT_THAT(ran, testing::Contains(testing::HasSubstr("_f32_")));
}

TEST(ComputedWeights, channels_around_the_tiles) {
  for (const int64_t outputs : {1, 4, 15, 16, 17, 64, 65, 130})
    for (const int64_t inputs : {1, 7, 40})
      for (const int64_t kernel : {1, 3})
        expect_native(expect_close({.input = {1, inputs, 5, 6},
                                    .kernel = {outputs, inputs, kernel, kernel},
                                    .attributes = padded(kernel / 2),
                                    .bias = outputs}));
}

TEST(ComputedWeights, groups_of_all_sizes) {
  for (const int64_t groups : {2, 3, 5, 16})
    for (const int64_t outputs : {1, 2, 8, 20})
      for (const int64_t inputs : {1, 3, 18})
        expect_native(expect_close({.input = {1, groups * inputs, 6, 5},
                                    .kernel = {groups * outputs, inputs, 3, 3},
                                    .attributes = with(padded(1), "num_groups", groups),
                                    .bias = outputs == 2 ? groups * outputs : 0}));
}

TEST(ComputedWeights, strides_dilations_and_uneven_padding) {
  for (const ConvolutionAttributes& attributes : std::vector<ConvolutionAttributes>{
           with(padded(1), "stride", Ints{2, 2}),
           with(padded(2), "dilation", Ints{2, 2}),
           {{"pre_padding", Ints{0, 2}}, {"post_padding", Ints{1, 0}}, {"stride", Ints{1, 3}}},
           {{"stride", Ints{2, 1}}, {"padding_mode", int64_t{2}}}})
    for (const int threads : {1, 3}) {
      expect_native(expect_close({.attributes = attributes, .bias = 35, .threads = threads}));
      expect_native(expect_close({.kernel = {20, 1, 3, 3},
                                  .attributes = with(attributes, "num_groups", int64_t{20}),
                                  .bias = 20,
                                  .threads = threads}));
    }
}

TEST(ComputedWeights, depthwise_filters) {
  for (const int64_t c : {3, 16, 33, 70})
    for (const int64_t kernel : {1, 2, 3, 5, 7}) {
      const auto ran = expect_close({.input = {2, c, 8, 9},
                                     .kernel = {c, 1, kernel, kernel},
                                     .attributes = with(padded(kernel / 2), "num_groups", c),
                                     .bias = kernel == 3 ? c : 0});
      EXPECT_THAT(ran, testing::Contains(testing::HasSubstr("depthwise_f32")));
    }
}

TEST(ComputedWeights, many_weights_of_few_pixels) {
  for (const int threads : {1, 2, 8})
    expect_native(expect_close(
        {.input = {1, 300, 2, 2}, .kernel = {200, 300, 3, 3}, .bias = 200, .threads = threads}));
}

TEST(ComputedWeights, constant_bias_and_programs) {
  expect_native(expect_close({.bias = 35, .constant_bias = true}));
  for (const char* program : {"in 2; v2 = sum v0 v1; v3 = clip v2 0 6; out v3",
                              "in 2; v2 = tanh v0; v3 = prod v2 v1; out v3"})
    for (const int64_t bias : {0, 35})
      expect_native(expect_close({.op = "FusedConvolution",
                                  .attributes = with(padded(1), "program", std::string(program)),
                                  .bias = bias,
                                  .residual = {2, 35, 7, 9}}));
}

TEST(ComputedWeights, pitched_weights_and_images) {
  TacticCase problem("Convolution", padded(1));
  problem.input({1, 12, 6, 6}, pitched(20)).input({24, 12, 3, 3}, pitched(17)).output(pitched(30));
  int ran = 0;
  for (const Tactic* tactic : tactics_for("Convolution")) {
    if (tactic->source == Source::Reference || problem.refusal(*tactic)) continue;
    EXPECT_LE(problem.error(*tactic), 2e-6) << tactic->name;
    ++ran;
  }
  EXPECT_GE(ran, 1);
}

TEST(ComputedWeights, deconvolutions) {
  for (const int64_t stride : {1, 2, 3})
    for (const int64_t groups : {1, 2})
      for (const int64_t outputs : {3, 16, 40})
        expect_native(expect_close({.op = "Deconvolution",
                                    .input = {2, groups * 6, 5, 7},
                                    .kernel = {groups * 6, outputs, 3, 4},
                                    .attributes = {{"stride", Ints{stride, stride}},
                                                   {"num_groups", groups},
                                                   {"pre_padding", Ints{1, 0}},
                                                   {"post_padding", Ints{0, 1}}},
                                    .bias = outputs == 16 ? 0 : groups * outputs}));
}

TEST(ComputedWeights, one_and_three_spatial_axes) {
  const auto one = expect_close(
      {.input = {2, 6, 30}, .kernel = {10, 6, 3}, .attributes = {{"stride", Ints{2}}}, .bias = 10});
  expect_native(one);
  if (find_tactic("Convolution", "convolution_onednn_rows") != nullptr) {
    EXPECT_THAT(one, testing::Contains("convolution_onednn_rows"));
  }
  expect_native(
      expect_close({.input = {1, 6, 5, 6, 7},
                    .kernel = {10, 6, 3, 2, 3},
                    .attributes = {{"pre_padding", Ints{1, 0, 1}}, {"stride", Ints{1, 2, 1}}}}));
  expect_native(expect_close(
      {.op = "Deconvolution", .input = {2, 6, 9}, .kernel = {6, 10, 4}, .attributes = {}}));
}

}  // namespace
}  // namespace trtlike::kernels
