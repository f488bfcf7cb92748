// Weights that products of quantized tensors are fused with.
#include <string_view>

#include "core/os/memory.h"
#include "ir/recipe.h"
#include "optimizer/match.h"
#include "optimizer/quantization/constants.h"
#include "optimizer/quantization/steps.h"

namespace trtlike::optimizer {
namespace {

constexpr int64_t kNone = enum_number(MatrixOperation::None),
                  kTranspose = enum_number(MatrixOperation::Transpose);

/// The integers of constant weights less their zero points, where those fit INT8.
std::optional<IntegerWeights> match_weights(const ir::Graph& graph, ir::ValueId id, int axis) {
  const ir::Value& value = graph.value(id);
  if (!value.constant || !value.constant->dequantized_from) return std::nullopt;
  const ir::QuantizedElements& stored = *value.constant->dequantized_from;
  const Dims& dims = value.type.dims;
  const auto known = quantization_of(*value.constant, dims);
  if (!known || !is_byte(stored.dtype) || known->block() != 0) return std::nullopt;
  const core::Quantization& quantization = *known;
  const bool is_per_tensor = quantization.axis() == core::Quantization::kNoAxis;
  if (!is_per_tensor && quantization.axis() != axis) return std::nullopt;
  std::vector<float> scales = quantization.scales();
  scales.resize(static_cast<size_t>(dims[axis]), scales[0]);
  if (stored.may_change)
    return stored.dtype == DataType::Int8 && quantization.is_symmetric()
               ? std::optional(
                     IntegerWeights{ir::integers_of(*value.constant, dims).data, std::move(scales)})
               : std::nullopt;
  const core::TensorView view{const_cast<void*>(stored.data.get()), stored.dtype, dims};
  const std::shared_ptr<void> data = core::allocate_shared(static_cast<size_t>(view.elems()));
  const int64_t inner = core::elems_between(dims, axis + 1, dims.rank());
  for (int64_t i = 0; i < view.elems(); ++i) {
    const auto channel = static_cast<size_t>(is_per_tensor ? 0 : i / inner % dims[axis]);
    const double zero = quantization.is_symmetric() ? 0 : quantization.zero_points()[channel];
    const double element = view.at(i) - zero;
    if (element < -128 || element > 127) return std::nullopt;
    static_cast<int8_t*>(data.get())[i] = static_cast<int8_t>(element);
  }
  return IntegerWeights{{data, static_cast<size_t>(view.elems())}, std::move(scales)};
}

}  // namespace

std::optional<int> find_channel_axis(const ir::Graph& graph, const ir::Node& node) {
  const std::string_view op = node.op->name;
  const Dims& weights = dims_of(graph, node.inputs[1]);
  if (op == "Convolution" || op == "FusedConvolution") {
    // Channels of their own are multiplied by depthwise kernels, or one by one.
    const int64_t groups = node.attributes.get_int("num_groups");
    const bool has_multiplier = groups > 1 && weights[1] == 1 && weights[0] != groups;
    return has_multiplier ? std::nullopt : std::optional(0);
  }
  if (op == "Deconvolution")
    return node.attributes.get_int("num_groups") == 1 ? std::optional(1) : std::nullopt;
  if (op != "MatrixMultiply" && op != "FusedMatrixMultiply") return std::nullopt;
  const int64_t operation = node.attributes.get_int("op1");
  if (node.attributes.get_int("op0") != kNone || weights.rank() < 2 ||
      (operation != kNone && operation != kTranspose) ||
      core::elems_between(weights, 0, weights.rank() - 2) != 1)
    return std::nullopt;
  return weights.rank() - (operation == kNone ? 1 : 2);
}

std::optional<IntegerWeights> match_integer_weights(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  if (node.inputs.size() < 2 || !is_constant(graph, node.inputs[1])) return std::nullopt;
  const auto axis = find_channel_axis(graph, node);
  return axis ? match_weights(graph, node.inputs[1], *axis) : std::nullopt;
}

}  // namespace trtlike::optimizer
