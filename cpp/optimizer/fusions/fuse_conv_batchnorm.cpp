// A factor or a summand for each output channel of a convolution becomes part of its kernel and
// bias. Before the epilogue fusions, which would run it for every element.
#include <algorithm>
#include <cmath>
#include <string_view>

#include "ir/recipe.h"
#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

using Operation = ElementWiseOperation;

/// y operation c, or c operation y, with one element of c for each output channel or for all.
struct Affine {
  Operation operation;
  ir::Constant c;
  bool c_is_first = false;

  bool scales() const {
    return operation == Operation::Prod || operation == Operation::Div || c_is_first;
  }
};

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

std::optional<Affine> affine_of(const ir::Graph& graph, const ir::Node& node, ir::ValueId y) {
  const auto operands = split_constant(graph, node);
  if (!operands || operands->other != y) return std::nullopt;
  const int64_t channels = dims_of(graph, y)[1];
  if (!is_along(dims_of(graph, operands->constant), 1, channels)) return std::nullopt;
  const auto operation = node.attributes.get_enum<Operation>("op");
  if (operation != Operation::Prod && operation != Operation::Div && operation != Operation::Sum &&
      operation != Operation::Sub)
    return std::nullopt;
  const bool divides = operation == Operation::Div;
  if (divides && operands->constant_is_first) return std::nullopt;
  Affine affine{operation, ir::constant_of(graph, operands->constant),
                operands->constant_is_first && operation == Operation::Sub};
  const auto known = ir::constant_elements(graph, operands->constant);
  if (known && (!all_finite(*known) ||
                (divides && std::find(known->begin(), known->end(), 0.0) != known->end())))
    return std::nullopt;
  return known || affine.c.data.may_change ? std::optional(affine) : std::nullopt;
}

/// The kernel with each output channel's weights times its factor. Convolution's kernel has output
/// channels first, Deconvolution's (one group) second.
ir::Constant scaled_kernel(const ir::Constant& kernel, const Affine& affine, int channel_axis) {
  Dims dims = Dims::filled(kernel.type.dims.rank(), 1);
  if (affine.operation == Operation::Sub)
    return ir::combine(Operation::Prod, kernel, ir::filled(kernel.type.dtype, dims, -1));
  dims[channel_axis] = core::elems(affine.c.type.dims);
  return ir::combine(affine.operation, kernel, ir::reshaped(affine.c, dims));
}

ir::Constant moved_bias(const ir::Constant& bias, const Affine& affine) {
  const ir::Constant c = ir::reshaped(affine.c, {core::elems(affine.c.type.dims)});
  return affine.c_is_first ? ir::combine(affine.operation, c, bias)
                           : ir::combine(affine.operation, bias, c);
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  constexpr int64_t kMaxKernelElems = int64_t{1} << 28;
  const ir::Node& conv = graph.node(id);
  const bool transposed = std::string_view(conv.op->name) == "Deconvolution";
  if (!transposed && std::string_view(conv.op->name) != "Convolution") return std::nullopt;
  if (transposed && conv.attributes.get_int("num_groups") != 1) return std::nullopt;
  const ir::NodeId user = only_reader(graph, conv.outputs[0]);
  if (!is_op(graph, user, "ElementWise") || !precisions_agree(graph, id, user)) return std::nullopt;
  const ir::ValueId result = graph.node(user).outputs[0];
  if (graph.value(result).type != graph.value(conv.outputs[0]).type) return std::nullopt;
  if (!is_constant(graph, conv.inputs[1]) || !core::is_float(dtype_of(graph, conv.inputs[1])))
    return std::nullopt;
  if (has_input(conv, 2) && !is_constant(graph, conv.inputs[2])) return std::nullopt;
  const auto affine = affine_of(graph, graph.node(user), conv.outputs[0]);
  const ir::Value& weights = graph.value(conv.inputs[1]);
  if (!affine || affine->c.type.dtype != weights.type.dtype ||
      (affine->scales() && core::elems(weights.type.dims) > kMaxKernelElems))
    return std::nullopt;

  ir::Patch patch(graph);
  patch.inherit_from(id);
  ir::ValueId kernel = conv.inputs[1];
  if (affine->scales())
    kernel = patch.add_constant(
        weights.name, scaled_kernel(ir::constant_of(graph, kernel), *affine, transposed ? 1 : 0));
  const ir::Constant bias =
      has_input(conv, 2) ? ir::constant_of(graph, conv.inputs[2])
                         : ir::filled(weights.type.dtype, {dims_of(graph, conv.outputs[0])[1]}, 0);
  const ir::ValueId new_bias = patch.add_constant(conv.name + " bias", moved_bias(bias, *affine));
  patch.replace(result, patch.add(conv.op->name, joined_name(graph, {id, user}),
                                  {conv.inputs[0], kernel, new_bias}, attribute_list(conv)));
  return patch;
}

}  // namespace

Rule fuse_conv_batchnorm() {
  return {"fuse_conv_batchnorm",
          "Convolution(x, kernel, bias) * scale + shift -> Convolution(x, kernel * scale, bias * "
          "scale + shift)",
          "", 20, rewrite};
}

}  // namespace trtlike::optimizer
