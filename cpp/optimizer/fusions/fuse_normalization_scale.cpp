// A constant factor, then a constant summand after a normalization are its scale and bias.
#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

using Operation = ElementWiseOperation;

/// Kernels read one number for each normalized element, or one a channel.
bool is_readable(const Dims& constant, const Dims& x, int64_t axes, bool grouped) {
  if (constant.rank() != x.rank()) return false;
  const int64_t image_axes = (int64_t{1} << x.rank()) - 1;
  const bool is_one_group = axes == (image_axes & ~int64_t{1});
  bool each = !grouped, channel = x.rank() >= 3 && (grouped || is_one_group || (axes & 3) == 0);
  for (int i = 0; i < x.rank(); ++i) {
    const bool normalized = (axes >> i & 1) != 0;
    each = each && constant[i] == (normalized ? x[i] : 1);
    channel = channel && constant[i] == (i == 1 ? x[i] : 1);
  }
  return each || channel;
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  const ir::NodeId user = only_reader(graph, node.outputs[0]);
  const bool scales = is_element_wise(graph, user, Operation::Prod);
  if ((!scales && !is_element_wise(graph, user, Operation::Sum)) ||
      !precisions_agree(graph, id, user))
    return std::nullopt;
  if (has_input(node, 2) || (scales && has_input(node, 1))) return std::nullopt;
  const auto operands = split_constant(graph, graph.node(user));
  const Dims& dims = dims_of(graph, node.outputs[0]);
  if (!operands ||
      graph.value(graph.node(user).outputs[0]).type != graph.value(node.outputs[0]).type ||
      !is_readable(dims_of(graph, operands->constant), dims, node.attributes.get_int("axes"),
                   node.attributes.get_int("num_groups") > 1))
    return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  std::vector<ir::ValueId> inputs = {node.inputs[0],
                                     has_input(node, 1) ? node.inputs[1] : ir::ValueId{}};
  if (scales) {
    inputs[1] = operands->constant;
  } else {
    inputs.push_back(operands->constant);
  }
  patch.replace(
      graph.node(user).outputs[0],
      patch.add("Normalization", joined_name(graph, {id, user}), inputs, attribute_list(node)));
  return patch;
}

}  // namespace

Rule fuse_normalization_scale() {
  return {"fuse_normalization_scale",
          "Normalization(x) * scale + bias -> Normalization(x, scale, bias)", "Normalization", 34,
          rewrite};
}

}  // namespace trtlike::optimizer
