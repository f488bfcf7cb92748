// The step functions of the interpreter: one operation on runs of floats each, in a table per
// instruction set.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/dtype.h"
#include "ops/pointwise/pointwise_program.h"

namespace trtlike::kernels::pointwise {

/// A step reads `count` elements of each operand, or one where its variant says so, and writes
/// `count`. `out` may be an operand. Nothing outside the runs is touched.
struct StepArgs {
  float* out;
  const float* a;
  const float* b;
  const float* c;
  float alpha;
  float beta;
  int64_t count;
};
using Step = void (*)(const StepArgs&);

/// Operations of steps: those of programs, with the same values, and some that stand for several.
enum class StepOpcode : uint8_t {
  Silu = ops::kNumPointwiseOpcodes,  ///< a * sigmoid(a)
  HardSwish,                         ///< a * hard_sigmoid(a), alpha and beta as there
  Mish,                              ///< a * tanh(softplus(a))
  Square,
  Cube,
  MultiplyAdd,  ///< a * b + c, in one rounding where the machine can
  Copy,
  Fill,  ///< a is one element
};
inline constexpr int kNumStepOpcodes = static_cast<int>(StepOpcode::Fill) + 1;
constexpr StepOpcode to_step(ops::PointwiseOpcode op) { return static_cast<StepOpcode>(op); }
int num_operands(StepOpcode op);
/// Steps without vector code of their own: the mathematics library computes them lane by lane.
constexpr bool is_by_lane(StepOpcode op) {
  using ops::PointwiseOpcode;
  switch (static_cast<PointwiseOpcode>(op)) {
    case PointwiseOpcode::Pow:
    case PointwiseOpcode::Sin:
    case PointwiseOpcode::Cos:
    case PointwiseOpcode::Tan:
    case PointwiseOpcode::Sinh:
    case PointwiseOpcode::Cosh:
    case PointwiseOpcode::Asin:
    case PointwiseOpcode::Acos:
    case PointwiseOpcode::Atan:
    case PointwiseOpcode::Asinh:
    case PointwiseOpcode::Acosh:
    case PointwiseOpcode::Atanh:
      return true;
    default:
      return false;
  }
}

inline constexpr int kNumDtypes = 12;

struct StepTable {
  /// By opcode and variant; bit i of a variant: operand i is one element for the whole run. Null:
  /// not there.
  std::array<std::array<Step, 8>, kNumStepOpcodes> steps{};
  /// By element type: elements to floats, and floats to elements as Cast does.
  std::array<void (*)(const void* from, float* to, int64_t count), kNumDtypes> load{};
  std::array<void (*)(const float* from, void* to, int64_t count), kNumDtypes> store{};
};
extern const StepTable kStepsPortable, kStepsAvx2, kStepsAvx512;

/// One instruction of a StepProgram; registers as in PointwiseProgram.
struct StepInstruction {
  StepOpcode op{};
  int result = -1;
  int a = -1;
  int b = -1;
  int c = -1;
  float alpha = 0;
  float beta = 0;
};

/// A program without what the output does not need, and with instructions joined where a step
/// computes several.
struct StepProgram {
  int num_inputs = 0;
  int num_registers = 0;
  int output = 0;
  std::vector<StepInstruction> instructions;
};
/// Whether products are joined with the sums that alone read them.
enum class JoinProducts { No, Yes };
StepProgram make_step_program(const ops::PointwiseProgram& program,
                              JoinProducts products = JoinProducts::Yes);

}  // namespace trtlike::kernels::pointwise
