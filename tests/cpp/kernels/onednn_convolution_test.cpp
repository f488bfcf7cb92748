// oneDNN convolutions against the op's reference: layouts, slices, strides, groups, fused programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/os/cpu.h"
#include "support/tactic_case.h"

namespace trtlike::kernels {
namespace {

using test::Storage;
using test::TacticCase;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;
using Ints = std::vector<int64_t>;

constexpr Storage kChannelsLast{DataType::Float, Layout::ChannelsLast, 0};
constexpr Storage kLinear{};

const Tactic* rows(const char* op = "Convolution") {
  return find_tactic(op, "convolution_onednn_rows");
}
const Tactic* channels(const char* op = "Convolution") {
  return find_tactic(op, "convolution_onednn_channels");
}

class OneDnnConvolution : public testing::Test {
 protected:
  void SetUp() override {
    if (rows() == nullptr) GTEST_SKIP() << "this build has no oneDNN";
  }
  /// Runs it, or says why it was refused.
  static void expect_close(const Tactic* tactic, TacticCase& problem, double tolerance) {
    ASSERT_NE(tactic, nullptr);
    const auto refusal = problem.refusal(*tactic);
    ASSERT_FALSE(refusal.has_value()) << tactic->name << " refused: " << *refusal << "\n"
                                      << problem.describe();
    EXPECT_LE(problem.error(*tactic), tolerance) << tactic->name << " " << problem.describe();
  }
};

TacticCase conv(Dims in, Dims kernel, Attributes attributes, Storage from, Storage to,
                bool bias = true) {
  TacticCase out("Convolution", attributes);
  out.input(in, from).constant(kernel);
  if (bias) out.constant({kernel[0]});
  out.output(to);
  return out;
}

TEST_F(OneDnnConvolution, every_pair_of_layouts) {
  const Attributes same{{"pre_padding", Ints{1, 1}}, {"post_padding", Ints{1, 1}}};
  for (const Storage from : {kLinear, kChannelsLast}) {
    for (const Storage to : {kLinear, kChannelsLast}) {
      for (const int64_t c : {3, 16, 20, 64}) {
        auto problem = conv({2, c, 13, 9}, {40, c, 3, 3}, same, from, to);
        expect_close(rows(), problem, 1e-5);
      }
    }
  }
}

TEST_F(OneDnnConvolution, strides_dilations_and_uneven_padding) {
  const std::vector<Attributes> cases = {
      {{"stride", Ints{2, 2}}, {"pre_padding", Ints{3, 3}}, {"post_padding", Ints{3, 3}}},
      {{"dilation", Ints{2, 2}}, {"pre_padding", Ints{2, 2}}, {"post_padding", Ints{2, 2}}},
      {{"pre_padding", Ints{0, 2}}, {"post_padding", Ints{3, 1}}},
      {{"stride", Ints{3, 1}}},
      {{"stride", Ints{2, 2}}, {"padding_mode", int64_t{2}}},
  };
  for (const Attributes& attributes : cases) {
    for (const int threads : {1, 2, 3}) {
      auto problem =
          conv({1, 16, 17, 15}, {32, 16, 3, 3}, attributes, kChannelsLast, kChannelsLast);
      expect_close(rows(), problem.threads(threads), 1e-5);
    }
  }
}

TEST_F(OneDnnConvolution, more_padding_than_kernel) {
  auto problem =
      conv({1, 8, 2, 2}, {8, 8, 1, 1}, {{"pre_padding", Ints{3, 0}}, {"post_padding", Ints{3, 0}}},
           kChannelsLast, kChannelsLast);
  expect_close(rows(), problem, 1e-5);
}

TEST_F(OneDnnConvolution, groups_and_depthwise) {
  const Attributes padding{{"pre_padding", Ints{1, 1}}, {"post_padding", Ints{1, 1}}};
  for (const auto& [c, k, groups] :
       std::vector<std::array<int64_t, 3>>{{64, 64, 4}, {32, 32, 32}, {20, 20, 20}, {96, 96, 96}}) {
    Attributes attributes = padding;
    attributes.push_back({"num_groups", groups});
    auto problem =
        conv({1, c, 11, 12}, {k, c / groups, 3, 3}, attributes, kChannelsLast, kChannelsLast);
    expect_close(rows(), problem, 1e-5);
  }
}

TEST_F(OneDnnConvolution, one_and_three_spatial_axes) {
  auto line = conv({2, 16, 37}, {32, 16, 5}, {{"pre_padding", Ints{2}}, {"post_padding", Ints{2}}},
                   kLinear, kLinear);
  expect_close(rows(), line, 1e-5);
  auto volume = conv({1, 16, 5, 7, 6}, {32, 16, 3, 3, 3}, {{"pre_padding", Ints{1, 1, 1}}}, kLinear,
                     kLinear, false);
  expect_close(rows(), volume, 1e-5);
}

TEST_F(OneDnnConvolution, blocks_of_channels) {
  auto square = conv({2, 64, 7, 7}, {256, 64, 3, 3},
                     {{"pre_padding", Ints{1, 1}}, {"post_padding", Ints{1, 1}}}, kChannelsLast,
                     kChannelsLast);
  expect_close(channels(), square, 1e-5);
  auto uneven = conv({1, 64, 7, 7}, {200, 64, 1, 1}, {}, kChannelsLast, kLinear);
  expect_close(channels(), uneven, 1e-5);
}

TEST_F(OneDnnConvolution, bands_of_a_wider_tensor) {
  const Storage band{DataType::Float, Layout::ChannelsLast, 50};
  auto problem = conv({2, 32, 9, 8}, {48, 32, 3, 3}, {}, band, band);
  expect_close(rows(), problem, 1e-5);
  auto wide = conv({2, 32, 9, 8}, {128, 32, 3, 3}, {}, kChannelsLast,
                   {DataType::Float, Layout::ChannelsLast, 160});
  expect_close(channels(), wide, 1e-5);
}

TEST_F(OneDnnConvolution, bf16_in_and_out) {
  if (!(core::cpu_isa() >= core::Isa::Avx512Bf16)) GTEST_SKIP() << "needs AVX-512 BF16";
  for (const DataType from : {DataType::Float, DataType::BF16}) {
    for (const DataType to : {DataType::Float, DataType::BF16}) {
      if (from == DataType::Float && to == DataType::Float) continue;
      auto problem = conv({1, 32, 14, 14}, {64, 32, 3, 3}, {}, {from, Layout::ChannelsLast, 0},
                          {to, Layout::ChannelsLast, 0});
      expect_close(rows(), problem, 1e-2);
    }
  }
}

TEST_F(OneDnnConvolution, weights_in_half_precision) {
  TacticCase problem("Convolution", {});
  problem.input({1, 16, 9, 9}, kChannelsLast)
      .constant({32, 16, 3, 3}, {DataType::Half})
      .constant({32}, {DataType::Half})
      .output(kChannelsLast);
  expect_close(rows(), problem, 1e-5);
}

TEST_F(OneDnnConvolution, fused_programs) {
  const std::vector<std::string> unary = {
      "in 1; v1 = relu v0; out v1",
      "in 1; v1 = clip v0 0 6; out v1",
      "in 1; v1 = leaky_relu v0 0.1; out v1",
      "in 1; v1 = sigmoid v0; v2 = prod v0 v1; out v2",
      "in 1; v1 = gelu_erf v0; out v1",
      "in 1; v1 = tanh v0; out v1",
      "in 1; v1 = selu v0 1.5 1.25; out v1",
      "in 1; v1 = softplus v0 1 2; out v1",
      "in 1; v1 = scaled_tanh v0 2 0.5; out v1",
      "in 1; v1 = hard_sigmoid v0 0.2 0.5; v2 = prod v1 v0; out v2",
      "in 1; v1 = constant 0.5; v2 = sub v1 v0; out v2",
      "in 1; out v0"};
  for (const std::string& program : unary) {
    TacticCase problem("FusedConvolution", {{"program", program}});
    problem.input({1, 32, 12, 10}, kChannelsLast).constant({32, 32, 3, 3}).constant({32});
    problem.output(kChannelsLast);
    SCOPED_TRACE(program);
    expect_close(rows("FusedConvolution"), problem, 2e-5);
  }
}

TEST_F(OneDnnConvolution, residuals_of_every_spread) {
  const Dims full{2, 64, 10, 10};
  for (const Dims& dims : {full, Dims{1, 64, 1, 1}, Dims{2, 64, 1, 1}, Dims{1, 1, 1, 1}}) {
    const Storage pitched{DataType::Float, Layout::ChannelsLast, dims[1] + 7};
    for (const Storage storage : {kChannelsLast, kLinear, pitched}) {
      for (const Tactic* tactic : {rows("FusedConvolution"), channels("FusedConvolution")}) {
        TacticCase problem("FusedConvolution",
                           {{"program", "in 2; v2 = sum v0 v1; v3 = relu v2; out v3"}});
        problem.input({2, 32, 12, 12}, kChannelsLast).constant({64, 32, 3, 3}).absent();
        problem.input(dims, storage).output(kChannelsLast);
        expect_close(tactic, problem, 1e-5);
      }
    }
  }
}

TEST_F(OneDnnConvolution, refusals_say_why) {
  TacticCase reused("FusedConvolution",
                    {{"program", "in 2; v2 = sum v0 v1; v3 = prod v0 v2; out v3"}});
  reused.input({1, 16, 8, 8}, kChannelsLast).constant({16, 16, 1, 1}).absent();
  reused.input({1, 16, 8, 8}, kChannelsLast).output(kChannelsLast);
  EXPECT_THAT(reused.refusal(*rows("FusedConvolution")).value_or(""),
              testing::HasSubstr("chain of post-operations"));

  TacticCase moving("Convolution", {});
  moving.input({1, 16, 8, 8}, kChannelsLast);
  moving.input({16, 16, 1, 1}, {DataType::Half, Layout::Linear, 0}).output(kChannelsLast);
  EXPECT_THAT(moving.refusal(*rows()).value_or(""), testing::HasSubstr("constant weights"));

  TacticCase bias("Convolution", {});
  bias.input({1, 16, 8, 8}, kChannelsLast).constant({16, 16, 1, 1}).input({16});
  EXPECT_THAT(bias.output(kChannelsLast).refusal(*rows()).value_or(""),
              testing::HasSubstr("constant bias"));

  // Only described: no memory holds so many images.
  TacticCase one("Convolution", {});
  one.input({1, 16, 8, 8}, kChannelsLast).constant({16, 16, 1, 1}).output(kChannelsLast);
  Problem many = one.problem();
  many.inputs[0].dims[0] = many.outputs[0].dims[0] = int64_t{1} << 36;
  EXPECT_THAT(rows()->refuse(rows()->self, many).value_or(""),
              testing::HasSubstr("at most 65536 images"));
}

TEST_F(OneDnnConvolution, deconvolutions) {
  const Tactic* tactic = find_tactic("Deconvolution", "deconvolution_onednn");
  const std::vector<Attributes> cases = {
      {{"stride", Ints{2, 2}}},
      {{"stride", Ints{2, 2}}, {"pre_padding", Ints{1, 1}}, {"post_padding", Ints{1, 1}}},
      {{"stride", Ints{2, 2}}, {"output_padding", Ints{1, 1}}, {"pre_padding", Ints{1, 0}}}};
  for (const Attributes& attributes : cases) {
    for (const Storage storage : {kChannelsLast, kLinear}) {
      TacticCase problem("Deconvolution", attributes);
      problem.input({2, 32, 5, 6}, storage).constant({32, 96, 3, 3}).constant({96});
      expect_close(tactic, problem.output(storage), 1e-5);
    }
  }
}

}  // namespace
}  // namespace trtlike::kernels
