// Two element-wise nodes, one of which is the other's only reader, become one program.
#include <set>

#include "optimizer/match.h"
#include "optimizer/pointwise_form.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

/// The producer of an operand that `reader` can compute itself: nobody else reads the operand, and
/// no element would be computed more than once.
std::optional<PointwiseForm> match_producer(const ir::Graph& graph, ir::NodeId reader,
                                            ir::ValueId operand) {
  const ir::NodeId producer = graph.producer(operand);
  if (!producer || only_reader(graph, operand) != reader) return std::nullopt;
  if (dims_of(graph, operand) != dims_of(graph, graph.node(reader).outputs[0])) return std::nullopt;
  if (!precisions_agree(graph, producer, reader)) return std::nullopt;
  return pointwise_form(graph, producer);
}

/// True when the composed program has lost an operand, which could have been the widest.
bool drops_operand(const PointwiseForm& form, const PointwiseForm& outer,
                   const PointwiseForm& inner) {
  std::set<ir::ValueId> before(outer.operands.begin(), outer.operands.end());
  before.insert(inner.operands.begin(), inner.operands.end());
  return form.operands.size() + 1 < before.size();
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const auto outer = pointwise_form(graph, id);
  if (!outer) return std::nullopt;
  const ir::Node& node = graph.node(id);
  const ops::TensorType& type = graph.value(node.outputs[0]).type;
  if (!core::is_float(type.dtype)) return std::nullopt;
  for (const ir::ValueId operand : outer->operands) {
    const auto inner = match_producer(graph, id, operand);
    if (!inner) continue;
    const PointwiseForm form = compose(*outer, operand, *inner);
    if (form.operands.empty() || !is_within_limits(form) ||
        !all_operands_are_or_quantized(graph, form, type.dtype))
      continue;
    Dims dims = dims_of(graph, form.operands[0]);
    for (const ir::ValueId other : form.operands)
      dims = core::broadcast(dims, dims_of(graph, other));
    if (dims != type.dims || (!core::is_static(dims) && drops_operand(form, *outer, *inner)))
      continue;
    ir::Patch patch(graph);
    patch.inherit_from(id);
    patch.replace(node.outputs[0],
                  add_program(patch, joined_name(graph, {graph.producer(operand), id}), form,
                              type.dtype, dtype_of(graph, form.operands[0]) != type.dtype));
    return patch;
  }
  return std::nullopt;
}

}  // namespace

Rule fuse_pointwise() {
  return {"fuse_pointwise", "g(f(x, y), z) -> PointWise(x, y, z)", "", 300, rewrite};
}

}  // namespace trtlike::optimizer
