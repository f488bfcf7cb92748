// What a product of quantized tensors rounds to steps of a scale for a program that computes on
// quantized numbers goes there as such, in a quarter of the bytes. After fuse_fake_quantization,
// which leaves the roundings, when it is known which products add the results of which.
#include <algorithm>
#include <cmath>

#include "optimizer/match.h"
#include "optimizer/quantization/steps.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

using ops::PointwiseInstruction;
using ops::PointwiseOpcode;
using ops::PointwiseProgram;

/// The instruction that gives a register; null for inputs and other operations.
const PointwiseInstruction* find_instruction(const PointwiseProgram& program, int reg,
                                             PointwiseOpcode op) {
  if (reg < program.num_inputs) return nullptr;
  const auto& instruction = program.instructions[static_cast<size_t>(reg - program.num_inputs)];
  return instruction.op == op ? &instruction : nullptr;
}

std::optional<float> find_constant(const PointwiseProgram& program, int reg) {
  const auto* constant = find_instruction(program, reg, PointwiseOpcode::Constant);
  return constant == nullptr ? std::nullopt : std::optional(constant->alpha);
}

/// The steps of a program that ends in clip(round(x / scale)) * scale over the 256 numbers of a
/// byte, and the register of x.
std::optional<std::pair<QuantizationSteps, int>> match_rounding(const PointwiseProgram& program) {
  const auto* product = find_instruction(program, program.output, PointwiseOpcode::Prod);
  if (product == nullptr) return std::nullopt;
  const bool is_first = find_instruction(program, product->a, PointwiseOpcode::Clip) != nullptr;
  const auto* clip =
      find_instruction(program, is_first ? product->a : product->b, PointwiseOpcode::Clip);
  const auto* round =
      clip == nullptr ? nullptr : find_instruction(program, clip->a, PointwiseOpcode::Round);
  const auto* quotient =
      round == nullptr ? nullptr : find_instruction(program, round->a, PointwiseOpcode::Div);
  const auto scale = find_constant(program, is_first ? product->b : product->a);
  if (quotient == nullptr || !scale || scale != find_constant(program, quotient->b) ||
      clip->beta - clip->alpha != 255 || clip->alpha > 0 || clip->beta < 0 ||
      std::trunc(clip->alpha) != clip->alpha)
    return std::nullopt;
  const QuantizationSteps steps{*scale, -clip->alpha, DataType::UInt8};
  return std::pair(steps, quotient->a);
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::NodeId reader = only_reader(graph, graph.node(id).outputs[0]);
  const ir::ValueId result = graph.node(id).outputs[0];
  if (!reader || !is_quantized_product(graph, id) || dtype_of(graph, result) != DataType::Float ||
      !(is_op(graph, reader, "PointWise") || is_quantized_product(graph, reader)) ||
      !precisions_agree(graph, id, reader))
    return std::nullopt;
  auto form = quantized_form(graph, id);
  const auto outer = quantized_form(graph, reader);
  const auto rounding = match_rounding(form->program);
  const auto operand = std::find(outer->operands.begin(), outer->operands.end(), result);
  if (!rounding || operand == outer->operands.end() ||
      dtype_of(graph, graph.node(reader).outputs[0]) == DataType::Half)
    return std::nullopt;
  const auto& [steps, x] = *rounding;
  form->program.output = x;
  append_quantize(form->program, steps);
  simplify(*form, form->operands.size());

  ir::Patch patch(graph);
  patch.inherit_from(reader);
  const ir::ValueId integers =
      add_quantized_form(graph, patch, id, graph.node(id).name, *form, steps.type);
  const PointwiseForm read = dequantize_operand(
      *outer, static_cast<size_t>(operand - outer->operands.begin()), integers, steps);
  if (!is_within_limits(read)) return std::nullopt;
  const ir::ValueId given = graph.node(reader).outputs[0];
  patch.replace(given, add_quantized_form(graph, patch, reader, graph.node(reader).name, read,
                                          dtype_of(graph, given)));
  return patch;
}

}  // namespace

Rule fuse_rounded_operand() {
  return {"fuse_rounded_operand",
          "QuantizedConvolution(x, rounded QuantizedConvolution(y)) -> the same with UINT8 between",
          "", 510, rewrite};
}

}  // namespace trtlike::optimizer
