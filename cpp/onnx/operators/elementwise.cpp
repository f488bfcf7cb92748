// Arithmetic, logic and comparison of two or more broadcast tensors.
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

constexpr int64_t id(Op op) { return static_cast<int64_t>(op); }

/// Before opset 7, `broadcast` with `axis` says where the second operand's dimensions belong.
ValueId legacy_second_operand(NodeContext& node) {
  const ValueId b = node.input(1);
  if (node.opset() >= 7 || node.get_int("broadcast", 0) == 0 || !node.has_attribute("axis"))
    return b;
  const int rank = node.rank(node.input(0));
  const int axis = node.normalize_axis(node.get_int("axis"), rank);
  return unsqueeze(node, b, axes_between(node.rank(b), rank - axis));
}

Outputs import_binary(NodeContext& node) {
  return {elementwise(node, static_cast<Op>(node.argument()), node.input(0),
                      legacy_second_operand(node))};
}

/// Not the negation of the opposite comparison: NaN compares false both ways.
Outputs import_or_equal(NodeContext& node) {
  std::vector<ValueId> operands{node.input(0), node.input(1)};
  equalize_ranks(node, operands);
  const ValueId strict =
      elementwise(node, static_cast<Op>(node.argument()), operands[0], operands[1], "strict");
  const ValueId equal = elementwise(node, Op::Equal, operands[0], operands[1], "equal");
  return {elementwise(node, Op::Or, strict, equal)};
}

ValueId fold_inputs(NodeContext& node, Op op) {
  ValueId result = node.input(0);
  for (size_t i = 1; i < node.num_inputs(); ++i)
    result = elementwise(node, op, result, node.input(i));
  return result;
}

Outputs import_variadic(NodeContext& node) {
  return {fold_inputs(node, static_cast<Op>(node.argument()))};
}

Outputs import_mean(NodeContext& node) {
  const ValueId sum = fold_inputs(node, Op::Sum);
  return {elementwise(node, Op::Div, sum, static_cast<double>(node.num_inputs()), "divide")};
}

/// The exponent may have another type than the base; the result has the base's.
Outputs import_pow(NodeContext& node) {
  const ValueId base = node.input(0);
  const ValueId exponent = legacy_second_operand(node);
  const DataType dtype = node.dtype(base);
  if (core::is_floating_point(dtype))
    return {elementwise(node, Op::Pow, base, cast(node, exponent, dtype))};
  if (!core::is_floating_point(node.dtype(exponent)))
    return {elementwise(node, Op::Pow, base, cast(node, exponent, dtype))};
  const ValueId power =
      elementwise(node, Op::Pow, cast(node, base, node.dtype(exponent)), exponent);
  return {cast_wrapping(node, power, dtype)};
}

/// fmod keeps the dividend's sign, the other form the divisor's.
Outputs import_mod(NodeContext& node) {
  std::vector<ValueId> operands{node.input(0), node.input(1)};
  equalize_ranks(node, operands);
  const ValueId a = operands[0], b = operands[1];
  const bool keeps_dividend_sign = node.get_int("fmod", 0) != 0;
  if (core::is_floating_point(node.dtype(a))) {
    if (!keeps_dividend_sign)
      node.fail_attribute("fmod", core::str("expected 1 for ", core::dtype_name(node.dtype(a)),
                                            " operands, got 0."));
    return {node.add("Mod", operands)};
  }
  // Integer division truncates, so the plain form needs the floored quotient.
  const Op divide = keeps_dividend_sign ? Op::Div : Op::FloorDiv;
  const ValueId quotient = elementwise(node, divide, a, b, "quotient");
  const ValueId whole = elementwise(node, Op::Prod, quotient, b, "whole");
  return {elementwise(node, Op::Sub, a, whole)};
}

/// Times or over 2^shift: both are 0 where nothing of the number is left, for 2^shift is 0 then, as
/// a number over 0 is.
Outputs import_bit_shift(NodeContext& node) {
  const std::string direction = node.get_string("direction");
  if (direction != "LEFT" && direction != "RIGHT")
    node.fail_attribute("direction", core::str("expected LEFT or RIGHT, got '", direction, "'."));
  const ValueId x = node.input(0);
  const DataType dtype = node.dtype(x);
  if (dtype != DataType::UInt8 && dtype != DataType::UInt16 && dtype != DataType::UInt32 &&
      dtype != DataType::UInt64)
    node.fail_input(Code::InvalidNode, 0,
                    core::str("expected an unsigned type, got ", core::dtype_name(dtype), "."));
  const ValueId shift = node.input(1);
  const ValueId factor = elementwise(node, Op::Pow, node.scalar_like(shift, 2.0), shift, "factor");
  return {elementwise(node, direction == "LEFT" ? Op::Prod : Op::Div, x, factor)};
}

Outputs import_where(NodeContext& node) {
  return {select(node, node.input(0), node.input(1), node.input(2))};
}

constexpr Importer kImporters[] = {
    {"Add", import_binary, id(Op::Sum)},
    {"Sub", import_binary, id(Op::Sub)},
    {"Mul", import_binary, id(Op::Prod)},
    {"Div", import_binary, id(Op::Div)},
    {"And", import_binary, id(Op::And)},
    {"Or", import_binary, id(Op::Or)},
    {"Xor", import_binary, id(Op::Xor)},
    {"BitwiseAnd", import_binary, id(Op::And)},
    {"BitwiseOr", import_binary, id(Op::Or)},
    {"BitwiseXor", import_binary, id(Op::Xor)},
    {"BitShift", import_bit_shift},
    {"Equal", import_binary, id(Op::Equal)},
    {"Greater", import_binary, id(Op::Greater)},
    {"Less", import_binary, id(Op::Less)},
    {"GreaterOrEqual", import_or_equal, id(Op::Greater)},
    {"LessOrEqual", import_or_equal, id(Op::Less)},
    {"Min", import_variadic, id(Op::Min)},
    {"Max", import_variadic, id(Op::Max)},
    {"Sum", import_variadic, id(Op::Sum)},
    {"Mean", import_mean},
    {"Pow", import_pow},
    {"Mod", import_mod},
    {"Where", import_where},
};

}  // namespace

std::span<const Importer> elementwise_importers() { return kImporters; }

}  // namespace trtlike::onnx
