// Quantizations of folded constants.
#include "optimizer/quantization/constants.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

#include "core/check.h"
#include "ir/recipe.h"
#include "ops/evaluate.h"

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

Quantized make_quantized(const ir::Constant& integers, const Quantization& quantization) {
  return std::make_shared<const ir::QuantizedElements>(
      ir::QuantizedElements{integers.type.dtype, integers.data.data, integers.type.dims,
                            quantization, integers.data.recipe, integers.data.may_change});
}

Quantized from_dequantize(const ir::Graph& graph, const ir::Node& node) {
  const auto quantization = quantization_of(graph, node);
  return quantization ? make_quantized(ir::constant_of(graph, node.inputs[0]), *quantization)
                      : nullptr;
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
  const ops::OwnedTensor moved = ops::evaluate(*node.op, node.attributes, inputs)[0];
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

/// Blocks stay what they are where all elements stay in their order.
Quantized reshaped(const ir::Node& node, std::vector<TensorView> inputs, Quantized source) {
  std::vector<int32_t> places(static_cast<size_t>(inputs[0].elems()));
  std::iota(places.begin(), places.end(), 0);
  inputs[0] = {places.data(), DataType::Int32, inputs[0].dims};
  const ops::OwnedTensor moved = ops::evaluate(*node.op, node.attributes, inputs)[0];
  const bool stays = moved.view.elems() == inputs[0].elems() &&
                     std::equal(places.begin(), places.end(), moved.view.as<int32_t>());
  return stays ? source : nullptr;
}

Quantized moved_from(const ir::Graph& graph, const ir::Node& node) {
  if (node.op->rounding.is_exact != ops::kMoved.is_exact || node.inputs.empty() || !node.inputs[0])
    return nullptr;
  const auto& constant = graph.value(node.inputs[0]).constant;
  if (!constant || !constant->dequantized_from || node.op->joins_inputs) return nullptr;
  std::vector<std::optional<ir::Constant>> inputs;
  std::vector<TensorView> views;
  for (const ir::ValueId id : node.inputs) {
    inputs.push_back(id ? std::optional(ir::constant_of(graph, id)) : std::nullopt);
    views.push_back(id ? TensorView{const_cast<void*>(inputs.back()->data.data.get()),
                                    inputs.back()->type.dtype, inputs.back()->type.dims}
                       : TensorView{nullptr, DataType::Float, Dims::unknown_rank()});
  }
  const auto known = quantization_of(*constant, views[0].dims);
  if (!known) return nullptr;
  if (known->block() != 0) return reshaped(node, views, constant->dequantized_from);
  inputs[0] = ir::integers_of(*constant, views[0].dims);
  const auto quantization = move_quantization(node, *known, views);
  if (!quantization) return nullptr;
  return make_quantized(ir::compute(*node.op, node.attributes, inputs)[0], *quantization);
}

/// Blocks along one axis. Their scales may be 0 or negative, as those of weights are.
std::optional<Quantization> quantization_of_blocks(const Dims& dims, const TensorView& scale,
                                                   const TensorView& zero) {
  int axis = Quantization::kNoAxis;
  for (int i = 0; i < dims.rank(); ++i) {
    if (scale.dims[i] == dims[i]) continue;
    if (axis != Quantization::kNoAxis) return std::nullopt;
    axis = i;
  }
  if (axis == Quantization::kNoAxis) return std::nullopt;
  std::vector<float> scales = elements_of<float>(scale);
  const auto is_finite = [](float element) { return std::isfinite(element); };
  if (!std::all_of(scales.begin(), scales.end(), is_finite)) return std::nullopt;
  std::vector<int32_t> zeros =
      zero.data != nullptr ? elements_of<int32_t>(zero) : std::vector<int32_t>();
  return Quantization::per_block(axis, dims[axis] / scale.dims[axis], std::move(scales),
                                 std::move(zeros));
}

}  // namespace

std::optional<Quantization> quantization_of(const ir::Graph& graph, const ir::Node& node) {
  const bool quantizes = std::string_view(node.op->name) == "Quantize";
  const ops::TensorType& stored = graph.value(quantizes ? node.outputs[0] : node.inputs[0]).type;
  const TensorView scale = ir::constant_view(graph, node.inputs[1]);
  const bool has_zero = node.inputs.size() > 2 && node.inputs[2];
  const TensorView zero = has_zero ? ir::constant_view(graph, node.inputs[2]) : TensorView{};
  if (scale.data == nullptr || (has_zero && zero.data == nullptr)) return std::nullopt;
  if (scale.elems() != 1 && scale.dims.rank() != 1)
    return quantization_of_blocks(stored.dims, scale, zero);
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
  const Dims& stored = constant.dequantized_from->dims;
  const Quantization& quantization = constant.dequantized_from->quantization;
  if (core::elems(stored) != core::elems(dims)) return std::nullopt;
  if (quantization.axis() == Quantization::kNoAxis || stored == dims) return quantization;
  const int from = quantization.axis();
  const int64_t inner = core::elems_between(stored, from + 1, stored.rank());
  for (int axis = 0; axis < dims.rank(); ++axis)
    if (dims[axis] == stored[from] && core::elems_between(dims, axis + 1, dims.rank()) == inner)
      return Quantization::per_block(axis, quantization.block(), quantization.scales(),
                                     quantization.zero_points());
  return std::nullopt;
}

Quantized find_quantized(const ir::Graph& graph, const ir::Node& node) {
  if (node.outputs.size() != 1) return nullptr;
  return std::string_view(node.op->name) == "Dequantize" ? from_dequantize(graph, node)
                                                         : moved_from(graph, node);
}

}  // namespace trtlike::optimizer
