// Polyphase Winograd against the op's reference, on shapes around tiles, vectors and blocks.
#include <gtest/gtest.h>

#include "core/os/cpu.h"
#include "support/convolution_case.h"

namespace trtlike::kernels {
namespace {

using test::convolution;
using test::kChannelsLast;
using test::padded;
using test::pitched;
using test::TacticCase;
using Attributes = test::ConvolutionAttributes;
using Ints = std::vector<int64_t>;

/// Relative to the largest output, which is 1 where a program clips sums that are larger.
constexpr double kTolerance = 4e-5;

void expect_close(TacticCase problem) {
  int found = 0;
  for (const Tactic* tactic : tactics_for(problem.problem().op->name)) {
    if (std::string_view(tactic->name).find("_polyphase_") == std::string_view::npos) continue;
    ++found;
    EXPECT_EQ(tactic->refuse(tactic->self, problem.problem()), std::nullopt);
    if (problem.refusal(*tactic)) continue;
    EXPECT_LE(problem.error(*tactic), kTolerance) << tactic->name << " " << problem.describe();
  }
  if (!(core::cpu_isa() >= core::Isa::Avx2)) return;
  EXPECT_GT(found, 0) << "no tactic of that name";
}

TEST(WinogradPolyphase, extents_around_the_tiles) {
  for (int64_t extent = 1; extent <= 9; ++extent)
    for (const int64_t kernel : {5, 6, 7})
      for (const int64_t padding : {0, 1, 2, 3}) {
        const int64_t h = 2 * (extent - 1) + kernel - 2 * padding;
        const int64_t channels = 1 + (extent + padding) % 4;
        const Attributes attributes = {{"stride", Ints{2, 2}},
                                       {"pre_padding", Ints{padding, 3 - padding}},
                                       {"post_padding", Ints{padding, padding}}};
        if (h < 1) continue;
        for (const int64_t odd : {0, 1}) {
          const Dims input{2, channels, h + odd, 2 * extent + 6}, filter{20, channels, kernel, 7};
          expect_close(convolution(input, filter, attributes));
          expect_close(convolution(input, filter, attributes, {}, kChannelsLast));
        }
      }
}

TEST(WinogradPolyphase, channels_around_the_vector_width) {
  Attributes attributes = padded(3);
  attributes.emplace_back("stride", Ints{2, 2});
  for (const int64_t k : {1, 7, 8, 9, 15, 16, 17, 64, 80})
    for (const int64_t c : {1, 2, 3, 4}) {
      const Dims input{2, c, 13, 22}, kernel{k, c, 7, 7};
      expect_close(convolution(input, kernel, attributes, pitched(c + 2), pitched(k + 3)));
      expect_close(convolution(input, kernel, attributes, {}, pitched(k + 3)));
    }
}

TEST(WinogradPolyphase, threads_and_many_blocks) {
  Attributes attributes = padded(3);
  attributes.emplace_back("stride", Ints{2, 2});
  for (const int threads : {1, 2, 5})
    expect_close(convolution({2, 3, 83, 270}, {24, 3, 7, 7}, attributes, {}, kChannelsLast)
                     .threads(threads));
}

TEST(WinogradPolyphase, empty_batch) {
  Attributes attributes = padded(3);
  attributes.emplace_back("stride", Ints{2, 2});
  expect_close(convolution({0, 3, 20, 20}, {24, 3, 7, 7}, attributes, {}, kChannelsLast));
}

TEST(WinogradPolyphase, programs) {
  Attributes attributes = padded(3);
  attributes.emplace_back("stride", Ints{2, 2});
  for (const char* program : {"in 2; v2 = sum v0 v1; v3 = clip v2 -1 1; out v3",
                              "in 2; v2 = sum v0 v1; v3 = sigmoid v2; v4 = prod v3 v2; out v4",
                              "in 2; v2 = leaky_relu v0 0.1; v3 = sum v2 v1; out v3"}) {
    Attributes with_program = attributes;
    with_program.emplace_back("program", program);
    TacticCase out("FusedConvolution", with_program);
    out.input({2, 3, 21, 19}).constant({20, 3, 7, 7}).constant({20});
    expect_close(out.input({2, 20, 11, 10}, pitched(25)).output(pitched(23)));
  }
}

TEST(WinogradPolyphase, refusals) {
  const Tactic* tactic = find_tactic("Convolution", "winograd_f32_4x4_polyphase_avx512");
  if (tactic == nullptr) GTEST_SKIP() << "not in this build";
  Attributes attributes = padded(3);
  attributes.emplace_back("stride", Ints{2, 2});
  const auto refusal = [&](Dims input, Dims kernel) {
    return tactic->refuse(tactic->self, convolution(input, kernel, attributes).problem());
  };
  EXPECT_EQ(refusal({1, 3, 20, 20}, {8, 3, 7, 7}), std::nullopt);
  EXPECT_EQ(refusal({1, 5, 20, 20}, {8, 5, 7, 7}), "needs 4 input channels at most, got 5");
  const char* extents = "needs a kernel of 5x5 to 7x7 with strides of 2, no dilations or groups";
  EXPECT_EQ(refusal({1, 3, 20, 20}, {8, 3, 7, 3}), extents);
  EXPECT_EQ(refusal({1, 3, 20, 20}, {8, 3, 8, 7}), extents);
  auto unit = convolution({1, 3, 20, 20}, {8, 3, 7, 7}, padded(3));
  EXPECT_EQ(tactic->refuse(tactic->self, unit.problem()), extents);
  auto strict = convolution({1, 3, 20, 20}, {8, 3, 7, 7}, attributes);
  EXPECT_EQ(tactic->refuse(tactic->self, strict.strict().problem()),
            "does not keep the order of the direct sums");
}

}  // namespace
}  // namespace trtlike::kernels
