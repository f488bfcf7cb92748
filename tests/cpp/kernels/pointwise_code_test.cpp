// Code for pointwise programs, interpreted and generated, against the meaning of the instructions:
// every instruction, type and size, many live values, and random programs.
#include <cmath>
#include <cstring>
#include <random>

#include "kernels/pointwise/code.h"
#include "kernels/pointwise/jit/x86_jit.h"
#include "support/pointwise_case.h"

namespace trtlike::kernels::pointwise {
namespace {

using ops::PointwiseOpcode;
using ops::PointwiseProgram;
using test::random_tensor;
using test::Tensor;

constexpr DataType kTypes[] = {DataType::Float, DataType::Half,  DataType::BF16,  DataType::Int8,
                               DataType::UInt8, DataType::Int32, DataType::Int64, DataType::Bool};

/// All kinds of code that this build and CPU have, with a name; none of them null unless it is
/// generated code.
std::vector<std::pair<std::string, std::unique_ptr<Code>>> make_all(
    const PointwiseProgram& program, const std::vector<OperandKind>& kinds, DataType output) {
  std::vector<std::pair<std::string, std::unique_ptr<Code>>> out;
  for (const core::Isa isa : {core::Isa::Portable, core::Isa::Avx2, core::Isa::Avx512}) {
    if (!(isa <= core::cpu_isa())) continue;
    out.emplace_back(core::isa_name(isa), make_interpreted_code(program, kinds, output, isa));
    EXPECT_NE(out.back().second, nullptr) << program.to_text();
  }
#if defined(__x86_64__)
  if (auto code = make_jit_code(program, kinds, output)) out.emplace_back("jit", std::move(code));
#endif
  return out;
}

/// What the program means for element `i`, stored in the output's type.
Tensor expected(const PointwiseProgram& program, const std::vector<Tensor>& inputs, DataType output,
                int64_t count) {
  test::AttributeList attributes = {
      {"program", program.to_text()},
      {"output_dtypes", std::vector<int64_t>{static_cast<int64_t>(output)}}};
  std::vector<Tensor> all = inputs;
  Tensor out = test::run_op("PointWise", all, attributes);
  if (core::elems(out.dims) == count) return out;
  Tensor repeated(output, {count});
  for (int64_t i = 0; i < count; ++i) repeated.view().set(i, out.view().at(0));
  return repeated;
}

/// Runs all code on `count` elements, and expects nothing written behind them.
void check(const PointwiseProgram& program, const std::vector<Tensor>& inputs, DataType output,
           int64_t count, double absolute = 2e-6, double relative = 4e-6) {
  std::vector<OperandKind> kinds;
  std::vector<const void*> pointers;
  for (const Tensor& input : inputs) {
    kinds.push_back({input.dtype, input.dims[0] == 1});
    pointers.push_back(input.data.get());
  }
  const Tensor want = expected(program, inputs, output, count);
  for (const auto& [name, code] : make_all(program, kinds, output)) {
    Tensor got(output, {count});
    const size_t bytes = core::dtype_bytes(output, count);
    std::vector<char> guarded(bytes + 64, 0x5a);
    const auto scratch = core::allocate_shared(code->scratch_bytes() + 1);
    code->run(pointers.data(), guarded.data(), count, scratch.get());
    for (size_t i = bytes; i < guarded.size(); ++i) ASSERT_EQ(guarded[i], 0x5a) << name;
    std::memcpy(got.data.get(), guarded.data(), bytes);
    test::expect_close(got, want, absolute, relative,
                       name + ": " + program.to_text() + ", " + std::to_string(count));
  }
}

TEST(PointwiseCode, every_type_at_sizes_around_the_vector_width) {
  const auto program =
      PointwiseProgram::parse("in 2; v2 = constant 3; v3 = sum v0 v1; v4 = sub v3 v2; out v4");
  for (const DataType from : kTypes)
    for (const DataType to : kTypes)
      for (const int64_t count : {1, 7, 15, 16, 17, 31, 32, 33, 100}) {
        const bool rounds = to == DataType::Half || to == DataType::BF16;
        check(program, {random_tensor(from, {count}, 1, 0, 60), random_tensor(from, {1}, 2, 3, 9)},
              to, count, rounds || to == DataType::Float ? 1e-5 : 0,
              to == DataType::BF16   ? 4e-3
              : to == DataType::Half ? 5e-4
                                     : 0);
      }
}

TEST(PointwiseCode, conversions_of_extremes) {
  const auto copy = PointwiseProgram::parse("in 1; out v0");
  const Tensor x(
      DataType::Float, {12},
      {NAN, INFINITY, -INFINITY, 1e20, -1e20, 127.9, -128.9, 255.5, -0.5, 65519, 70000, 1e-7});
  for (const DataType to : kTypes)
    check(copy, {x}, to, 12, to == DataType::BF16 || to == DataType::Half ? 1e-9 : 0, 0);
}

TEST(PointwiseCode, every_instruction_with_every_kind_of_operand) {
  for (int i = 0; i < ops::kNumPointwiseOpcodes; ++i) {
    const auto op = static_cast<PointwiseOpcode>(i);
    const int operands = ops::opcode_info(op).num_operands;
    for (int ones = 0; ones < (1 << operands); ++ones) {
      PointwiseProgram program{.num_inputs = std::max(operands, 1)};
      program.output = program.append(op, operands > 0 ? 0 : -1, operands > 1 ? 1 : -1,
                                      operands > 2 ? 2 : -1, 0.3f, 0.7f);
      std::vector<Tensor> inputs;
      for (int k = 0; k < program.num_inputs; ++k)
        inputs.push_back(random_tensor(DataType::Float, {((ones >> k) & 1) != 0 ? 1 : 37},
                                       static_cast<uint32_t>(k + 3), 0.05, 0.95));
      if (op == PointwiseOpcode::Acosh)
        inputs[0] = random_tensor(DataType::Float, inputs[0].dims, 3, 1.1, 9);
      const bool all_ones = ones == (1 << operands) - 1;
      check(program, inputs, DataType::Float, all_ones ? 1 : 37);
      if (all_ones) check(program, inputs, DataType::Float, 40);
      check(program, inputs, DataType::BF16, all_ones ? 1 : 37, 1e-6, 8e-3);
    }
  }
}

TEST(PointwiseCode, output_on_an_input) {
  const auto program = PointwiseProgram::parse(
      "in 2; v2 = sigmoid v1; v3 = prod v1 v2; v4 = sum v0 v3; v5 = max v4 v0; out v5");
  const Tensor x = random_tensor(DataType::Float, {5000}, 1),
               y = random_tensor(DataType::Float, {5000}, 2);
  const Tensor want = expected(program, {x, y}, DataType::Float, 5000);
  for (const auto& [name, code] : make_all(program, {{}, {}}, DataType::Float)) {
    const Tensor in_place(DataType::Float, {5000}, x.elements());
    const void* inputs[] = {in_place.data.get(), y.data.get()};
    const auto scratch = core::allocate_shared(code->scratch_bytes() + 1);
    code->run(inputs, in_place.data.get(), 5000, scratch.get());
    test::expect_close(in_place, want, 2e-6, 2e-6, name);
  }
}

TEST(PointwiseCode, more_live_values_than_registers) {
  PointwiseProgram program{.num_inputs = 30};
  std::vector<Tensor> inputs;
  for (int i = 0; i < 30; ++i)
    inputs.push_back(random_tensor(DataType::Float, {50}, static_cast<uint32_t>(i), -1, 1));
  std::vector<int> values;
  for (int i = 0; i < 30; ++i) values.push_back(program.append(PointwiseOpcode::Relu, i));
  int sum = program.append(PointwiseOpcode::Tanh, 0);
  for (int i = 29; i >= 0; --i)
    sum = program.append(PointwiseOpcode::Sub, values[static_cast<size_t>(i)], sum);
  program.output = sum;
  check(program, inputs, DataType::Float, 50, 2e-5, 2e-5);
}

TEST(PointwiseCode, too_many_inputs_are_refused) {
  PointwiseProgram program{.num_inputs = 33};
  EXPECT_EQ(make_interpreted_code(program, std::vector<OperandKind>(33), DataType::Float,
                                  core::Isa::Portable),
            nullptr);
}

/// Continuous instructions whose results are kept within 1: each adds the errors of two operands at
/// most, so that eight of them end within 2^8 times a rounding.
TEST(PointwiseCode, random_programs) {
  const unsigned seed = std::random_device{}();
  std::mt19937 random(seed);
  const PointwiseOpcode ops[] = {
      PointwiseOpcode::Sum,  PointwiseOpcode::Prod,        PointwiseOpcode::Max,
      PointwiseOpcode::Min,  PointwiseOpcode::Sub,         PointwiseOpcode::Sigmoid,
      PointwiseOpcode::Tanh, PointwiseOpcode::Relu,        PointwiseOpcode::GeluErf,
      PointwiseOpcode::Clip, PointwiseOpcode::Abs,         PointwiseOpcode::Neg,
      PointwiseOpcode::Erf,  PointwiseOpcode::HardSigmoid, PointwiseOpcode::Softplus};
  for (int trial = 0; trial < 200; ++trial) {
    PointwiseProgram program{.num_inputs = 1 + static_cast<int>(random() % 4)};
    std::vector<Tensor> inputs;
    const int64_t count = 1 + static_cast<int64_t>(random() % 70);
    for (int i = 0; i < program.num_inputs; ++i)
      inputs.push_back(random_tensor(DataType::Float, {i > 0 && random() % 3 == 0 ? 1 : count},
                                     static_cast<uint32_t>(random()), -2, 2));
    const int length = 1 + static_cast<int>(random() % 8);
    for (int k = 0; k < length; ++k) {
      const auto pick = [&] {
        return static_cast<int>(random() % static_cast<unsigned>(program.num_registers()));
      };
      const PointwiseOpcode op = ops[random() % std::size(ops)];
      const int n = ops::opcode_info(op).num_operands;
      const int value =
          program.append(op, pick(), n > 1 ? pick() : -1, n > 2 ? pick() : -1, 0.25f, 0.5f);
      // Bounded before it is used again.
      program.append(PointwiseOpcode::Clip, value, -1, -1, -1, 1);
    }
    program.output = program.num_registers() - 1;
    check(program, inputs, DataType::Float, count, 3e-4, 0);
    if (testing::Test::HasFatalFailure() || testing::Test::HasNonfatalFailure()) {
      FAIL() << "seed " << seed << ", trial " << trial;
    }
  }
}

}  // namespace
}  // namespace trtlike::kernels::pointwise
