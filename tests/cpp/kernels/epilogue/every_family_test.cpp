// Every tactic that finishes sums by an epilogue, with every kind of epilogue, against the op's
// reference: NaN, infinities, denormal numbers and zeros of both signs among the sums.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/os/cpu.h"
#include "kernels/epilogue/descriptions.h"
#include "kernels/epilogue/epilogue.h"
#include "support/convolution_case.h"

namespace trtlike::kernels::epilogue {
namespace {

using test::kChannelsLast;
using test::TacticCase;

/// A problem of one op, and how its tactics are compared.
struct Family {
  const char* name;
  const char* op;
  TacticCase (*make)(const std::string& program);
  Dims out;
  test::Storage storage;  ///< of outputs and operands
  /// The sums are exactly the numbers of the first input.
  bool is_exact;
  double tolerance;
  /// Parts of names of the tactics that run it.
  std::vector<const char*> tactics;

  bool names(const Tactic& tactic) const {
    return std::any_of(tactics.begin(), tactics.end(), [&](std::string_view part) {
      return std::string_view(tactic.name).find(part) != std::string_view::npos;
    });
  }
};

std::vector<float> ones(int64_t count) {
  return std::vector<float>(static_cast<size_t>(count), 1.0f);
}

constexpr int64_t kChannels = 35;

constexpr test::Storage kBf16ChannelsLast{DataType::BF16, Layout::ChannelsLast, 0};
constexpr test::Storage kBf16{DataType::BF16}, kHalf{DataType::Half};

/// Products of bfloat16 make 0 of them.
bool has_denormals(DataType dtype) { return dtype != DataType::BF16; }

/// Sums of one channel times one.
TacticCase exact_pixels(const std::string& program, test::Storage from,
                        int64_t channels = kChannels) {
  TacticCase out("FusedConvolution", {{"program", program}});
  out.seed(1).input({2, 1, 3, 13}, from).range(-4, 4).special(5, has_denormals(from.dtype));
  out.constant({channels, 1, 1, 1}, {from.dtype}).values(ones(channels)).absent();
  return out;
}

/// The same within borders of zeros: oneDNN has the code of its matrix products for it, and what
/// comes after the sums in code for one number at a time.
TacticCase exact_padded_pixels(const std::string& program, test::Storage from) {
  auto attributes = test::padded(1);
  attributes.emplace_back("program", program);
  TacticCase out("FusedConvolution", attributes);
  out.seed(1).input({2, 1, 3, 13}, from).range(-4, 4).special(5, has_denormals(from.dtype));
  out.constant({kChannels, 1, 1, 1}, {from.dtype}).values(ones(kChannels)).absent();
  return out;
}

TacticCase exact_depthwise(const std::string& program, test::Storage from) {
  TacticCase out("FusedConvolution", {{"program", program}, {"num_groups", kChannels}});
  out.seed(1).input({2, kChannels, 3, 13}, from).range(-4, 4).special(5, has_denormals(from.dtype));
  out.constant({kChannels, 1, 1, 1}).values(ones(kChannels)).absent();
  return out;
}

TacticCase exact_product(const std::string& program, DataType a, DataType b) {
  TacticCase out("FusedMatrixMultiply", {{"program", program}});
  out.seed(1).input({19, 1}, {a}).range(-4, 4).special(5, b == DataType::Float);
  out.constant({1, 75}, {b}).values(ones(75)).absent();
  return out;
}

TacticCase windows(const std::string& program, int64_t inputs, int64_t groups, int64_t kernel,
                   int64_t stride) {
  auto attributes = test::padded(kernel / 2);
  attributes.emplace_back("program", program);
  attributes.emplace_back("num_groups", groups);
  attributes.emplace_back("stride", std::vector<int64_t>{stride, stride});
  TacticCase out("FusedConvolution", attributes);
  out.seed(1).input({1, inputs, 13, 15}, kChannelsLast);
  out.constant({kChannels, inputs / groups, kernel, kernel}).constant({kChannels});
  return out;
}

TacticCase product(const std::string& program) {
  TacticCase out("FusedMatrixMultiply", {{"program", program}});
  out.seed(1).input({27, 128}).constant({128, 128}).constant({128});
  return out;
}

TacticCase pair(const std::string& program) {
  auto attributes = test::padded(1);
  attributes.emplace_back("num_groups", kChannels);
  attributes.emplace_back("first_program", program);
  attributes.emplace_back("program", program);
  TacticCase out("ConvolutionPair", attributes);
  out.seed(1).input({1, 5, 9, 11}, kChannelsLast).constant({kChannels, 5, 1, 1});
  out.constant({kChannels}).constant({kChannels, 1, 3, 3}).constant({kChannels});
  return out;
}

const std::vector<Family>& families() {
  constexpr double kBf16Tolerance = 0x1p-8;
  static const std::vector<Family> all = {
      {"pixels",
       "FusedConvolution",
       [](const std::string& program) { return exact_pixels(program, kChannelsLast); },
       {2, kChannels, 3, 13},
       kChannelsLast,
       true,
       1e-5,
       {"direct_f32_6x", "direct_f32_8x", "direct_f32_12x", "direct_f32_4x8", "onednn"}},
      {"padded_pixels",
       "FusedConvolution",
       [](const std::string& program) { return exact_padded_pixels(program, kChannelsLast); },
       {2, kChannels, 5, 15},
       kChannelsLast,
       true,
       1e-5,
       {"convolution_onednn"}},
      {"panels_of_24",
       "FusedConvolution",
       [](const std::string& program) { return exact_pixels(program, kChannelsLast, 24); },
       {2, 24, 3, 13},
       kChannelsLast,
       true,
       1e-5,
       {"direct_f32_4x24"}},
      {"pixels_bf16",
       "FusedConvolution",
       [](const std::string& program) { return exact_pixels(program, kBf16ChannelsLast); },
       {2, kChannels, 3, 13},
       kBf16ChannelsLast,
       true,
       kBf16Tolerance,
       {"product_bf16"}},
      {"linear_input",
       "FusedConvolution",
       [](const std::string& program) { return exact_pixels(program, {}); },
       {2, kChannels, 3, 13},
       kChannelsLast,
       true,
       1e-5,
       {"linear_input"}},
      {"depthwise",
       "FusedConvolution",
       [](const std::string& program) { return exact_depthwise(program, kChannelsLast); },
       {2, kChannels, 3, 13},
       kChannelsLast,
       true,
       1e-5,
       {"depthwise_f32"}},
      {"depthwise_bf16",
       "FusedConvolution",
       [](const std::string& program) { return exact_depthwise(program, kBf16ChannelsLast); },
       {2, kChannels, 3, 13},
       kBf16ChannelsLast,
       true,
       kBf16Tolerance,
       {"depthwise_bf16"}},
      {"product",
       "FusedMatrixMultiply",
       [](const std::string& program) {
         return exact_product(program, DataType::Float, DataType::Float);
       },
       {19, 75},
       {},
       true,
       1e-5,
       {"matmul_f32", "eigen", "onednn"}},
      {"product_bf16",
       "FusedMatrixMultiply",
       [](const std::string& program) {
         return exact_product(program, DataType::BF16, DataType::BF16);
       },
       {19, 75},
       kBf16,
       true,
       kBf16Tolerance,
       {"matmul_bf16", "onednn"}},
      {"product_f16",
       "FusedMatrixMultiply",
       [](const std::string& program) {
         return exact_product(program, DataType::Float, DataType::Half);
       },
       {19, 75},
       kHalf,
       true,
       1e-3,
       {"matmul_f16"}},
      {"strips",
       "FusedConvolution",
       [](const std::string& program) { return windows(program, kChannels, kChannels, 3, 1); },
       {1, kChannels, 13, 15},
       kChannelsLast,
       false,
       1e-4,
       {"depthwise_f32"}},
      {"winograd",
       "FusedConvolution",
       [](const std::string& program) { return windows(program, 9, 1, 3, 1); },
       {1, kChannels, 13, 15},
       kChannelsLast,
       false,
       1e-4,
       {"4x4_blocks", "6x6_blocks", "4x4_channels", "2x2_blocks", "2x2_channels"}},
      {"winograd_stride_2",
       "FusedConvolution",
       [](const std::string& program) { return windows(program, 9, 1, 3, 2); },
       {1, kChannels, 7, 8},
       kChannelsLast,
       false,
       1e-4,
       {"stride2"}},
      {"polyphase",
       "FusedConvolution",
       [](const std::string& program) { return windows(program, 3, 1, 5, 2); },
       {1, kChannels, 7, 8},
       kChannelsLast,
       false,
       1e-4,
       {"polyphase"}},
      {"strassen",
       "FusedMatrixMultiply",
       [](const std::string& program) { return product(program); },
       {27, 128},
       {},
       false,
       1e-4,
       {"strassen"}},
      {"pair",
       "ConvolutionPair",
       [](const std::string& program) { return pair(program); },
       {1, kChannels, 9, 11},
       kChannelsLast,
       false,
       1e-4,
       {"convolution_pair"}},
  };
  return all;
}

std::vector<const Tactic*> own_tactics(const Family& family) {
  std::vector<const Tactic*> out;
  for (const Tactic* tactic : tactics_for(family.op))
    if (tactic->needs <= core::cpu_isa() && family.names(*tactic)) out.push_back(tactic);
  return out;
}

class EveryFamily : public testing::TestWithParam<size_t> {};

TEST_P(EveryFamily, finishes_as_the_reference_does) {
  const Family& family = families()[GetParam()];
  const std::vector<const Tactic*> tactics = own_tactics(family);
  if (tactics.empty()) GTEST_SKIP() << "not on this CPU";
  std::set<const Tactic*> ran;
  for (const Description& description : descriptions()) {
    const int operands = description.program.num_inputs - 1;
    if (description.jumps && !family.is_exact) continue;
    if (operands > 0 && family.op == std::string_view("ConvolutionPair")) continue;
    const std::string text = description.program.to_text();
    TacticCase problem = family.make(text);
    for (int i = 0; i < operands; ++i)
      problem.input(family.out, family.storage)
          .range(0.5f, 2)
          .special(6, has_denormals(family.storage.dtype));
    problem.output(family.storage);
    for (const Tactic* tactic : tactics) {
      if (problem.refusal(*tactic)) continue;
      EXPECT_LE(problem.error(*tactic), family.tolerance)
          << tactic->name << " '" << text << "': " << problem.worst();
      ran.insert(tactic);
    }
  }
  // oneDNN says at run time whether it has fast kernels: for bfloat16, and for products below
  // AVX-512, it may have none.
  const bool may_lack =
      family.storage.dtype == DataType::BF16 || !(core::Isa::Avx512 <= core::cpu_isa());
  for (const Tactic* tactic : tactics)
    EXPECT_TRUE(ran.contains(tactic) || (tactic->source == Source::OneDnn && may_lack))
        << tactic->name;
}

INSTANTIATE_TEST_SUITE_P(Families, EveryFamily, testing::Range(size_t{0}, families().size()),
                         [](const auto& info) { return std::string(families()[info.param].name); });

/// Chains come from the list of opcodes: what has vector code is a link.
TEST(EveryFamily, every_operation_with_vector_code_is_a_link) {
  int links = 0;
  for (int i = 0; i < ops::kNumPointwiseOpcodes; ++i) {
    const auto op = static_cast<PointwiseOpcode>(i);
    const int arity = link_arity(to_link(op));
    if (arity == 0) continue;
    EXPECT_EQ(arity, ops::opcode_info(op).num_operands);
    ProgramBuilder b(1);
    const Description description =
        b.make(arity == 1 ? b.add(op, 0, -1, 0.25f, 1.25f) : b.add(op, 0, 1));
    const auto chain = match_chain(description.program);
    ASSERT_TRUE(chain.has_value()) << description.program.to_text();
    EXPECT_EQ(chain->back().op, to_link(op));
    ++links;
  }
  EXPECT_GE(links, 40);
}

}  // namespace
}  // namespace trtlike::kernels::epilogue
