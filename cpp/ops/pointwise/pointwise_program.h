// Pointwise programs: a chain of element-wise operations as one small program over float registers.
// Op PointWise runs one on tensors, FusedConvolution and FusedMatrixMultiply on their results.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.h"
#include "trtlike/enums/layer_enums.h"

namespace trtlike::ops {

/// In the order of the enumerations: activations, element-wise operations, unary operations, the
/// rest. The values are not stored anywhere; the names are.
enum class PointwiseOpcode : uint8_t {
  Relu,
  Sigmoid,
  Tanh,
  LeakyRelu,
  Elu,
  Selu,
  Softsign,
  Softplus,
  Clip,
  HardSigmoid,
  ScaledTanh,
  ThresholdedRelu,
  GeluErf,
  GeluTanh,
  Sum,
  Prod,
  Max,
  Min,
  Sub,
  Div,
  Pow,
  FloorDiv,
  And,
  Or,
  Xor,
  Equal,
  Greater,
  Less,
  Exp,
  Log,
  Sqrt,
  Recip,
  Abs,
  Neg,
  Sin,
  Cos,
  Tan,
  Sinh,
  Cosh,
  Asin,
  Acos,
  Atan,
  Asinh,
  Acosh,
  Atanh,
  Ceil,
  Floor,
  Erf,
  Not,
  Sign,
  Round,
  IsInf,
  IsNan,
  Constant,   ///< alpha
  Select,     ///< a != 0 ? b : c
  RoundF16,   ///< through half precision and back
  RoundBf16,  ///< through bfloat16 and back
  ToBool,     ///< a != 0
  Trunc,      ///< toward zero
};
inline constexpr int kNumPointwiseOpcodes = static_cast<int>(PointwiseOpcode::Trunc) + 1;

/// What an opcode is called in the text, and what it takes.
struct PointwiseOpcodeInfo {
  const char* name;
  int num_operands;
  int num_parameters;  ///< of alpha, beta
};
const PointwiseOpcodeInfo& opcode_info(PointwiseOpcode op);

PointwiseOpcode to_opcode(ActivationType type);
PointwiseOpcode to_opcode(ElementWiseOperation op);
PointwiseOpcode to_opcode(UnaryOperation op);

/// Operands are registers; those that the opcode does not take are -1.
struct PointwiseInstruction {
  PointwiseOpcode op = PointwiseOpcode::Constant;
  int a = -1;
  int b = -1;
  int c = -1;
  float alpha = 0;
  float beta = 0;
  bool operator==(const PointwiseInstruction&) const = default;
};

/// Inputs are registers 0 to num_inputs - 1; instruction i defines register num_inputs + i and
/// reads registers before it. Comparisons and logic give 0 or 1, and take any value but 0 for true.
/// Everything is computed in float; MAX, MIN, RELU and CLIP of NaN are NaN.
struct PointwiseProgram {
  int num_inputs = 0;
  std::vector<PointwiseInstruction> instructions = {};
  int output = 0;

  /// Adds an instruction and gives the register that it defines; does not change `output`.
  int append(PointwiseOpcode op, int a = -1, int b = -1, int c = -1, float alpha = 0,
             float beta = 0);
  int num_registers() const { return num_inputs + static_cast<int>(instructions.size()); }
  /// "in 2; v2 = sum v0 v1; v3 = clip v2 0 6; out v3". parse(to_text()) is the same program.
  std::string to_text() const;
  /// Throws UserError naming the statement and what was expected.
  static PointwiseProgram parse(std::string_view text);
  bool operator==(const PointwiseProgram&) const = default;
};

/// The operation that rounds to a type narrower than FP32; nothing for other types.
std::optional<PointwiseOpcode> rounding_to(DataType dtype);
/// True when the program's result is that of such an operation.
bool ends_with(const PointwiseProgram& program, PointwiseOpcode op);

/// The meaning of an instruction, in double. Operands that it does not take are ignored.
double evaluate(const PointwiseInstruction& instruction, double a, double b, double c);
/// The program's output for one element of each input. `registers` is room for num_registers()
/// values.
double evaluate(const PointwiseProgram& program, const double* inputs, double* registers);

}  // namespace trtlike::ops
