// Reading scales and zero points, and programs on quantized numbers.
#include "optimizer/quantization/steps.h"

#include <algorithm>

#include "ops/shapes/quantized_product.h"
#include "optimizer/match.h"

namespace trtlike::optimizer {
namespace {

using ops::PointwiseOpcode;

int append_constant(ops::PointwiseProgram& program, double number) {
  return program.append(PointwiseOpcode::Constant, -1, -1, -1, static_cast<float>(number));
}

}  // namespace

bool is_quantized_product(const ir::Graph& graph, ir::NodeId id) {
  return is_op(graph, id, "QuantizedConvolution") || is_op(graph, id, "QuantizedMatrixMultiply") ||
         is_op(graph, id, "QuantizedDeconvolution");
}

bool moves_elements(const ir::Node& node) {
  const std::string_view op = node.op->name;
  if (op == "Pooling") return node.attributes.get_enum<PoolingType>("type") == PoolingType::Max;
  if (op == "Slice") return node.attributes.get_enum<SampleMode>("mode") != SampleMode::Fill;
  if (op == "Resize")
    return node.attributes.get_enum<InterpolationMode>("resize_mode") == InterpolationMode::Nearest;
  return op == "Shuffle" || op == "Concatenation" || op == "Squeeze" || op == "Unsqueeze";
}

std::optional<QuantizationSteps> match_steps(const ir::Graph& graph, ir::NodeId id) {
  const bool quantizes = is_op(graph, id, "Quantize");
  if (!quantizes && !is_op(graph, id, "Dequantize")) return std::nullopt;
  const ir::Node& node = graph.node(id);
  const auto scale = ir::constant_scalar(graph, node.inputs[1]);
  const auto zero =
      has_input(node, 2) ? ir::constant_scalar(graph, node.inputs[2]) : std::optional(0.0);
  if (!scale || !zero || !(*scale > 0)) return std::nullopt;
  return QuantizationSteps{*scale, *zero,
                           dtype_of(graph, quantizes ? node.outputs[0] : node.inputs[0])};
}

ir::NodeId quantize_before(const ir::Graph& graph, ir::NodeId dequantize) {
  const auto steps = match_steps(graph, dequantize);
  if (!steps) return {};
  const ir::NodeId quantize = graph.producer_of(graph.node(dequantize).inputs[0], "Quantize");
  return quantize && match_steps(graph, quantize) == steps ? quantize : ir::NodeId{};
}

bool is_read_as_integers(const ir::Graph& graph, ir::ValueId id) {
  const ir::Value& value = graph.value(id);
  return value.is_output ||
         std::any_of(value.users.begin(), value.users.end(),
                     [&](ir::NodeId user) { return !is_op(graph, user, "Dequantize"); });
}

PointwiseForm dequantize_operand(const PointwiseForm& form, size_t index, ir::ValueId integers,
                                 const QuantizationSteps& steps) {
  PointwiseForm out{{.num_inputs = form.program.num_inputs}, form.operands};
  out.operands[index] = integers;
  std::vector<int> registers;
  for (int i = 0; i < form.program.num_inputs; ++i) registers.push_back(i);
  int x = static_cast<int>(index);
  if (steps.zero_point != 0)
    x = out.program.append(PointwiseOpcode::Sub, x, append_constant(out.program, steps.zero_point));
  registers[index] =
      out.program.append(PointwiseOpcode::Prod, x, append_constant(out.program, steps.scale));
  const auto at = [&](int reg) { return reg < 0 ? -1 : registers[static_cast<size_t>(reg)]; };
  for (const ops::PointwiseInstruction& i : form.program.instructions)
    registers.push_back(out.program.append(i.op, at(i.a), at(i.b), at(i.c), i.alpha, i.beta));
  out.program.output = at(form.program.output);
  simplify(out, out.operands.size());
  return out;
}

void append_quantize(ops::PointwiseProgram& program, const QuantizationSteps& steps) {
  const int scale = append_constant(program, steps.scale);
  const int quotient = program.append(PointwiseOpcode::Div, program.output, scale);
  program.output = program.append(PointwiseOpcode::Round, quotient);
  if (steps.zero_point == 0) return;
  const int zero = append_constant(program, steps.zero_point);
  program.output = program.append(PointwiseOpcode::Sum, program.output, zero);
}

std::optional<PointwiseForm> quantized_form(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  if (is_op(graph, id, "PointWise"))
    return PointwiseForm{ops::PointwiseProgram::parse(node.attributes.get_string("program")),
                         node.inputs};
  if (const auto steps = match_steps(graph, id);
      steps && is_byte(steps->type) && is_op(graph, id, "Dequantize"))
    return dequantize_operand({{.num_inputs = 1}, {node.outputs[0]}}, 0, node.inputs[0], *steps);
  if (!is_quantized_product(graph, id)) return pointwise_form(graph, id);
  PointwiseForm form{ops::quantized_program(node.attributes), {node.outputs[0]}};
  form.operands.insert(form.operands.end(),
                       node.inputs.begin() + static_cast<long>(ops::kFirstQuantizedOperand),
                       node.inputs.end());
  return form;
}

ir::ValueId add_quantized_form(const ir::Graph& graph, ir::Patch& patch, ir::NodeId id,
                               const std::string& name, const PointwiseForm& form, DataType dtype) {
  const ir::Node& node = graph.node(id);
  if (!is_quantized_product(graph, id)) return add_program(patch, name, form, dtype, true);
  ir::AttributeList attributes = attribute_list(node);
  for (auto& [attribute, value] : attributes) {
    if (attribute == "program") value = form.program.to_text();
    if (attribute == "to_type") value = enum_number(dtype);
  }
  std::vector<ir::ValueId> inputs(
      node.inputs.begin(), node.inputs.begin() + static_cast<long>(ops::kFirstQuantizedOperand));
  inputs.insert(inputs.end(), form.operands.begin() + 1, form.operands.end());
  return patch.add(node.op->name, name, inputs, attributes);
}

}  // namespace trtlike::optimizer
