// Operators of one tensor that are a TensorRT unary operation.
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

constexpr int64_t id(UnaryOperation op) { return static_cast<int64_t>(op); }

Outputs import_unary(NodeContext& node) {
  return {unary(node, static_cast<UnaryOperation>(node.argument()), node.input(0))};
}

/// x - x is 0 for finite x and else NaN, so the sign decides which infinities count.
Outputs import_is_inf(NodeContext& node) {
  const ValueId x = node.input(0);
  const bool negative = node.get_int("detect_negative", 1) != 0;
  const bool positive = node.get_int("detect_positive", 1) != 0;
  const ValueId infinite = unary(node, UnaryOperation::IsInf, x);
  if (negative && positive) return {infinite};
  const ValueId sign = negative ? elementwise(node, ElementWiseOperation::Less, x, 0.0, "sign")
                                : elementwise(node, ElementWiseOperation::Greater, x, 0.0, "sign");
  if (negative || positive) return {elementwise(node, ElementWiseOperation::And, infinite, sign)};
  return {elementwise(node, ElementWiseOperation::Xor, infinite, infinite)};
}

constexpr Importer kImporters[] = {
    {"Exp", import_unary, id(UnaryOperation::Exp)},
    {"Log", import_unary, id(UnaryOperation::Log)},
    {"Sqrt", import_unary, id(UnaryOperation::Sqrt)},
    {"Reciprocal", import_unary, id(UnaryOperation::Recip)},
    {"Abs", import_unary, id(UnaryOperation::Abs)},
    {"Neg", import_unary, id(UnaryOperation::Neg)},
    {"Sin", import_unary, id(UnaryOperation::Sin)},
    {"Cos", import_unary, id(UnaryOperation::Cos)},
    {"Tan", import_unary, id(UnaryOperation::Tan)},
    {"Sinh", import_unary, id(UnaryOperation::Sinh)},
    {"Cosh", import_unary, id(UnaryOperation::Cosh)},
    {"Asin", import_unary, id(UnaryOperation::Asin)},
    {"Acos", import_unary, id(UnaryOperation::Acos)},
    {"Atan", import_unary, id(UnaryOperation::Atan)},
    {"Asinh", import_unary, id(UnaryOperation::Asinh)},
    {"Acosh", import_unary, id(UnaryOperation::Acosh)},
    {"Atanh", import_unary, id(UnaryOperation::Atanh)},
    {"Ceil", import_unary, id(UnaryOperation::Ceil)},
    {"Floor", import_unary, id(UnaryOperation::Floor)},
    {"Erf", import_unary, id(UnaryOperation::Erf)},
    {"Not", import_unary, id(UnaryOperation::Not)},
    {"BitwiseNot", import_unary, id(UnaryOperation::Not)},
    {"Sign", import_unary, id(UnaryOperation::Sign)},
    {"Round", import_unary, id(UnaryOperation::Round)},
    {"IsNaN", import_unary, id(UnaryOperation::IsNan)},
    {"IsInf", import_is_inf},
};

}  // namespace

std::span<const Importer> unary_importers() { return kImporters; }

}  // namespace trtlike::onnx
