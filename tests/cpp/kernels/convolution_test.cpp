// Every native convolution tactic against the op's reference, on shapes around tiles, vectors and
// blocks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/convolution_case.h"

namespace trtlike::kernels {
namespace {

using test::convolution;
using test::for_each_depthwise;
using test::kChannelsLast;
using test::padded;
using test::pitched;
using test::Storage;
using test::TacticCase;
using Attributes = test::ConvolutionAttributes;
using Ints = std::vector<int64_t>;

/// Relative to the largest output: sums of f32 products, and of transformed ones.
double tolerance(const Tactic& tactic) {
  return std::string_view(tactic.name).starts_with("winograd") ? 1e-4 : 1e-5;
}

/// Runs the case through every native tactic that takes it; gives how many did.
int check_all(const char* op, TacticCase& problem) {
  int ran = 0;
  for (const Tactic* tactic : tactics_for(op)) {
    if (tactic->source != Source::Native || problem.refusal(*tactic)) continue;
    EXPECT_LE(problem.error(*tactic), tolerance(*tactic))
        << tactic->name << " " << problem.describe();
    ++ran;
  }
  return ran;
}

void expect_all_close(TacticCase problem, const char* op = "Convolution") {
  EXPECT_GE(check_all(op, problem), 1) << problem.describe();
}

TEST(NativeConvolution, channels_around_the_vector_width) {
  for (const int64_t c : {1, 3, 15, 16, 17, 33, 64, 70})
    for (const int64_t k : {1, 3, 15, 16, 17, 33, 64, 70, 130}) {
      expect_all_close(convolution({1, c, 5, 6}, {k, c, 3, 3}, padded(1)));
      expect_all_close(convolution({1, c, 5, 3}, {k, c, 1, 1}, {}));
    }
}

TEST(NativeConvolution, odd_multiples_of_24_channels) {
  const Tactic* tactic = find_tactic("Convolution", "direct_f32_4x24_avx2");
  if (tactic == nullptr) GTEST_SKIP() << "not in this build";
  for (const int64_t k : {24, 72, 120})
    for (int64_t w = 1; w <= 9; ++w) {
      auto problem = convolution({1, 7, 3, w}, {k, 7, 3, 3}, padded(1), pitched(9), pitched(k + 5));
      EXPECT_EQ(tactic->refuse(tactic->self, problem.problem()), std::nullopt);
      EXPECT_GE(check_all("Convolution", problem), 1) << problem.describe();
    }
  EXPECT_EQ(tactic->refuse(tactic->self, convolution({1, 7, 3, 3}, {48, 7, 3, 3}, {}).problem()),
            "needs an odd multiple of 24 output channels, got 48");
}

TEST(NativeConvolution, extents_around_the_tiles) {
  for (int64_t w = 1; w <= 27; ++w) {
    expect_all_close(convolution({1, 5, 1 + w % 4, w}, {20, 5, 3, 3}, padded(1)));
    expect_all_close(convolution({2, 7, 1, w}, {72, 7, 1, 1}, {}));
  }
}

TEST(NativeConvolution, strides_of_two_around_the_tiles) {
  for (int64_t w = 1; w <= 27; ++w)
    for (const auto& [before, after] :
         std::vector<std::array<int64_t, 2>>{{1, 1}, {0, 1}, {1, 0}, {2, 2}}) {
      const Attributes attributes = {{"stride", Ints{2, 2}},
                                     {"pre_padding", Ints{before, 1}},
                                     {"post_padding", Ints{after, 1}}};
      expect_all_close(convolution({2, 19, 2 + w % 5, w}, {20, 19, 3, 3}, attributes));
    }
}

TEST(NativeConvolution, strides_dilations_and_one_sided_padding) {
  const std::vector<Attributes> cases = {
      {{"stride", Ints{2, 2}}, {"pre_padding", Ints{3, 3}}, {"post_padding", Ints{3, 3}}},
      {{"dilation", Ints{2, 3}}, {"pre_padding", Ints{2, 2}}, {"post_padding", Ints{2, 2}}},
      {{"pre_padding", Ints{0, 2}}, {"post_padding", Ints{3, 1}}},
      {{"pre_padding", Ints{5, 0}}, {"post_padding", Ints{0, 6}}},
      {{"stride", Ints{3, 1}}},
      {{"stride", Ints{2, 2}}, {"padding_mode", int64_t{2}}},
      {{"stride", Ints{2, 3}}, {"padding_mode", int64_t{3}}},
  };
  for (const Attributes& attributes : cases)
    for (const int64_t kernel : {1, 2, 3, 5, 7})
      expect_all_close(convolution({2, 18, 17, 15}, {34, 18, kernel, kernel}, attributes));
}

TEST(NativeConvolution, groups) {
  for (const auto& [groups, c, k] : std::vector<std::array<int64_t, 3>>{
           {2, 32, 64}, {4, 12, 20}, {8, 32, 32}, {3, 51, 102}, {32, 32, 64}, {17, 17, 17}}) {
    Attributes attributes = padded(1);
    attributes.emplace_back("num_groups", groups);
    expect_all_close(convolution({2, c, 9, 7}, {k, c / groups, 3, 3}, attributes));
  }
}

TEST(NativeConvolution, depthwise) {
  for_each_depthwise([](const Dims& input, const Dims& kernel, const Attributes& attributes) {
    const int64_t c = input[1];
    expect_all_close(convolution(input, kernel, attributes, pitched(c + 5), pitched(c + 1)));
  });
}

TEST(NativeConvolution, depthwise_with_dilation_and_uneven_padding) {
  for (const Attributes& attributes : std::vector<Attributes>{
           {{"dilation", Ints{2, 2}}, {"pre_padding", Ints{2, 2}}, {"post_padding", Ints{2, 2}}},
           {{"dilation", Ints{4, 1}}, {"pre_padding", Ints{4, 0}}, {"post_padding", Ints{5, 3}}},
           {{"pre_padding", Ints{6, 5}}, {"post_padding", Ints{4, 7}}, {"stride", Ints{2, 2}}},
           {{"stride", Ints{2, 2}}, {"padding_mode", int64_t{2}}}}) {
    Attributes grouped = attributes;
    grouped.emplace_back("num_groups", int64_t{20});
    for (const int threads : {1, 2, 5})
      expect_all_close(convolution({1, 20, 14, 17}, {20, 1, 3, 3}, grouped).threads(threads));
  }
}

TEST(NativeConvolution, depthwise_dilated_rows_around_the_dilation) {
  for (const int64_t dilation : {2, 3, 4})
    for (const int64_t kernel : {3, 5})
      for (const int64_t w : {1, 2, 7, 8, 9, 33, 41}) {
        Attributes attributes = padded(dilation * (kernel / 2));
        attributes.emplace_back("num_groups", int64_t{20});
        attributes.emplace_back("dilation", Ints{dilation, dilation});
        for (const char* program :
             {"in 2; v2 = sum v0 v1; v3 = clip v2 0 6; out v3",
              "in 2; v2 = sigmoid v0; v3 = prod v2 v0; v4 = sum v3 v1; out v4"}) {
          Attributes with_program = attributes;
          with_program.emplace_back("program", program);
          TacticCase out("FusedConvolution", with_program);
          out.input({1, 20, 5, w}, pitched(23)).constant({20, 1, kernel, kernel}).constant({20});
          expect_all_close(out.input({1, 20, 5, w}, pitched(21)).output(pitched(22)),
                           "FusedConvolution");
        }
      }
}

TEST(NativeConvolution, depthwise_inputs_beyond_the_cache) {
  Attributes attributes = padded(1);
  attributes.emplace_back("num_groups", int64_t{150});
  expect_all_close(convolution({2, 150, 61, 59}, {150, 1, 3, 3}, attributes, pitched(151)));
}

TEST(NativeConvolution, outputs_beyond_the_caches) {
  for (const int64_t channels : {16, 40}) {
    const Dims input{1, 9, 43, 39}, kernel{channels, 9, 3, 3};
    for (const Storage& to : {pitched(1024), pitched(1023)}) {
      expect_all_close(convolution(input, kernel, padded(1), kChannelsLast, to));
      expect_all_close(convolution(input, kernel, padded(1), pitched(11), to).misaligned());
    }
  }
  Attributes halved = padded(3);
  halved.emplace_back("stride", Ints{2, 2});
  expect_all_close(
      convolution({1, 3, 80, 77}, {20, 3, 7, 7}, halved, kChannelsLast, pitched(1024)));
}

TEST(NativeConvolution, residuals_beyond_the_caches) {
  Attributes attributes = padded(1);
  attributes.emplace_back("program", "in 2; v2 = sum v0 v1; v3 = clip v2 0 6; out v3");
  TacticCase problem("FusedConvolution", attributes);
  problem.input({2, 17, 25, 33}, kChannelsLast).constant({16, 17, 3, 3}).constant({16});
  expect_all_close(problem.input({2, 16, 25, 33}, pitched(19)).output(pitched(1024)).threads(5),
                   "FusedConvolution");
}

TEST(NativeConvolution, gates_around_the_vector_width) {
  for (const char* program : {"in 1; v1 = sigmoid v0; v2 = prod v0 v1; out v2",
                              "in 1; v1 = hard_sigmoid v0 0.2 0.4; v2 = prod v1 v0; out v2"})
    for (const int64_t c : {1, 15, 16, 17, 33, 70})
      for (const int64_t groups : {int64_t{1}, c}) {
        Attributes attributes = padded(1);
        attributes.emplace_back("num_groups", groups);
        attributes.emplace_back("program", program);
        TacticCase out("FusedConvolution", attributes);
        out.input({1, c, 9, 13}, pitched(c + 3)).constant({c, c / groups, 3, 3}).constant({c});
        expect_all_close(out.output(pitched(c + 1)), "FusedConvolution");
      }
}

TEST(NativeConvolution, depthwise_programs) {
  for (const auto& [program, extras] : std::vector<std::pair<std::string, std::vector<Dims>>>{
           {"in 1; v1 = sigmoid v0; v2 = prod v0 v1; out v2", {}},
           {"in 2; v2 = sum v0 v1; v3 = clip v2 0 6; out v3", {{2, 40, 9, 9}}},
           {"in 2; v2 = prod v0 v1; out v2", {{2, 40, 1, 1}}}}) {
    Attributes attributes = padded(1);
    attributes.emplace_back("num_groups", int64_t{40});
    attributes.emplace_back("program", program);
    TacticCase out("FusedConvolution", attributes);
    out.input({2, 40, 9, 9}, kChannelsLast).constant({40, 1, 3, 3}).constant({40});
    for (const Dims& extra : extras) out.input(extra, kChannelsLast);
    expect_all_close(out.output(kChannelsLast), "FusedConvolution");
  }
}

TEST(NativeConvolution, bands_of_wider_tensors) {
  for (const int64_t c : {16, 21})
    for (const int64_t kernel : {1, 3})
      expect_all_close(convolution({2, c, 6, 7}, {35, c, kernel, kernel}, padded(kernel / 2),
                                   pitched(c + 13), pitched(48)));
}

TEST(NativeConvolution, threads_and_many_blocks) {
  for (const int threads : {1, 2, 3, 8}) {
    expect_all_close(convolution({1, 40, 33, 31}, {200, 40, 3, 3}, padded(1)).threads(threads));
    Attributes strided = padded(1);
    strided.emplace_back("stride", Ints{2, 2});
    expect_all_close(convolution({1, 40, 33, 31}, {200, 40, 3, 3}, strided).threads(threads));
    expect_all_close(convolution({1, 300, 5, 5}, {500, 300, 1, 1}, {}).threads(threads));
  }
}

TEST(NativeConvolution, weights_beyond_the_cache) {
  expect_all_close(convolution({1, 700, 7, 7}, {64, 700, 3, 3}, padded(1)));
}

TEST(NativeConvolution, no_bias) {
  TacticCase out("Convolution", padded(1));
  expect_all_close(
      out.input({1, 8, 6, 6}, kChannelsLast).constant({24, 8, 3, 3}).output(kChannelsLast));
}

TEST(NativeConvolution, one_and_three_spatial_axes) {
  expect_all_close(convolution({2, 6, 30}, {10, 6, 3}, {{"stride", Ints{2}}}));
  expect_all_close(convolution({1, 6, 5, 6, 7}, {10, 6, 3, 2, 3},
                               {{"pre_padding", Ints{1, 0, 1}}, {"stride", Ints{1, 2, 1}}}));
}

TEST(NativeConvolution, half_precision_weights) {
  TacticCase out("Convolution", padded(1));
  out.input({1, 8, 6, 6}, kChannelsLast);
  out.constant({24, 8, 3, 3}, {DataType::Half, Layout::Linear, 0});
  out.constant({24}, {DataType::BF16, Layout::Linear, 0});
  expect_all_close(out.output(kChannelsLast));
}

TEST(NativeConvolution, empty_batch) {
  expect_all_close(convolution({0, 8, 6, 6}, {24, 8, 3, 3}, padded(1)));
}

TEST(NativeConvolution, programs) {
  const std::vector<std::pair<std::string, std::vector<Dims>>> cases = {
      {"in 1; v1 = relu v0; out v1", {}},
      {"in 1; v1 = clip v0 -2 3; out v1", {}},
      {"in 2; v2 = sum v0 v1; out v2", {{2, 70, 6, 7}}},
      {"in 2; v2 = sum v1 v0; v3 = relu v2; out v3", {{2, 70, 6, 7}}},
      {"in 1; v1 = sigmoid v0; v2 = prod v0 v1; out v2", {}},
      {"in 1; v1 = hard_sigmoid v0 0.2 0.4; v2 = prod v1 v0; out v2", {}},
      {"in 2; v2 = sum v0 v1; v3 = sigmoid v2; v4 = prod v3 v2; out v4", {{2, 70, 6, 7}}},
      {"in 2; v2 = sigmoid v0; v3 = prod v2 v1; out v3", {{2, 70, 6, 7}}},
      {"in 1; v1 = relu v0; v2 = sigmoid v1; v3 = prod v1 v2; out v3", {}},
      {"in 1; v1 = sigmoid v0; v2 = prod v1 v1; out v2", {}},
      {"in 2; v2 = leaky_relu v0 0.1; v3 = sum v2 v1; out v3", {{2, 70, 6, 7}}},
      {"in 2; v2 = prod v0 v1; out v2", {{1, 70, 1, 1}}},
      {"in 2; v2 = prod v0 v1; out v2", {{2, 70, 1, 1}}},
      {"in 3; v3 = prod v0 v1; v4 = sum v3 v2; out v4", {{1, 1, 1, 1}, {2, 1, 6, 7}}},
      {"in 2; v2 = sub v1 v0; out v2", {{1, 70, 6, 7}}},
  };
  for (const auto& [program, extras] : cases)
    for (const int64_t kernel : {1, 3}) {
      Attributes attributes = padded(kernel / 2);
      attributes.emplace_back("program", program);
      for (const int64_t pitch : {0, 80}) {
        TacticCase out("FusedConvolution", attributes);
        out.input({2, 20, 6, 7}, kChannelsLast).constant({70, 20, kernel, kernel}).constant({70});
        for (const Dims& extra : extras)
          out.input(extra, extra == Dims{2, 70, 6, 7} ? pitched(pitch) : kChannelsLast);
        expect_all_close(out.output(kChannelsLast), "FusedConvolution");
      }
    }
}

TEST(NativeConvolution, linear_inputs_of_few_channels) {
  for (const int64_t c : {1, 3, 4, 9})
    for (const int64_t kernel : {1, 3, 7})
      for (const int64_t stride : {1, 2}) {
        Attributes attributes = padded(kernel / 2);
        attributes.emplace_back("stride", Ints{stride, stride});
        for (const int64_t k : {8, 35, 64})
          expect_all_close(
              convolution({2, c, 11, 30}, {k, c, kernel, kernel}, attributes, {}, pitched(k + 3)));
      }
  expect_all_close(convolution({1, 3, 9, 8}, {20, 3, 3, 3},
                               {{"pre_padding", Ints{0, 9}}, {"post_padding", Ints{4, 12}}}, {},
                               kChannelsLast));
  expect_all_close(convolution({1, 3, 9, 8}, {20, 3, 3, 3},
                               {{"stride", Ints{2, 2}}, {"padding_mode", int64_t{2}}}, {},
                               kChannelsLast));
  expect_all_close(convolution({2, 2, 40}, {20, 2, 5}, {{"stride", Ints{3}}}, {}, kChannelsLast));
}

TacticCase deconvolution(Dims input, Dims kernel, Attributes attributes) {
  TacticCase out("Deconvolution", attributes);
  const auto groups = std::find_if(attributes.begin(), attributes.end(),
                                   [](const auto& a) { return a.first == "num_groups"; });
  const int64_t maps =
      kernel[1] * (groups == attributes.end() ? 1 : std::get<int64_t>(groups->second));
  out.input(input, pitched(input[1] + 2)).constant(kernel).constant({maps});
  return out.output(pitched(maps + 1));
}

TEST(NativeDeconvolution, strides_kernels_and_padding) {
  for (const int64_t stride : {1, 2, 3})
    for (const int64_t kernel : {1, 2, 3, 4, 5})
      for (const int64_t padding : {0, 1}) {
        if (kernel < 2 * padding + 1) continue;
        Attributes attributes = padded(padding);
        attributes.emplace_back("stride", Ints{stride, stride});
        expect_all_close(deconvolution({2, 20, 5, 7}, {20, 35, kernel, kernel}, attributes),
                         "Deconvolution");
      }
}

TEST(NativeDeconvolution, groups_dilation_and_output_padding) {
  expect_all_close(deconvolution({1, 24, 6, 5}, {24, 7, 3, 3},
                                 {{"num_groups", int64_t{3}}, {"stride", Ints{2, 2}}}),
                   "Deconvolution");
  expect_all_close(deconvolution({1, 24, 6, 5}, {24, 7, 3, 2}, {{"dilation", Ints{2, 3}}}),
                   "Deconvolution");
  expect_all_close(deconvolution({1, 8, 6, 5}, {8, 17, 3, 3},
                                 {{"stride", Ints{3, 2}}, {"output_padding", Ints{2, 1}}}),
                   "Deconvolution");
  expect_all_close(deconvolution({1, 8, 6, 5}, {8, 17, 3, 3},
                                 {{"stride", Ints{2, 2}}, {"padding_mode", int64_t{2}}}),
                   "Deconvolution");
  expect_all_close(deconvolution({2, 5, 9}, {5, 6, 4}, {{"stride", Ints{2}}}), "Deconvolution");
}

TEST(NativeConvolution, refusals_say_what_is_missing) {
  const Tactic* tactic = find_tactic("Convolution", "direct_f32_4x8_portable");
  ASSERT_NE(tactic, nullptr);
  auto linear = convolution({1, 8, 6, 6}, {24, 8, 3, 3}, {}, {}, kChannelsLast);
  EXPECT_EQ(linear.refusal(*tactic),
            "needs channels_last to channels_last, got linear to channels_last");
  const Tactic* few_channels = find_tactic("Convolution", "linear_input_f32_4x8_portable");
  ASSERT_NE(few_channels, nullptr);
  TacticCase computed("Convolution", {});
  computed.input({1, 8, 6, 6}).input({24, 8, 3, 3}).output(kChannelsLast);
  EXPECT_EQ(computed.refusal(*few_channels), "needs constant weights");
  TacticCase computed_bias("Convolution", {});
  computed_bias.input({1, 8, 6, 6}, kChannelsLast).constant({24, 8, 3, 3}).input({24});
  EXPECT_EQ(computed_bias.output(kChannelsLast).refusal(*tactic), "needs constant weights");
  TacticCase half("Convolution", {});
  half.input({1, 8, 6, 6}, kChannelsLast);
  half.input({24, 8, 3, 3}, {DataType::Half, Layout::Linear, 0}).output(kChannelsLast);
  EXPECT_EQ(half.refusal(*tactic), "needs constant weights, or f32, got f16");
}

}  // namespace
}  // namespace trtlike::kernels
