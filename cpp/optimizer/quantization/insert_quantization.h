// Ranges of tensors become Quantize and Dequantize nodes.
#pragma once

#include <string>
#include <vector>

#include "ir/graph.h"

namespace trtlike::optimizer {

struct InsertedQuantization {
  /// Layers whose products are of integers from here on.
  std::vector<std::string> layers;
  /// Those that could be, but for a precision of their own, or tensors of 16 bits.
  std::vector<std::string> constrained;
  /// Those that could be, were there a range for the tensor that they read.
  std::vector<std::string> without_range;
  /// The tensors that those read, each once.
  std::vector<std::string> tensors_without_range;
};

/// Convolutions and products of a constant get INT8 weights, with a scale for each output channel,
/// and read the dequantized form of their quantized input, by the steps of that tensor's
/// dynamic_range. So do all readers of such a tensor, but for the network's outputs. What only
/// moves elements on the way to them moves quantized ones. After the rules, so that each product
/// has the weights that it is going to have, and before they run again.
InsertedQuantization insert_quantization(ir::Graph& graph);

}  // namespace trtlike::optimizer
