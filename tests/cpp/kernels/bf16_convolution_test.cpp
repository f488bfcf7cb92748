// Convolutions of bfloat16 images against the op's reference: depthwise, and of single pixels as
// products of matrices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/convolution_case.h"

namespace trtlike::kernels {
namespace {

using test::convolution;
using test::for_each_depthwise;
using test::kChannelsLast;
using test::padded;
using test::Storage;
using test::TacticCase;
using Attributes = test::ConvolutionAttributes;
using Ints = std::vector<int64_t>;

/// Products and sums are f32: only the result is rounded, by at most one unit in the last place
/// away from where the reference rounds it.
void expect_narrow_depthwise(const TacticCase& problem, const char* op = "Convolution") {
  const Tactic* tactic = find_tactic(op, "depthwise_bf16_16_avx512_bf16");
  ASSERT_NE(tactic, nullptr);
  TacticCase copy = problem;
  ASSERT_EQ(copy.refusal(*tactic), std::nullopt) << copy.describe();
  EXPECT_LE(copy.error(*tactic), 0x1p-8) << copy.describe();
}

TEST(Bf16Convolution, depthwise_of_bfloat16) {
  if (!(core::cpu_isa() >= core::Isa::Avx512Bf16)) GTEST_SKIP() << "not on this CPU";
  const auto narrow = [](int64_t pitch) {
    return Storage{DataType::BF16, Layout::ChannelsLast, pitch};
  };
  for_each_depthwise([&](const Dims& input, const Dims& kernel, const Attributes& attributes) {
    const int64_t c = input[1];
    expect_narrow_depthwise(convolution(input, kernel, attributes, narrow(c + 5), narrow(c + 1)));
  });
  for (const char* program :
       {"in 1; v1 = clip v0 0 6; out v1", "in 1; v1 = sigmoid v0; v2 = prod v0 v1; out v2",
        "in 2; v2 = sum v0 v1; out v2"}) {
    Attributes attributes = padded(2);
    attributes.emplace_back("num_groups", int64_t{40});
    attributes.emplace_back("dilation", Ints{2, 2});
    attributes.emplace_back("program", program);
    TacticCase out("FusedConvolution", attributes);
    out.input({2, 40, 9, 19}, narrow(43)).constant({40, 1, 3, 3}).constant({40});
    if (std::string_view(program).starts_with("in 2")) out.input({2, 40, 9, 19}, kChannelsLast);
    expect_narrow_depthwise(out.output(narrow(41)), "FusedConvolution");
  }
}

TEST(Bf16Convolution, depthwise_of_bfloat16_leaves_other_programs) {
  TacticCase out("FusedConvolution", {{"program", "in 2; v2 = prod v0 v1; out v2"}});
  const Storage narrow{DataType::BF16, Layout::ChannelsLast, 0};
  out.input({1, 1, 4, 4}, narrow).constant({1, 1, 1, 1}).constant({1}).input({1, 1, 4, 4}, narrow);
  const Tactic* tactic = find_tactic("FusedConvolution", "depthwise_bf16_16_avx512_bf16");
  if (tactic == nullptr || !(tactic->needs <= core::cpu_isa())) GTEST_SKIP() << "not on this CPU";
  EXPECT_THAT(out.output(narrow).refusal(*tactic).value_or(""), testing::HasSubstr("hard swish"));
}

constexpr const char* kProducts[] = {"product_bf16_6x64_avx512_bf16",
                                     "product_bf16_8x48_avx512_bf16",
                                     "product_bf16_14x32_avx512_bf16"};

/// Of weights that are bfloat16: sums are f32, and only the result is rounded, if it is bfloat16.
void expect_products(const TacticCase& problem, DataType out, const char* op = "Convolution") {
  for (const char* name : kProducts) {
    const Tactic* tactic = find_tactic(op, name);
    ASSERT_NE(tactic, nullptr);
    TacticCase copy = problem;
    ASSERT_EQ(copy.refusal(*tactic), std::nullopt) << name << " " << copy.describe();
    EXPECT_LE(copy.error(*tactic), out == DataType::BF16 ? 0x1p-8 : 1e-5)
        << name << " " << copy.describe();
  }
}

TEST(Bf16Convolution, products_of_bfloat16) {
  if (!(core::cpu_isa() >= core::Isa::Avx512Bf16)) GTEST_SKIP() << "not on this CPU";
  const Storage narrow{DataType::BF16, Layout::ChannelsLast, 0};
  const auto check = [&](const Dims& input, int64_t k, const Storage& to) {
    TacticCase out("Convolution", {});
    out.input(input, narrow).constant({k, input[1], 1, 1}, {DataType::BF16}).constant({k});
    expect_products(out.output(to), to.dtype);
  };
  for (const int64_t c : {1, 2, 15, 16, 33, 64})
    for (const int64_t k : {1, 15, 16, 17, 48, 49, 64, 65, 130})
      for (const auto& [h, w] : std::vector<std::array<int64_t, 2>>{{1, 1}, {2, 3}, {5, 9}})
        for (const Storage& to : {narrow, kChannelsLast}) check({2, c, h, w}, k, to);
  check({1, 40, 61, 47}, 72, narrow);
}

TEST(Bf16Convolution, programs_after_products_of_bfloat16) {
  if (!(core::cpu_isa() >= core::Isa::Avx512Bf16)) GTEST_SKIP() << "not on this CPU";
  const Storage narrow{DataType::BF16, Layout::ChannelsLast, 0};
  for (const auto& [program, extras] : std::vector<std::pair<std::string, std::vector<Dims>>>{
           {"in 1; v1 = clip v0 0 6; out v1", {}},
           {"in 1; v1 = sigmoid v0; v2 = prod v0 v1; out v2", {}},
           {"in 2; v2 = sum v0 v1; v3 = relu v2; out v3", {{1, 70, 6, 7}}},
           {"in 2; v2 = prod v0 v1; out v2", {{1, 70, 1, 1}}},
           {"in 3; v3 = sum v0 v1; v4 = sigmoid v3; v5 = prod v4 v2; out v5",
            {{1, 70, 6, 7}, {1, 70, 1, 1}}}})
    for (const Storage& to : {narrow, kChannelsLast}) {
      TacticCase out("FusedConvolution", {{"program", program}});
      out.input({1, 33, 6, 7}, narrow).constant({70, 33, 1, 1}, {DataType::BF16}).constant({70});
      for (const Dims& extra : extras) out.input(extra, to);
      expect_products(out.output(to), to.dtype, "FusedConvolution");
    }
}

TEST(Bf16Convolution, what_is_no_product) {
  const Storage narrow{DataType::BF16, Layout::ChannelsLast, 0};
  const Tactic* tactic = find_tactic("Convolution", kProducts[0]);
  if (tactic == nullptr || !(tactic->needs <= core::cpu_isa())) GTEST_SKIP() << "not on this CPU";
  const auto refusal = [&](const Dims& kernel, const Attributes& attributes, Storage from) {
    return convolution({1, 16, 9, 9}, kernel, attributes, from, narrow)
        .refusal(*tactic)
        .value_or("");
  };
  EXPECT_EQ(refusal({16, 16, 1, 1}, {}, narrow), "");
  for (const Attributes& attributes :
       {Attributes{{"stride", Ints{2, 2}}}, padded(1), Attributes{{"num_groups", int64_t{4}}}}) {
    const int64_t channels = attributes[0].first == "num_groups" ? 4 : 16;
    EXPECT_THAT(refusal({16, channels, 1, 1}, attributes, narrow),
                testing::HasSubstr("windows of one pixel"));
  }
  EXPECT_THAT(refusal({16, 16, 3, 3}, {}, narrow), testing::HasSubstr("windows of one pixel"));
  EXPECT_THAT(refusal({16, 16, 1, 1}, {}, kChannelsLast), testing::HasSubstr("needs bf16"));

  const Tactic* fused = find_tactic("FusedConvolution", kProducts[0]);
  TacticCase images("FusedConvolution", {{"program", "in 2; v2 = prod v0 v1; out v2"}});
  images.input({2, 16, 4, 4}, narrow).constant({16, 16, 1, 1}).constant({16});
  images.input({2, 16, 1, 1}, narrow).output(narrow);
  EXPECT_THAT(images.refusal(*fused).value_or(""), testing::HasSubstr("one element a channel"));
}

}  // namespace
}  // namespace trtlike::kernels
