// From element-wise nodes to programs, and programs into programs.
#include "optimizer/pointwise_form.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "ops/shapes/quantized_product.h"
#include "optimizer/match.h"

namespace trtlike::optimizer {
namespace {

using ir::Graph;
using ir::Node;
using ir::NodeId;
using ir::ValueId;
using ops::PointwiseInstruction;
using ops::PointwiseOpcode;
using ops::PointwiseProgram;

/// Registers of a form under construction: operands first, known only at the end.
class FormBuilder {
 public:
  explicit FormBuilder(const Graph& graph, const Dims& out) : graph_(graph), out_(out) {}

  /// The register of an operand or of a scalar constant.
  int read(ValueId id) {
    const auto scalar = scalar_of(id);
    if (scalar) return append({PointwiseOpcode::Constant, -1, -1, -1, *scalar, 0});
    const auto found = std::find(operands_.begin(), operands_.end(), id);
    if (found != operands_.end()) return static_cast<int>(found - operands_.begin());
    operands_.push_back(id);
    return static_cast<int>(operands_.size()) - 1;
  }

  /// Reads all inputs first, so that operands come before instructions.
  std::vector<int> read_all(const std::vector<ValueId>& inputs) {
    for (const ValueId id : inputs)
      if (!scalar_of(id)) read(id);
    std::vector<int> registers;
    for (const ValueId id : inputs) registers.push_back(read(id));
    return registers;
  }

  int append(const PointwiseInstruction& instruction) {
    instructions_.push_back(instruction);
    return static_cast<int>(operands_.size() + instructions_.size()) - 1;
  }

  std::optional<PointwiseForm> finish(int output) const {
    if (operands_.empty()) return std::nullopt;
    Dims dims = dims_of(graph_, operands_[0]);
    for (const ValueId id : operands_) dims = core::broadcast(dims, dims_of(graph_, id));
    if (dims != out_) return std::nullopt;
    return PointwiseForm{{static_cast<int>(operands_.size()), instructions_, output}, operands_};
  }

 private:
  std::optional<float> scalar_of(ValueId id) const {
    constexpr int64_t kFewElems = 4096;
    if (!is_constant(graph_, id) || core::elems(dims_of(graph_, id)) > kFewElems)
      return std::nullopt;
    const auto scalar = ir::constant_scalar(graph_, id);
    return scalar ? std::optional<float>(static_cast<float>(*scalar)) : std::nullopt;
  }

  const Graph& graph_;
  Dims out_;
  std::vector<ValueId> operands_;
  std::vector<PointwiseInstruction> instructions_;
};

using ops::is_byte;

/// Programs may read quantized numbers, too.
bool is_computed_in_float(const Graph& graph, const Node& node) {
  const bool is_program = node.op->name == std::string_view("PointWise");
  const auto fits = [&](ValueId id) {
    const DataType dtype = dtype_of(graph, id);
    return core::is_float(dtype) || dtype == DataType::Bool;
  };
  return std::all_of(node.inputs.begin(), node.inputs.end(),
                     [&](ValueId id) {
                       return id && (fits(id) || (is_program && is_byte(dtype_of(graph, id))));
                     }) &&
         fits(node.outputs[0]);
}

PointwiseInstruction unary_instruction(const Node& node, std::string_view op, int x) {
  if (op == "Unary") return {ops::to_opcode(node.attributes.get_enum<UnaryOperation>("op")), x};
  const auto alpha = static_cast<float>(node.attributes.get_float("alpha"));
  const auto beta = static_cast<float>(node.attributes.get_float("beta"));
  return {ops::to_opcode(node.attributes.get_enum<ActivationType>("type")), x, -1, -1, alpha, beta};
}

/// Casts between truth values and floats; conversions between float types change the storage and
/// stay nodes.
std::optional<PointwiseForm> cast_form(const Graph& graph, const Node& node, FormBuilder& builder) {
  const bool from_bool = dtype_of(graph, node.inputs[0]) == DataType::Bool;
  const bool to_bool = dtype_of(graph, node.outputs[0]) == DataType::Bool;
  if (from_bool == to_bool) return std::nullopt;
  const int x = builder.read(node.inputs[0]);
  return builder.finish(to_bool ? builder.append({PointwiseOpcode::ToBool, x}) : x);
}

std::optional<PointwiseForm> program_form(const Node& node) {
  auto program = PointwiseProgram::parse(node.attributes.get_string("program"));
  return PointwiseForm{std::move(program), node.inputs};
}

/// A parameter that the opcode does not take is not part of the instruction.
void drop_unused_parameters(PointwiseForm& form) {
  for (PointwiseInstruction& instruction : form.program.instructions) {
    const int count = ops::opcode_info(instruction.op).num_parameters;
    if (count < 1) instruction.alpha = 0;
    if (count < 2) instruction.beta = 0;
  }
}

std::optional<PointwiseForm> raw_form(const Graph& graph, const Node& node) {
  const std::string_view op = node.op->name;
  if (op == "PointWise") return program_form(node);
  FormBuilder builder(graph, dims_of(graph, node.outputs[0]));
  if (op == "Cast") return cast_form(graph, node, builder);
  const std::vector<int> in = builder.read_all(node.inputs);
  if (op == "Activation" || op == "Unary")
    return builder.finish(builder.append(unary_instruction(node, op, in[0])));
  if (op == "ElementWise")
    return builder.finish(builder.append(
        {ops::to_opcode(node.attributes.get_enum<ElementWiseOperation>("op")), in[0], in[1]}));
  if (op == "Select")
    return builder.finish(builder.append({PointwiseOpcode::Select, in[0], in[1], in[2]}));
  const int zero = builder.append({PointwiseOpcode::Constant});
  const int negative = builder.append({PointwiseOpcode::Less, in[0], zero});
  const int scaled = builder.append({PointwiseOpcode::Prod, in[0], in[1]});
  return builder.finish(builder.append({PointwiseOpcode::Select, negative, scaled, in[0]}));
}

/// A choice that still has to see that both alternatives have one shape.
bool checks_shapes(const Graph& graph, const Node& node) {
  return node.op->name == std::string_view("Select") && node.attributes.get_bool("same_shapes") &&
         !(core::is_static(dims_of(graph, node.inputs[1])) &&
           core::is_static(dims_of(graph, node.inputs[2])));
}

bool is_element_wise_op(std::string_view op) {
  return op == "PointWise" || op == "Cast" || op == "Activation" || op == "Unary" ||
         op == "ElementWise" || op == "Select" || op == "ParametricReLU";
}

}  // namespace

std::optional<PointwiseForm> pointwise_form(const Graph& graph, NodeId id) {
  if (!id) return std::nullopt;
  const Node& node = graph.node(id);
  if (!is_element_wise_op(node.op->name) || !is_computed_in_float(graph, node)) return std::nullopt;
  if (checks_shapes(graph, node)) return std::nullopt;
  std::optional<PointwiseForm> form = raw_form(graph, node);
  if (form) drop_unused_parameters(*form);
  return form;
}

PointwiseForm compose(const PointwiseForm& outer, ValueId value, const PointwiseForm& inner) {
  PointwiseForm out;
  const auto add_operand = [&](ValueId id) {
    const auto found = std::find(out.operands.begin(), out.operands.end(), id);
    if (found != out.operands.end()) return static_cast<int>(found - out.operands.begin());
    out.operands.push_back(id);
    return static_cast<int>(out.operands.size()) - 1;
  };
  std::vector<int> inner_map, outer_map;
  for (const ValueId id : inner.operands) inner_map.push_back(add_operand(id));
  for (const ValueId id : outer.operands) outer_map.push_back(id == value ? -1 : add_operand(id));
  out.program.num_inputs = static_cast<int>(out.operands.size());
  const auto copy = [&](const PointwiseProgram& program, std::vector<int>& map) {
    const auto mapped = [&](int reg) { return reg < 0 ? -1 : map[static_cast<size_t>(reg)]; };
    for (const PointwiseInstruction& i : program.instructions)
      map.push_back(
          out.program.append(i.op, mapped(i.a), mapped(i.b), mapped(i.c), i.alpha, i.beta));
    return mapped(program.output);
  };
  const int computed = copy(inner.program, inner_map);
  std::replace(outer_map.begin(), outer_map.end(), -1, computed);
  out.program.output = copy(outer.program, outer_map);
  simplify(out);
  return out;
}

bool all_operands_are(const Graph& graph, const PointwiseForm& form, DataType dtype) {
  return std::all_of(form.operands.begin(), form.operands.end(),
                     [&](ValueId id) { return dtype_of(graph, id) == dtype; });
}

bool all_operands_are_or_quantized(const Graph& graph, const PointwiseForm& form, DataType dtype) {
  return std::all_of(form.operands.begin(), form.operands.end(), [&](ValueId id) {
    return dtype_of(graph, id) == dtype || is_byte(dtype_of(graph, id));
  });
}

ValueId add_program(ir::Patch& patch, const std::string& name, const PointwiseForm& form,
                    DataType dtype, bool names_type) {
  ir::AttributeList attributes{{"program", form.program.to_text()}};
  if (names_type)
    attributes.emplace_back("output_dtypes", std::vector<int64_t>{enum_number(dtype)});
  return patch.add("PointWise", name, form.operands, attributes);
}

bool is_within_limits(const PointwiseForm& form) {
  return form.operands.size() <= kMaxOperands &&
         form.program.instructions.size() <= kMaxInstructions;
}

}  // namespace trtlike::optimizer
