// Every tactic that finishes sums by an epilogue, with every kind of epilogue, against the op's
// reference: NaN, infinities, denormal numbers and zeros of both signs among the sums. The
// epilogues are made from the list of opcodes, so that a new activation is among them.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/os/cpu.h"
#include "kernels/epilogue/epilogue.h"
#include "support/convolution_case.h"

namespace trtlike::kernels::epilogue {
namespace {

using ops::PointwiseOpcode;
using ops::PointwiseProgram;
using test::kChannelsLast;
using test::TacticCase;

struct Description {
  PointwiseProgram program;
  /// Steps and poles: of sums that differ in their last bits it may make far other numbers.
  bool jumps = false;
};

class Builder {
 public:
  explicit Builder(int operands) { program_.num_inputs = 1 + operands; }
  int constant(float value) { return add(PointwiseOpcode::Constant, -1, -1, value); }
  int add(PointwiseOpcode op, int a, int b = -1, float alpha = 0, float beta = 0) {
    return program_.append(op, a, b, -1, alpha, beta);
  }
  /// clip(round(x / scale), -100, 60) scale.
  int steps(int x, float scale) {
    const int step = constant(scale);
    const int rounded = add(PointwiseOpcode::Round, add(PointwiseOpcode::Div, x, step));
    return add(PointwiseOpcode::Prod, add(PointwiseOpcode::Clip, rounded, -1, -100, 60), step);
  }
  Description make(int output, bool jumps = false) {
    program_.output = output;
    return {program_, jumps};
  }

 private:
  PointwiseProgram program_;
};

bool jumps(PointwiseOpcode op) {
  constexpr PointwiseOpcode kSmooth[] = {
      PointwiseOpcode::Exp, PointwiseOpcode::Abs, PointwiseOpcode::Neg,
      PointwiseOpcode::Erf, PointwiseOpcode::Sum, PointwiseOpcode::Prod,
      PointwiseOpcode::Max, PointwiseOpcode::Min, PointwiseOpcode::Sub};
  if (op <= PointwiseOpcode::GeluTanh) return op == PointwiseOpcode::ThresholdedRelu;
  return std::find(std::begin(kSmooth), std::end(kSmooth), op) == std::end(kSmooth);
}

/// Each operation alone; binary ones with an operand on either side, a constant on either side, and
/// an operand times a constant.
void add_operations(std::vector<Description>& out) {
  for (int i = 0; i < ops::kNumPointwiseOpcodes; ++i) {
    const auto op = static_cast<PointwiseOpcode>(i);
    const int operands = ops::opcode_info(op).num_operands;
    if (operands == 1) {
      Builder b(0);
      out.push_back(b.make(b.add(op, 0, -1, 0.25f, 1.25f), jumps(op)));
    }
    if (operands != 2) continue;
    for (const bool first : {true, false}) {
      Builder b(1), c(0), d(1);
      out.push_back(b.make(first ? b.add(op, 0, 1) : b.add(op, 1, 0), jumps(op)));
      const int number = c.constant(-0.75f);
      out.push_back(c.make(first ? c.add(op, 0, number) : c.add(op, number, 0), jumps(op)));
      const int scaled = d.add(PointwiseOpcode::Prod, 1, d.constant(1.5f));
      out.push_back(d.make(first ? d.add(op, 0, scaled) : d.add(op, scaled, 0), jumps(op)));
    }
  }
}

int gate(Builder& b, int x, PointwiseOpcode op) {
  return b.add(PointwiseOpcode::Prod, x, b.add(op, x, -1, 0.25f, 0.5f));
}

void add_chains(std::vector<Description>& out) {
  const auto add = [&](int operands, auto&& build, bool jumps = false) {
    Builder b(operands);
    out.push_back(b.make(build(b), jumps));
  };
  using Op = PointwiseOpcode;
  add(0, [](Builder&) { return 0; });
  for (const Op op : {Op::Sigmoid, Op::HardSigmoid, Op::Tanh}) {
    add(0, [&](Builder& b) { return gate(b, 0, op); });
    add(1, [&](Builder& b) { return gate(b, b.add(Op::Sum, 1, 0), op); });
  }
  add(0, [](Builder& b) {
    return b.add(Op::Prod, 0, b.add(Op::Tanh, b.add(Op::Softplus, 0, -1, 1, 1)));
  });
  add(0, [](Builder& b) { return b.add(Op::Prod, 0, 0); });
  add(0, [](Builder& b) { return b.add(Op::Sum, 0, 0); });
  // The sign of a zero that a product leaves shows as that of an infinity.
  add(0, [](Builder& b) { return b.add(Op::Recip, b.add(Op::Prod, 0, b.constant(-2))); }, true);
  add(0, [](Builder& b) { return b.add(Op::Pow, 0, b.constant(2)); });
  add(1, [](Builder& b) { return b.add(Op::Relu, b.add(Op::Sum, 0, 1)); });
  add(1, [](Builder& b) { return b.add(Op::Sum, b.add(Op::Relu, 0), 1); });
  add(2, [](Builder& b) {
    return b.add(Op::Clip, b.add(Op::Sum, b.add(Op::Prod, 0, 1), 2), -1, -1, 2);
  });
  add(2, [](Builder& b) { return b.add(Op::Sub, 2, b.add(Op::Tanh, b.add(Op::Sum, 1, 0))); });
  add(1, [](Builder& b) { return b.add(Op::Sum, b.add(Op::Exp, 0), b.add(Op::Prod, 0, 1)); });
  add(0, [](Builder& b) { return b.steps(0, 0.0625f); }, true);
  add(0, [](Builder& b) { return b.steps(b.add(Op::Relu, 0), 0.03f); }, true);
  add(
      1,
      [](Builder& b) {
        return b.steps(b.add(Op::Relu, b.add(Op::Sum, b.steps(0, 0.0625f), 1)), 0.125f);
      },
      true);
  for (const Op op : {Op::RoundF16, Op::RoundBf16}) {
    add(0, [&](Builder& b) { return b.add(op, b.add(Op::Clip, 0, -1, -3, 3)); }, true);
    add(1, [&](Builder& b) { return b.add(op, gate(b, b.add(Op::Sum, 0, 1), Op::Sigmoid)); }, true);
  }
  // Quantized numbers: by scale, zero point, and the limits of their type.
  for (const float zero : {0.0f, 11.0f})
    add(
        1,
        [&](Builder& b) {
          const int scale = b.constant(0.0625f), x = b.add(Op::Sum, 0, 1);
          const int rounded = b.add(Op::Round, b.add(Op::Div, x, scale));
          const int shifted = zero == 0 ? rounded : b.add(Op::Sum, rounded, b.constant(zero));
          return b.add(Op::Clip, shifted, -1, -128, 127);
        },
        true);
}

const std::vector<Description>& descriptions() {
  static const std::vector<Description> all = [] {
    std::vector<Description> out;
    add_operations(out);
    add_chains(out);
    return out;
  }();
  return all;
}

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
    Builder b(1);
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
