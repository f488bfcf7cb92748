// The operands of quantized operators: a tensor of integers, its scale and its zero point in three
// inputs behind each other.
#pragma once

#include <string_view>

#include "onnx/node_context.h"

namespace trtlike::onnx {

/// The zero point at input `i`; none where it is absent or 0.
ValueId zero_point(NodeContext& node, size_t i);
/// Inputs `first`, first + 1 (scale) and first + 2 (zero point) as floats. Several scales are those
/// of the indices of `axis`.
ValueId dequantize(NodeContext& node, size_t first, int64_t axis, std::string_view suffix);
/// `value` by the scale and zero point of these inputs.
ValueId dequantize(NodeContext& node, ValueId value, size_t scale, size_t zero, int64_t axis,
                   std::string_view suffix);
/// By the scale and zero point of these inputs, in the zero point's type.
ValueId quantize(NodeContext& node, ValueId value, size_t scale, size_t zero);
/// True where MatMulInteger multiplies `a` by input `b`: one matrix that is known.
bool has_integer_product(NodeContext& node, ValueId a, size_t b);

}  // namespace trtlike::onnx
