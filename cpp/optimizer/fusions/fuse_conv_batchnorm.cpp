// A factor or a summand for each output channel of a convolution becomes part of its kernel and
// bias. Before the epilogue fusions, which would run it for every element.
#include <cmath>
#include <string_view>

#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

using Operation = ElementWiseOperation;

/// y -> y * factor + summand, for each output channel.
struct Affine {
  std::vector<double> factor;
  std::vector<double> summand;
  bool scales = false;
};

std::optional<Affine> affine_of(const ir::Graph& graph, const ir::Node& node, ir::ValueId y) {
  const auto operands = split_constant(graph, node);
  if (!operands || operands->other != y) return std::nullopt;
  const Dims& dims = dims_of(graph, y);
  const auto c = factors_along(graph, operands->constant, 1, dims[1]);
  if (!c) return std::nullopt;
  const size_t channels = c->size();
  Affine affine{std::vector<double>(channels, 1), std::vector<double>(channels, 0)};
  const auto operation = node.attributes.get_enum<Operation>("op");
  affine.scales =
      operation == Operation::Prod || operation == Operation::Div || operands->constant_is_first;
  for (size_t k = 0; k < channels; ++k) {
    const double value = (*c)[k];
    switch (operation) {
      case Operation::Prod:
        affine.factor[k] = value;
        break;
      case Operation::Div:
        if (operands->constant_is_first || value == 0) return std::nullopt;
        affine.factor[k] = 1 / value;
        break;
      case Operation::Sum:
        affine.summand[k] = value;
        break;
      case Operation::Sub:
        affine.factor[k] = operands->constant_is_first ? -1 : 1;
        affine.summand[k] = operands->constant_is_first ? value : -value;
        break;
      default:
        return std::nullopt;
    }
  }
  if (operation == Operation::Sum) affine.scales = false;
  return affine;
}

/// The kernel with each output channel's weights times its factor. Convolution's kernel has output
/// channels first, Deconvolution's (one group) second.
std::vector<double> scaled_kernel(const std::vector<double>& kernel, const Dims& dims,
                                  const std::vector<double>& factor, int channel_axis) {
  const int64_t inner = core::elems_between(dims, channel_axis + 1, dims.rank());
  std::vector<double> out(kernel);
  for (size_t i = 0; i < out.size(); ++i)
    out[i] *= factor[i / static_cast<size_t>(inner) % factor.size()];
  return out;
}

bool all_finite(const std::vector<double>& values) {
  for (const double v : values)
    if (!std::isfinite(v)) return false;
  return true;
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
  if (!affine || !all_finite(affine->factor) || !all_finite(affine->summand)) return std::nullopt;

  ir::Patch patch(graph);
  patch.inherit_from(id);
  ir::ValueId kernel = conv.inputs[1];
  const ir::Value& weights = graph.value(kernel);
  if (affine->scales) {
    const auto elements = ir::constant_elements(graph, kernel, kMaxKernelElems);
    if (!elements) return std::nullopt;
    kernel = patch.add_constant(
        weights.name, weights.type.dtype, weights.type.dims,
        scaled_kernel(*elements, weights.type.dims, affine->factor, transposed ? 1 : 0));
  }
  std::vector<double> bias(affine->factor.size(), 0);
  if (has_input(conv, 2)) bias = *ir::constant_elements(graph, conv.inputs[2]);
  for (size_t k = 0; k < bias.size(); ++k)
    bias[k] = bias[k] * affine->factor[k] + affine->summand[k];
  const ir::ValueId new_bias = patch.add_constant(conv.name + " bias", weights.type.dtype,
                                                  {static_cast<int64_t>(bias.size())}, bias);
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
