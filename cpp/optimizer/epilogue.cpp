// Matching the reader of a result as a program on it.
#include "optimizer/epilogue.h"

#include <algorithm>

#include "optimizer/extents.h"
#include "optimizer/match.h"
#include "optimizer/quantization/steps.h"

namespace trtlike::optimizer {
namespace {

/// Kernels read extra operands at the result's own positions, one a channel, or as one number.
bool is_readable_extra(const Dims& extra, const Dims& result, int channel_axis) {
  if (extra.rank() != result.rank()) return false;
  if (extra == result) return true;
  for (int i = 0; i < extra.rank(); ++i) {
    const bool is_batch = i == 0 && channel_axis == 1;
    const bool may_vary = i == channel_axis || is_batch;
    if (extra[i] != 1 && (!may_vary || extra[i] != result[i])) return false;
  }
  return true;
}

/// True when no operand repeats the result at any run, and those of the result's shape have it at
/// every run.
bool keep_shape(const ir::Graph& graph, const std::vector<ir::ValueId>& operands,
                ir::ValueId result) {
  const Dims& dims = dims_of(graph, result);
  if (core::is_static(dims)) return true;
  Extents extents(graph);
  for (const ir::ValueId operand : operands) {
    const Dims& own = dims_of(graph, operand);
    if (operand == result) continue;
    if (own.rank() != dims.rank()) return false;
    for (int i = 0; i < dims.rank(); ++i)
      if (own[i] != 1 &&
          !extents.are_equal_where_they_meet(extents.extent(operand, i), extents.extent(result, i)))
        return false;
  }
  return true;
}

}  // namespace

std::optional<Epilogue> match_epilogue(const ir::Graph& graph, ir::NodeId node,
                                       const std::string& program,
                                       const std::vector<ir::ValueId>& extras, int channel_axis) {
  const ir::ValueId result = graph.node(node).outputs[0];
  const ir::NodeId reader = only_reader(graph, result);
  if (!reader || !precisions_agree(graph, node, reader)) return std::nullopt;
  const ops::TensorType& type = graph.value(result).type;
  // Kernels that multiply integers add and give them, too.
  const bool takes_integers = !core::is_float(dtype_of(graph, graph.node(node).inputs[0]));
  const ops::TensorType& given = graph.value(graph.node(reader).outputs[0]).type;
  const bool gives_integers =
      takes_integers && is_byte(given.dtype) && is_op(graph, reader, "PointWise");
  if (!core::is_float(type.dtype) || given.dims != type.dims ||
      (given.dtype != type.dtype && !gives_integers))
    return std::nullopt;
  const auto outer = gives_integers ? quantized_form(graph, reader) : pointwise_form(graph, reader);
  if (!outer ||
      !(takes_integers ? all_operands_are_or_quantized(graph, *outer, type.dtype)
                       : all_operands_are(graph, *outer, type.dtype)) ||
      !keep_shape(graph, outer->operands, result))
    return std::nullopt;

  // The result before the program is operand 0; no value stands for it, so the node's own output
  // does.
  PointwiseForm inner{{1, {}, 0}, {result}};
  if (!program.empty()) inner.program = ops::PointwiseProgram::parse(program);
  inner.operands.insert(inner.operands.end(), extras.begin(), extras.end());
  Epilogue epilogue{reader, compose(*outer, result, inner), given.dtype};
  PointwiseForm& form = epilogue.form;
  if (form.operands.empty() || form.operands[0] != result || !is_within_limits(form))
    return std::nullopt;
  const bool readable =
      std::all_of(form.operands.begin() + 1, form.operands.end(), [&](ir::ValueId id) {
        return id != result && is_readable_extra(dims_of(graph, id), type.dims, channel_axis);
      });
  return readable ? std::optional(epilogue) : std::nullopt;
}

void set_program(ir::AttributeList& attributes, const Epilogue& epilogue) {
  std::erase_if(attributes, [](const auto& attribute) { return attribute.first == "program"; });
  attributes.emplace_back("program", epilogue.form.program.to_text());
  for (auto& [name, value] : attributes)
    if (name == "to_type") value = enum_number(epilogue.dtype);
}

}  // namespace trtlike::optimizer
