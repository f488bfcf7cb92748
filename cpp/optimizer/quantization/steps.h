// The scale and zero point of Quantize and Dequantize nodes, for rules about pairs of them.
#pragma once

#include <optional>

#include "ops/shapes/quantized_product.h"
#include "optimizer/pointwise_form.h"

namespace trtlike::optimizer {

/// One scale and zero point for the whole tensor, and the type of the integers.
struct QuantizationSteps {
  double scale = 1;
  double zero_point = 0;
  DataType type = DataType::Int8;
  bool operator==(const QuantizationSteps&) const = default;
};

/// True for the ops that multiply quantized tensors.
bool is_quantized_product(const ir::Graph& graph, ir::NodeId node);
/// True for the types that kernels multiply as integers.
using ops::is_byte;

/// The node's results are some of the elements of its data inputs, whatever those stand for.
bool moves_elements(const ir::Node& node);

/// Nothing when the node is neither op, or its steps are not constant or not positive, or vary.
std::optional<QuantizationSteps> match_steps(const ir::Graph& graph, ir::NodeId node);

/// The Quantize that a Dequantize of the same steps reads; none where there is another one.
ir::NodeId quantize_before(const ir::Graph& graph, ir::NodeId dequantize);

/// True when the value is an output, or more than Dequantize nodes read it.
bool is_read_as_integers(const ir::Graph& graph, ir::ValueId id);

/// The same with operand `index` dequantized from `integers` by the program.
PointwiseForm dequantize_operand(const PointwiseForm& form, size_t index, ir::ValueId integers,
                                 const QuantizationSteps& steps);
/// Quantizes the program's output; storing it saturates.
void append_quantize(ops::PointwiseProgram& program, const QuantizationSteps& steps);

/// What the node does as a program that may read and give quantized numbers: an element-wise node,
/// or what follows the sums of a product of quantized tensors, of which operand 0, the sum, is
/// named by the node's own output. Nothing for other nodes.
std::optional<PointwiseForm> quantized_form(const ir::Graph& graph, ir::NodeId node);
/// The node with another such program, which gives `dtype`.
ir::ValueId add_quantized_form(const ir::Graph& graph, ir::Patch& patch, ir::NodeId node,
                               const std::string& name, const PointwiseForm& form, DataType dtype);

}  // namespace trtlike::optimizer
