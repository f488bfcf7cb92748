// Programs that round to the steps of a scale, as quantized and dequantized tensors leave them
// behind convolutions and products: every tactic against the reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "kernels/epilogue/epilogue.h"
#include "support/convolution_case.h"

namespace trtlike::kernels {
namespace {

using test::convolution;
using test::kChannelsLast;
using test::padded;
using test::TacticCase;

/// `reg` becomes register `last`: clip(round(reg / scale), low, high) * scale.
std::string rounding(int reg, int last, double scale, int low, int high) {
  return core::str(" v", last - 4, " = constant ", scale, "; v", last - 3, " = div v", reg, " v",
                   last - 4, "; v", last - 2, " = round v", last - 3, "; v", last - 1, " = clip v",
                   last - 2, " ", low, " ", high, "; v", last, " = prod v", last - 1, " v",
                   last - 4, ";");
}

struct Program {
  std::string text;
  bool residual = false;
  double steps = 0;  ///< how far two roundings of nearly equal numbers may lie apart
};

std::vector<Program> programs() {
  return {
      {"in 1;" + rounding(0, 5, 0.0625, -128, 127) + " out v5", false, 0.0625},
      {"in 1; v1 = relu v0;" + rounding(1, 6, 0.03, -100, 20) + " out v6", false, 0.03},
      {"in 1; v1 = clip v0 -0.4 0.77;" + rounding(1, 6, 0.05, -3, 255) + " out v6", false, 0.05},
      {"in 2;" + rounding(0, 6, 0.04, -30, 127) + " v7 = sum v6 v1;" +
           rounding(7, 12, 0.07, 0, 255) + " out v12",
       true, 0.11},
      {"in 2;" + rounding(0, 6, 0.04, -30, 127) + " v7 = sum v1 v6; v8 = relu v7;" +
           rounding(8, 13, 0.07, -128, 127) + " out v13",
       true, 0.11},
      {"in 2; v2 = relu v0;" + rounding(2, 7, 0.04, -30, 127) + " v8 = prod v7 v1; out v8", true,
       0.08}};
}

/// Equal, but for a few elements on the edge between two steps. The tactics that ran.
std::set<std::string> expect_rounded(TacticCase& problem, double steps) {
  std::set<std::string> ran;
  const std::vector<float> expected = problem.expected();
  for (const Tactic* tactic : tactics_for(problem.problem().op->name)) {
    if (tactic->source == Source::Reference || problem.refusal(*tactic)) continue;
    const std::vector<float> got = problem.run(*tactic);
    int apart = 0;
    for (size_t i = 0; i < got.size(); ++i) {
      const double difference = std::abs(got[i] - expected[i]);
      if (difference > 1e-5) ++apart;
      EXPECT_LE(difference, steps * 1.001)
          << tactic->name << " element " << i << " " << problem.describe();
    }
    EXPECT_LE(apart, 1 + static_cast<int>(got.size()) / 500)
        << tactic->name << " " << problem.describe();
    ran.insert(tactic->name);
  }
  return ran;
}

bool has_part(const std::set<std::string>& names, std::string_view part) {
  for (const std::string& name : names)
    if (name.find(part) != std::string::npos) return true;
  return false;
}

TEST(RoundingProgram, is_a_clip_and_a_rounding) {
  using epilogue::Link;
  using epilogue::LinkOp;
  using ops::PointwiseOpcode;
  const auto match_chain = [](const std::string& text) {
    return epilogue::match_chain(ops::PointwiseProgram::parse(text));
  };
  const auto chain = match_chain("in 1; v1 = relu v0;" + rounding(1, 6, 0.5, -100, 20) + " out v6");
  ASSERT_TRUE(chain.has_value());
  const std::vector<Link> expected = {{epilogue::to_link(PointwiseOpcode::Relu), 0, 0, -1},
                                      {epilogue::to_link(PointwiseOpcode::Clip), -50, 10, -1},
                                      {LinkOp::RoundTo, 0.5, 0, -1}};
  EXPECT_EQ(*chain, expected);
  // Another number multiplies than the one that divided, or the quotient is read twice.
  EXPECT_FALSE(
      match_chain("in 1; v1 = constant 0.5; v2 = div v0 v1; v3 = round v2; v4 = clip v3 0 "
                  "9; v5 = constant 0.25; v6 = prod v4 v5; out v6"));
  EXPECT_FALSE(
      match_chain("in 1; v1 = constant 0.5; v2 = div v0 v1; v3 = round v2; v4 = clip v3 0 "
                  "9; v5 = prod v4 v1; v6 = sum v5 v2; out v6"));
}

TEST(RoundingProgram, of_another_scale_takes_the_same_time) {
  const auto key = [](const std::string& program) {
    TacticCase out("FusedMatrixMultiply", {{"program", program}});
    return out.input({19, 24}).constant({24, 8}).problem().key();
  };
  const auto rounded = [&](double scale, int low) {
    return key("in 1;" + rounding(0, 5, scale, low, 127) + " out v5");
  };
  EXPECT_EQ(rounded(0.5, -128), rounded(0.0123, 0));
  EXPECT_NE(rounded(0.5, -128), key("in 1; v1 = relu v0; out v1"));
  EXPECT_NE(key("in 1; v1 = constant 2; v2 = pow v0 v1; out v2"),
            key("in 1; v1 = constant 2.5; v2 = pow v0 v1; out v2"));
  EXPECT_NE(key("in 1; v1 = leaky_relu v0 0; out v1"), key("in 1; v1 = leaky_relu v0 0.1; out v1"));
}

TEST(RoundingProgram, of_convolutions) {
  std::set<std::string> ran;
  for (const Program& program : programs())
    for (const int64_t kernel : {1, 3})
      for (const int64_t channels : {16, 35})
        for (const test::Storage& from : {kChannelsLast, test::Storage{}}) {
          auto attributes = padded(kernel / 2);
          attributes.emplace_back("program", program.text);
          TacticCase out("FusedConvolution", attributes);
          out.input({2, 9, 13, 15}, from).constant({channels, 9, kernel, kernel});
          out.constant({channels});
          if (program.residual) out.input({2, channels, 13, 15}, kChannelsLast);
          ran.merge(expect_rounded(out.output(kChannelsLast), program.steps));
        }
  EXPECT_TRUE(has_part(ran, "direct_f32"));
  EXPECT_TRUE(has_part(ran, "linear_input"));
  if (core::cpu_isa() >= core::Isa::Avx2) {
    EXPECT_TRUE(has_part(ran, "winograd_f32_4x4"));
    EXPECT_TRUE(has_part(ran, "onednn"));
  }
}

/// Every result is a half or a bfloat16, and the one that is nearest to the reference or its
/// neighbour; the sums of Winograd's are exact to 1e-4 of the largest. The tactics that ran.
std::set<std::string> expect_narrow(TacticCase& problem, bool to_half) {
  std::set<std::string> ran;
  const std::vector<float> expected = problem.expected();
  for (const Tactic* tactic : tactics_for(problem.problem().op->name)) {
    if (tactic->source == Source::Reference || problem.refusal(*tactic)) continue;
    const std::vector<float> got = problem.run(*tactic);
    float most = 0;
    for (const float value : expected) most = std::max(most, std::abs(value));
    for (size_t i = 0; i < got.size(); ++i) {
      const float stored = to_half ? core::half_to_float(core::float_to_half(got[i]))
                                   : core::bfloat16_to_float(core::float_to_bfloat16(got[i]));
      EXPECT_EQ(got[i], stored) << tactic->name << " " << problem.describe();
      EXPECT_LE(std::abs(got[i] - expected[i]),
                (to_half ? 0x1p-10f : 0x1p-7f) * std::abs(expected[i]) + 1e-4f * most)
          << tactic->name << " " << problem.describe();
    }
    ran.insert(tactic->name);
  }
  return ran;
}

TEST(RoundingProgram, to_half_and_bfloat16_at_the_end_of_convolutions) {
  std::set<std::string> ran;
  for (const bool to_half : {true, false})
    for (const char* program :
         {"in 1; v1 = round v0; out v1", "in 1; v1 = relu v0; v2 = round v1; out v2",
          "in 1; v1 = sigmoid v0; v2 = prod v0 v1; v3 = round v2; out v3",
          "in 1; v1 = tanh v0; v2 = round v1; out v2",
          "in 2; v2 = sum v0 v1; v3 = clip v2 -1 2; v4 = round v3; out v4"})
      for (const int64_t kernel : {1, 3})
        for (const int64_t groups : {1, 35}) {
          std::string text = program;
          text.replace(text.find("round"), 5, to_half ? "round_f16" : "round_bf16");
          auto attributes = padded(kernel / 2);
          attributes.emplace_back("program", text);
          attributes.emplace_back("num_groups", groups);
          TacticCase out("FusedConvolution", attributes);
          out.input({2, 35, 13, 15}, kChannelsLast).constant({35, 35 / groups, kernel, kernel});
          out.constant({35});
          if (text.starts_with("in 2")) out.input({2, 35, 13, 15}, kChannelsLast);
          ran.merge(expect_narrow(out.output(kChannelsLast), to_half));
        }
  EXPECT_TRUE(has_part(ran, "direct_f32"));
  EXPECT_TRUE(has_part(ran, "depthwise_f32"));
  if (core::cpu_isa() >= core::Isa::Avx2) {
    EXPECT_TRUE(has_part(ran, "winograd_f32_4x4"));
  }
}

/// Numbers on the edges between two steps and their neighbours, on limits, and any others.
std::vector<float> edges(int64_t count, float step) {
  std::vector<float> out(static_cast<size_t>(count));
  for (size_t i = 0; i < out.size(); ++i) {
    const auto n = static_cast<float>(static_cast<int>(i / 6 % 300) - 150);
    const float edge = (n + 0.5f) * step;
    const float around[] = {edge,
                            std::nextafter(edge, -1e9f),
                            std::nextafter(edge, 1e9f),
                            n * step,
                            static_cast<float>(i % 9973) * step / 97.0f,
                            -static_cast<float>(i % 8191) * step / 61.0f};
    out[i] = around[i % 6];
  }
  return out;
}

/// Quantized and dequantized, with the quotient rounded to a float before it is rounded to a whole
/// number.
std::vector<float> in_floats(std::vector<float> elements, float step) {
  for (float& x : elements) x = std::clamp(std::nearbyint(x / step), -128.0f, 127.0f) * step;
  return elements;
}

TEST(RoundingProgram, rounds_as_the_quotient_does) {
  for (const double step : {1.0, 0.25, 0.0123, 0.1, 3.7e-5, 0.00784314, 1e-30, 5e20}) {
    const std::string program = "in 1;" + rounding(0, 5, step, -128, 127) + " out v5";
    const std::vector<float> elements = edges(18000, static_cast<float>(step));
    const std::vector<float> expected = in_floats(elements, static_cast<float>(step));
    TacticCase conv("FusedConvolution", {{"program", program}, {"num_groups", int64_t{1}}});
    conv.input({1, 1, 60, 300}, kChannelsLast).values(elements);
    conv.constant({1, 1, 1, 1}).values({1}).output(kChannelsLast);
    TacticCase product("FusedMatrixMultiply", {{"program", program}});
    product.input({18000, 1}).values(elements);
    product.constant({1, 1}).values({1});
    for (TacticCase* problem : {&conv, &product})
      for (const Tactic* tactic : tactics_for(problem->problem().op->name)) {
        const bool divides = tactic->source == Source::Native || tactic->source == Source::Eigen;
        if (!divides || problem->refusal(*tactic)) continue;
        EXPECT_EQ(problem->run(*tactic), expected) << tactic->name << " " << step;
      }
  }
}

TEST(RoundingProgram, of_depthwise_convolutions) {
  std::set<std::string> ran;
  for (const Program& program : programs())
    for (const int64_t kernel : {2, 3, 5}) {
      auto attributes = padded(kernel / 2);
      attributes.emplace_back("num_groups", int64_t{35});
      attributes.emplace_back("program", program.text);
      TacticCase out("FusedConvolution", attributes);
      out.input({1, 35, 12, 13}, kChannelsLast).constant({35, 1, kernel, kernel}).constant({35});
      const int64_t shrink = kernel % 2 == 0 ? -1 : 0;
      if (program.residual) out.input({1, 35, 12 - shrink, 13 - shrink}, kChannelsLast);
      ran.merge(expect_rounded(out.output(kChannelsLast), program.steps));
    }
  EXPECT_TRUE(has_part(ran, "depthwise_f32"));
}

TEST(RoundingProgram, of_pairs) {
  TacticCase out("ConvolutionPair", {{"num_groups", int64_t{20}},
                                     {"pre_padding", std::vector<int64_t>{1, 1}},
                                     {"post_padding", std::vector<int64_t>{1, 1}},
                                     {"first_program", programs()[0].text},
                                     {"program", programs()[1].text}});
  out.input({1, 5, 9, 11}, kChannelsLast).constant({20, 5, 1, 1}).constant({20});
  out.constant({20, 1, 3, 3}).constant({20});
  // A step of the first tensor times nine weights.
  EXPECT_TRUE(
      has_part(expect_rounded(out.output(kChannelsLast), 0.0625 * 9 + 0.03), "convolution_pair"));
}

TEST(RoundingProgram, of_products) {
  std::set<std::string> ran;
  for (const Program& program : programs())
    for (const int64_t columns : {7, 64, 130}) {
      TacticCase out("FusedMatrixMultiply", {{"program", program.text}});
      out.input({19, 24}).constant({24, columns}).constant({columns});
      if (program.residual) out.input({19, columns});
      ran.merge(expect_rounded(out, program.steps));
    }
  EXPECT_TRUE(has_part(ran, "matmul_f32"));
}

}  // namespace
}  // namespace trtlike::kernels
