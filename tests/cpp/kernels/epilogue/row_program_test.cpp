// Programs on tiles: strides, kinds of operands, storage types, in place.
#include "kernels/epilogue/row_program.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/os/memory.h"
#include "support/run_op.h"

namespace trtlike::kernels::epilogue {
namespace {

using pointwise::OperandKind;

constexpr int64_t kRows = 5;

std::vector<float> numbers(int64_t count, float scale) {
  std::vector<float> out(static_cast<size_t>(count));
  for (size_t i = 0; i < out.size(); ++i)
    out[i] = scale * (static_cast<float>(i * 37 % 101) - 50.0f) / 25.0f;
  return out;
}

std::vector<core::Isa> isas() {
  std::vector<core::Isa> out;
  for (const core::Isa isa : {core::Isa::Portable, core::Isa::Avx2, core::Isa::Avx512})
    if (isa <= core::cpu_isa()) out.push_back(isa);
  return out;
}

/// silu(tile * scale[c] + bias[c]) + gate[r] * residual[r][c].
constexpr const char* kProgram =
    "in 5; v5 = prod v0 v1; v6 = sum v5 v2; v7 = sigmoid v6; v8 = prod v6 v7; v9 = prod v3 v4; v10 "
    "= sum v8 v9; out v10";

TEST(RowProgram, operands_of_all_kinds) {
  const auto program = ops::PointwiseProgram::parse(kProgram);
  const std::vector<OperandKind> extras = {{DataType::Float, false},
                                           {DataType::Float, false},
                                           {DataType::Float, true},
                                           {DataType::BF16, false}};
  for (const core::Isa isa : isas()) {
    for (const int64_t columns : {1, 15, 16, 17, 64, 100}) {
      const int64_t tile_stride = columns + 3, residual_stride = columns + 7;
      std::vector<float> tile = numbers(kRows * tile_stride, 1);
      const std::vector<float> before = tile, scale = numbers(columns, 0.5f),
                               bias = numbers(columns, 2), gate = numbers(kRows, 3),
                               residual = numbers(kRows * residual_stride, 1);
      std::vector<core::BFloat16> stored;
      for (const float v : residual) stored.push_back(core::float_to_bfloat16(v));
      const RowProgram epilogue(program, extras, DataType::Float, isa);
      EXPECT_FALSE(epilogue.is_empty());
      const auto scratch = core::allocate_shared(epilogue.scratch_bytes() + 1);
      const RowProgramOperand operands[] = {
          {scale.data(), 0}, {bias.data(), 0}, {gate.data(), 1}, {stored.data(), residual_stride}};
      epilogue.run(tile.data(), tile_stride, tile.data(), tile_stride, kRows, columns, operands,
                   scratch.get());
      for (int64_t r = 0; r < kRows; ++r)
        for (int64_t c = 0; c < tile_stride; ++c) {
          const auto at = static_cast<size_t>(r * tile_stride + c);
          if (c >= columns) {
            EXPECT_EQ(tile[at], before[at]);
            continue;
          }
          const auto column = static_cast<size_t>(c);
          const double x = static_cast<double>(before[at]) * scale[column] + bias[column];
          const double want =
              x / (1 + std::exp(-x)) +
              gate[static_cast<size_t>(r)] *
                  core::bfloat16_to_float(stored[static_cast<size_t>(r * residual_stride + c)]);
          EXPECT_NEAR(tile[at], want, 2e-6) << core::isa_name(isa) << " " << r << ", " << c;
        }
    }
  }
}

TEST(RowProgram, residual_in_place_and_stored_in_16_bits) {
  const auto program = ops::PointwiseProgram::parse("in 2; v2 = sum v0 v1; v3 = relu v2; out v3");
  for (const core::Isa isa : isas()) {
    constexpr int64_t kColumns = 48;
    const std::vector<float> tile = numbers(kRows * kColumns, 1);
    std::vector<core::Half> out;
    for (const float v : numbers(kRows * kColumns, 0.7f)) out.push_back(core::float_to_half(v));
    const std::vector<core::Half> residual = out;
    const RowProgram epilogue(program, {{DataType::Half, false}}, DataType::Half, isa);
    const auto scratch = core::allocate_shared(epilogue.scratch_bytes() + 1);
    const RowProgramOperand operand{out.data(), kColumns};
    epilogue.run(tile.data(), kColumns, out.data(), kColumns, kRows, kColumns, &operand,
                 scratch.get());
    for (size_t i = 0; i < out.size(); ++i)
      EXPECT_EQ(
          out[i].bits,
          core::float_to_half(std::max(0.0f, tile[i] + core::half_to_float(residual[i]))).bits);
  }
}

TEST(RowProgram, empty_program_converts) {
  const RowProgram epilogue(ops::PointwiseProgram::parse("in 1; out v0"), {}, DataType::BF16,
                            core::Isa::Portable);
  EXPECT_TRUE(epilogue.is_empty());
  const float tile[] = {1, 2, 3, 4};
  core::BFloat16 out[4];
  const auto scratch = core::allocate_shared(epilogue.scratch_bytes() + 1);
  epilogue.run(tile, 2, out, 2, 2, 2, nullptr, scratch.get());
  EXPECT_EQ(core::bfloat16_to_float(out[3]), 4.0f);
}

/// round(sum / scale) + zero, saturated to the limits of INT8 and UINT8; sums as those of integers.
TEST(RowProgram, quantizes_and_saturates) {
  const auto program = ops::PointwiseProgram::parse(
      "in 2; v2 = prod v0 v1; v3 = constant 0.25; v4 = div v2 v3; v5 = round v4; v6 = constant 3; "
      "v7 "
      "= sum v5 v6; out v7");
  constexpr int64_t kColumns = 37;
  std::vector<float> sums, scales;
  for (int64_t i = 0; i < kRows * kColumns; ++i)
    sums.push_back(static_cast<float>(i * 97 % 4001 - 2000));
  for (int64_t i = 0; i < kColumns; ++i)
    scales.push_back(std::ldexp(1.0f, static_cast<int>(i % 5) - 6));
  const auto check = [&]<typename T>(T, DataType dtype) {
    for (const core::Isa isa : isas()) {
      std::vector<T> out(sums.size());
      const RowProgram quantized(program, {{DataType::Float, false}}, dtype, isa);
      const auto scratch = core::allocate_shared(quantized.scratch_bytes() + 1);
      const RowProgramOperand operand{scales.data(), 0};
      quantized.run(sums.data(), kColumns, out.data(), kColumns, kRows, kColumns, &operand,
                    scratch.get());
      for (size_t i = 0; i < out.size(); ++i) {
        const double real = sums[i] * static_cast<double>(scales[i % kColumns]);
        const double want =
            std::clamp<double>(std::nearbyint(real / 0.25) + 3, std::numeric_limits<T>::min(),
                               std::numeric_limits<T>::max());
        EXPECT_EQ(static_cast<double>(out[i]), want) << core::isa_name(isa) << " " << sums[i];
      }
    }
  };
  check(int8_t{}, DataType::Int8);
  check(uint8_t{}, DataType::UInt8);
}

TEST(RowProgram, wrong_number_of_operands_is_our_bug) {
  test::expect_error<InternalError>(
      [] {
        RowProgram(ops::PointwiseProgram::parse("in 2; v2 = sum v0 v1; out v2"), {},
                   DataType::Float, core::Isa::Portable);
      },
      "1 operands for in 2");
}

}  // namespace
}  // namespace trtlike::kernels::epilogue
