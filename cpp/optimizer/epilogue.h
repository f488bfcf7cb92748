// Taking the element-wise nodes after a convolution or a matrix product into its program.
#pragma once

#include <optional>

#include "optimizer/pointwise_form.h"

namespace trtlike::optimizer {

/// The only reader of `node`'s result as more of its program.
struct Epilogue {
  ir::NodeId reader;
  /// Operand 0 is the result before the program, the others are the extra operands.
  PointwiseForm form;
  /// What the reader gives: the node's type, or quantized numbers behind a product of such.
  DataType dtype = DataType::Float;
};

/// `program` is what `node` already runs on its result and `extras` ("" and none for a plain node).
/// `channel_axis` is the axis along which an extra operand may vary while all others are 1; any
/// other extra has the result's shape or one element.
std::optional<Epilogue> match_epilogue(const ir::Graph& graph, ir::NodeId node,
                                       const std::string& program,
                                       const std::vector<ir::ValueId>& extras, int channel_axis);

/// Makes the attributes of the node, or of the op that it is fused to, those with the epilogue.
void set_program(ir::AttributeList& attributes, const Epilogue& epilogue);

}  // namespace trtlike::optimizer
