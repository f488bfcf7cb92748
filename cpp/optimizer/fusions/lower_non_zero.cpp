// NonZero counts before it collects, so that the list is as long as it has to be. Rows come first:
// where a list of indices is wanted, the transposes cancel.
#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  if (core::is_static(dims_of(graph, node.outputs[0]))) return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  const ir::ValueId count = patch.add("NonZeroCount", node.name + " count", {node.inputs[0]}, {});
  const ir::ValueId rows = patch.add("NonZeroRows", node.name, {node.inputs[0], count}, {});
  ir::ValueId columns = patch.add("Shuffle", node.name + " columns", {rows},
                                  {{"first_transpose", std::vector<int64_t>{1, 0}}});
  const DataType dtype = dtype_of(graph, node.outputs[0]);
  if (dtype != DataType::Int64)
    columns = patch.add("Cast", node.name + " type", {columns}, {{"to_type", enum_number(dtype)}});
  patch.replace(node.outputs[0], columns);
  return patch;
}

}  // namespace

Rule lower_non_zero() {
  return {"lower_non_zero", "NonZero(x) -> Shuffle(NonZeroRows(x, NonZeroCount(x)))", "NonZero", 10,
          rewrite};
}

}  // namespace trtlike::optimizer
