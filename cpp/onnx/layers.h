// Small pieces that importers are made of: equal ranks, casts, element-wise operations, reshapes.
#pragma once

#include <string>
#include <vector>

#include "onnx/node_context.h"
#include "trtlike/enums/layer_enums.h"

namespace trtlike::onnx {

/// `value` with leading extents of 1 up to `rank`; constants are reshaped, others get a layer.
ValueId with_rank(NodeContext& node, ValueId value, int rank);
/// Both operands with the larger of their ranks.
void equalize_ranks(NodeContext& node, std::vector<ValueId>& operands);
/// A tensor of one element without its axes; fails naming `what` where it has another count.
ValueId as_scalar(NodeContext& node, const char* what, ValueId value);
/// "FLOAT with shape [2, 3]".
std::string describe_type(NodeContext& node, ValueId value);
/// A constant under other extents (same elements), without a copy.
ValueId reshape_constant(NodeContext& node, ValueId constant, const Dims& dims,
                         ConstantForm form = ConstantForm::Layer);

/// As numpy's matmul. A vector takes part as a matrix without one of its dimensions: its rank is
/// one less.
ValueId matrix_product(NodeContext& node, ValueId a, ValueId b);

/// The value as `dtype`: itself when it already is.
ValueId cast(NodeContext& node, ValueId value, DataType dtype);
/// As ONNX's Cast: what INT8 and UINT8 cannot hold keeps its low bits there, where TensorRT's cast
/// saturates.
ValueId cast_wrapping(NodeContext& node, ValueId value, DataType dtype);

ValueId elementwise(NodeContext& node, ElementWiseOperation op, ValueId a, ValueId b,
                    std::string_view suffix = "");
/// With a constant of one element as second operand.
ValueId elementwise(NodeContext& node, ElementWiseOperation op, ValueId a, double b,
                    std::string_view suffix = "");
ValueId unary(NodeContext& node, UnaryOperation op, ValueId a, std::string_view suffix = "");
ValueId activation(NodeContext& node, ActivationType type, ValueId a, double alpha = 0,
                   double beta = 0, std::string_view suffix = "");
ValueId select(NodeContext& node, ValueId condition, ValueId then_value, ValueId else_value,
               std::string_view suffix = "");

/// Removes or inserts extents of 1.
ValueId squeeze(NodeContext& node, ValueId value, const std::vector<int64_t>& axes);
ValueId unsqueeze(NodeContext& node, ValueId value, const std::vector<int64_t>& axes);
ValueId transpose(NodeContext& node, ValueId value, const std::vector<int64_t>& permutation,
                  std::string_view suffix = "");
/// To known extents; 0 keeps the input's extent, -1 is what remains.
ValueId reshape(NodeContext& node, ValueId value, const std::vector<int64_t>& dims,
                std::string_view suffix = "");
ValueId concat(NodeContext& node, const std::vector<ValueId>& values, int64_t axis,
               std::string_view suffix = "");

/// Values of one type and rank along a new axis, counted from the front.
ValueId stack(NodeContext& node, const std::vector<ValueId>& values, int64_t axis);
/// The elements of a sequence as rows of a tensor; fails where they are of several types or ranks,
/// or none.
ValueId rows_of(NodeContext& node, const Sequence& sequence);

/// Reduce over `axes` (counted from the front).
ValueId reduce(NodeContext& node, int64_t operation, ValueId value,
               const std::vector<int64_t>& axes, bool keep_dims, std::string_view suffix = "");
/// (x - max) - log(sum(exp(x - max))) along `axis`: the logarithm of a softmax loses small
/// probabilities. The last layer gets no suffix.
ValueId log_softmax(NodeContext& node, ValueId x, int64_t axis);
/// Bit mask of axes.
int64_t axes_mask(const std::vector<int64_t>& axes);
/// begin, begin + 1, ... below end.
std::vector<int64_t> axes_between(int begin, int end);

}  // namespace trtlike::onnx
