// Pointwise programs: text, validation, and the meaning of instructions.
#include "ops/pointwise/pointwise_program.h"

#include <cmath>
#include <limits>

#include "support/run_op.h"

namespace trtlike::ops {
namespace {

using test::expect_error;

double run(const char* text, std::vector<double> inputs) {
  const auto program = PointwiseProgram::parse(text);
  std::vector<double> registers(static_cast<size_t>(program.num_registers()));
  return evaluate(program, inputs.data(), registers.data());
}

TEST(PointwiseProgram, text_round_trips) {
  const char* text = "in 2; v2 = sum v0 v1; v3 = clip v2 0 6; v4 = constant 0.1; out v3";
  EXPECT_EQ(PointwiseProgram::parse(text).to_text(), text);
  const char* infinite = "in 1; v1 = clip v0 -inf 3e+38; out v1";
  EXPECT_EQ(PointwiseProgram::parse(infinite).to_text(), infinite);
}

TEST(PointwiseProgram, every_opcode_round_trips) {
  PointwiseProgram program{.num_inputs = 3};
  for (int i = 0; i < kNumPointwiseOpcodes; ++i) {
    const auto op = static_cast<PointwiseOpcode>(i);
    const PointwiseOpcodeInfo& info = opcode_info(op);
    program.append(op, info.num_operands > 0 ? 0 : -1, info.num_operands > 1 ? 1 : -1,
                   info.num_operands > 2 ? 2 : -1, info.num_parameters > 0 ? 0.3f : 0,
                   info.num_parameters > 1 ? 1e-7f : 0);
  }
  program.output = program.num_registers() - 1;
  EXPECT_EQ(PointwiseProgram::parse(program.to_text()), program);
}

TEST(PointwiseProgram, names_follow_the_enumerations) {
  EXPECT_STREQ(opcode_info(to_opcode(ActivationType::GeluTanh)).name, "gelu_tanh");
  EXPECT_STREQ(opcode_info(to_opcode(ElementWiseOperation::Less)).name, "less");
  EXPECT_STREQ(opcode_info(to_opcode(UnaryOperation::IsNan)).name, "is_nan");
  EXPECT_STREQ(opcode_info(PointwiseOpcode::Trunc).name, "trunc");
}

TEST(PointwiseProgram, refusals_name_the_statement) {
  const auto refuses = [](const char* text, const char* part) {
    expect_error<UserError>([&] { PointwiseProgram::parse(text); }, part);
  };
  refuses("", "expected 'in N; ...; out vN'");
  refuses("in 1; v1 = relu v1; out v1", "expected a register that is defined before, got 'v1'");
  refuses("in 1; v3 = relu v0; out v3", "expected the next register, v1, got 'v3'");
  refuses("in 1; v1 = relo v0; out v1", "expected the name of an operation, got 'relo'");
  refuses("in 1; v1 = clip v0 1; out v1", "expected 1 registers and 2 numbers");
  refuses("in 1; v1 = clip v0 1 x; out v1", "expected a number, got 'x'");
  refuses("in 1; v1 = relu v0; out v2", "statement ' out v2'");
  refuses("in 65; out v0", "expected 0 to 64 inputs, got '65'");
}

TEST(PointwiseProgram, evaluates_chains) {
  EXPECT_EQ(run("in 2; v2 = sum v0 v1; v3 = clip v2 0 6; out v3", {5, 3}), 6);
  EXPECT_NEAR(run("in 1; v1 = sigmoid v0; v2 = prod v0 v1; out v2", {1}), 0.7310585786300049,
              1e-15);
  EXPECT_EQ(run("in 3; v3 = select v0 v1 v2; out v3", {0, 1, 2}), 2);
  EXPECT_EQ(run("in 1; out v0", {7}), 7);
}

TEST(PointwiseProgram, rounds_to_storage_types) {
  EXPECT_EQ(run("in 1; v1 = round_f16 v0; out v1", {1.0 + 0x1p-11 + 0x1p-20}), 1.0 + 0x1p-10);
  EXPECT_EQ(run("in 1; v1 = round_bf16 v0; out v1", {1.0 + 0x1p-9}), 1.0);
  EXPECT_EQ(run("in 1; v1 = trunc v0; out v1", {-1.7}), -1);
  EXPECT_EQ(run("in 1; v1 = to_bool v0; out v1", {-1.7}), 1);
}

TEST(PointwiseProgram, nan_passes_through_max_relu_and_clip) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(run("in 2; v2 = max v0 v1; out v2", {nan, 1})));
  EXPECT_TRUE(std::isnan(run("in 2; v2 = min v0 v1; out v2", {1, nan})));
  EXPECT_TRUE(std::isnan(run("in 1; v1 = relu v0; out v1", {nan})));
  EXPECT_TRUE(std::isnan(run("in 1; v1 = clip v0 0 1; out v1", {nan})));
}

}  // namespace
}  // namespace trtlike::ops
