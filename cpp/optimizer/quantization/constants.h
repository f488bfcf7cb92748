// What folded constants were dequantized from, so that rules find the integers again.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/tensor_view.h"
#include "ir/graph.h"

namespace trtlike::optimizer {

/// The integers behind the one output of a node with these constant inputs: a Dequantize, or a node
/// that moves elements of such an output. Null where there are none, or no quantization says which.
std::shared_ptr<const ir::QuantizedElements> find_quantized(const ir::Graph& graph,
                                                            const ir::Node& node);

/// Constant scales and zero points of a Quantize or Dequantize, for the tensor or an axis; nothing
/// for others, and where they are none of a quantized tensor.
std::optional<core::Quantization> quantization_of(const ir::Graph& graph, const ir::Node& node);

/// How the integers behind a constant of these extents stand for it; nothing where there are none,
/// or it was given other extents that the axis of the scales is not among.
std::optional<core::Quantization> quantization_of(const ir::ConstantData& constant,
                                                  const Dims& dims);

/// The axis of a node's weights, its input 1, along which output channels lie; nothing where no
/// kernel multiplies its operands as integers.
std::optional<int> find_channel_axis(const ir::Graph& graph, const ir::Node& node);

/// Weights as kernels multiply them.
struct IntegerWeights {
  ir::ConstantData elements;  ///< of INT8, their zero points taken off
  std::vector<float> scales;  ///< one an output channel
};
/// The integers behind the weights of a convolution or product, which computes on them where its
/// input is dequantized; nothing for other nodes, and where kernels do not multiply such integers.
std::optional<IntegerWeights> match_integer_weights(const ir::Graph& graph, ir::NodeId node);

}  // namespace trtlike::optimizer
