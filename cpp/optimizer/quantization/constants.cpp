// Quantizations of folded constants.
#include "optimizer/quantization/constants.h"

#include <string_view>

#include "core/check.h"
#include "optimizer/evaluate.h"

namespace trtlike::optimizer {
namespace {

using core::Quantization;
using core::TensorView;
using Quantized = std::shared_ptr<const ir::QuantizedElements>;

template <typename T>
std::vector<T> elements_of(const TensorView& view) {
  std::vector<T> out;
  for (int64_t i = 0; i < view.elems(); ++i) out.push_back(static_cast<T>(view.at(i)));
  return out;
}

Quantized from_dequantize(const ir::Graph& graph, const ir::Node& node,
                          std::span<const TensorView> inputs) {
  const auto quantization = quantization_of(graph, node);
  if (!quantization) return nullptr;
  return std::make_shared<const ir::QuantizedElements>(ir::QuantizedElements{
      inputs[0].dtype, graph.value(node.inputs[0]).constant->data, inputs[0].dims, *quantization});
}

/// For each index of `axis` what all elements there are; nothing where they differ.
std::optional<std::vector<int32_t>> find_along(const TensorView& view, int axis) {
  const int64_t inner = core::elems_between(view.dims, axis + 1, view.dims.rank());
  std::vector<int32_t> out(static_cast<size_t>(view.dims[axis]), -1);
  for (int64_t i = 0; i < view.elems(); ++i) {
    int32_t& known = out[static_cast<size_t>(i / inner % view.dims[axis])];
    if (known >= 0 && known != view.as<int32_t>()[i]) return std::nullopt;
    known = view.as<int32_t>()[i];
  }
  return out;
}

/// The quantization of what a node makes of a tensor of these extents, found by moving the numbers
/// of channels in the elements' place.
std::optional<Quantization> move_quantization(const ir::Node& node, const Quantization& from,
                                              std::vector<TensorView> inputs) {
  if (from.axis() == Quantization::kNoAxis) return from;
  const Dims dims = inputs[0].dims;
  const int64_t inner = core::elems_between(dims, from.axis() + 1, dims.rank());
  std::vector<int32_t> channels(static_cast<size_t>(core::elems(dims)));
  for (size_t i = 0; i < channels.size(); ++i)
    channels[i] = static_cast<int32_t>(static_cast<int64_t>(i) / inner % dims[from.axis()]);
  inputs[0] = {channels.data(), DataType::Int32, dims};
  const OwnedTensor moved = evaluate_node(node, inputs)[0];
  for (int axis = 0; axis < moved.view.dims.rank(); ++axis) {
    const auto along = find_along(moved.view, axis);
    if (!along || along->empty()) continue;
    std::vector<float> scales;
    std::vector<int32_t> zeros;
    for (const int32_t channel : *along) {
      scales.push_back(from.scales()[static_cast<size_t>(channel)]);
      if (!from.is_symmetric()) zeros.push_back(from.zero_points()[static_cast<size_t>(channel)]);
    }
    return Quantization::per_channel(axis, std::move(scales), std::move(zeros));
  }
  return std::nullopt;
}

Quantized moved_from(const ir::Graph& graph, const ir::Node& node,
                     std::span<const TensorView> inputs) {
  if (node.op->rounding.is_exact != ops::kMoved.is_exact || node.inputs.empty() || !node.inputs[0])
    return nullptr;
  const auto& constant = graph.value(node.inputs[0]).constant;
  if (!constant || !constant->dequantized_from || node.op->joins_inputs) return nullptr;
  const ir::QuantizedElements& source = *constant->dequantized_from;
  std::vector<TensorView> moved(inputs.begin(), inputs.end());
  const auto known = quantization_of(*constant, moved[0].dims);
  if (!known) return nullptr;
  moved[0] = {const_cast<void*>(source.data.get()), source.dtype, moved[0].dims};
  const auto quantization = move_quantization(node, *known, moved);
  if (!quantization) return nullptr;
  const OwnedTensor integers = evaluate_node(node, moved)[0];
  return std::make_shared<const ir::QuantizedElements>(
      ir::QuantizedElements{source.dtype, integers.data, integers.view.dims, *quantization});
}

}  // namespace

std::optional<Quantization> quantization_of(const ir::Graph& graph, const ir::Node& node) {
  const bool quantizes = std::string_view(node.op->name) == "Quantize";
  const ops::TensorType& stored = graph.value(quantizes ? node.outputs[0] : node.inputs[0]).type;
  const TensorView scale = ir::constant_view(graph, node.inputs[1]);
  const bool has_zero = node.inputs.size() > 2 && node.inputs[2];
  const TensorView zero = has_zero ? ir::constant_view(graph, node.inputs[2]) : TensorView{};
  if (scale.data == nullptr || (has_zero && zero.data == nullptr)) return std::nullopt;
  if (scale.elems() != 1 && scale.dims.rank() != 1) return std::nullopt;
  const std::vector<float> scales = elements_of<float>(scale);
  std::vector<int32_t> zeros = has_zero ? elements_of<int32_t>(zero) : std::vector<int32_t>();
  if (scales.size() == 1) {
    const auto one = Quantization::per_tensor(scales[0], zeros.empty() ? 0 : zeros[0]);
    return one.find_fault(stored.dtype, stored.dims) ? std::nullopt : std::optional(one);
  }
  const auto axis =
      core::normalize_axis(node.attributes.get_int("axis"), stored.dims.rank(), "attribute 'axis'");
  const auto many = Quantization::per_channel(static_cast<int32_t>(axis), scales, std::move(zeros));
  return many.find_fault(stored.dtype, stored.dims) ? std::nullopt : std::optional(many);
}

std::optional<Quantization> quantization_of(const ir::ConstantData& constant, const Dims& dims) {
  if (!constant.dequantized_from) return std::nullopt;
  const auto& [dtype, data, stored, quantization] = *constant.dequantized_from;
  if (core::elems(stored) != core::elems(dims)) return std::nullopt;
  if (quantization.axis() == Quantization::kNoAxis || stored == dims) return quantization;
  const int from = quantization.axis();
  const int64_t inner = core::elems_between(stored, from + 1, stored.rank());
  for (int axis = 0; axis < dims.rank(); ++axis)
    if (dims[axis] == stored[from] && core::elems_between(dims, axis + 1, dims.rank()) == inner)
      return Quantization::per_channel(axis, quantization.scales(), quantization.zero_points());
  return std::nullopt;
}

Quantized find_quantized(const ir::Graph& graph, const ir::Node& node,
                         std::span<const TensorView> inputs) {
  if (node.outputs.size() != 1) return nullptr;
  return std::string_view(node.op->name) == "Dequantize" ? from_dequantize(graph, node, inputs)
                                                         : moved_from(graph, node, inputs);
}

}  // namespace trtlike::optimizer
