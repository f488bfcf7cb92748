// Layers of one kind each, with their attributes filled in.
#include "onnx/layers.h"

#include <algorithm>
#include <numeric>

#include "onnx/model_importer.h"

namespace trtlike::onnx {

ValueId reshape_constant(NodeContext& node, ValueId constant, const Dims& dims, ConstantForm form) {
  const ir::Value& value = node.graph().value(constant);
  const TensorData tensor{value.type.dtype, dims, *value.constant};
  return form == ConstantForm::Layer ? node.add_constant(tensor) : node.add_weights(tensor);
}

ValueId as_scalar(NodeContext& node, const char* what, ValueId value) {
  const Dims& dims = node.dims(value);
  if (core::is_static(dims) && core::elems(dims) != 1)
    node.fail(Code::InvalidNode,
              core::str("expected ", what, " of one element, got shape ", dims.to_string(), "."));
  return dims.rank() == 0 ? value : reshape(node, value, {}, "scalar");
}

std::string describe_type(NodeContext& node, ValueId value) {
  return core::str(core::dtype_name(node.dtype(value)), " with shape ",
                   node.dims(value).to_string());
}

ValueId with_rank(NodeContext& node, ValueId value, int rank) {
  const Dims& dims = node.dims(value);
  const int missing = rank - dims.rank();
  if (missing <= 0) return value;
  if (node.is_constant(value)) {
    Dims wider = Dims::filled(missing, 1);
    for (const int64_t extent : dims) wider.push_back(extent);
    return reshape_constant(node, value, wider);
  }
  return unsqueeze(node, value, axes_between(0, missing));
}

void equalize_ranks(NodeContext& node, std::vector<ValueId>& operands) {
  int rank = 0;
  for (const ValueId operand : operands) rank = std::max(rank, node.rank(operand));
  for (ValueId& operand : operands) operand = with_rank(node, operand, rank);
}

ValueId matrix_product(NodeContext& node, ValueId a, ValueId b) {
  const bool vector_a = node.rank(a) == 1, vector_b = node.rank(b) == 1;
  const auto batch_rank = [&](ValueId value) { return std::max(0, node.rank(value) - 2); };
  const auto operation = [](bool is_vector) {
    return enum_number(is_vector ? MatrixOperation::Vector : MatrixOperation::None);
  };
  const int batch = std::max(batch_rank(a), batch_rank(b));
  a = with_rank(node, a, batch + (vector_a ? 1 : 2));
  b = with_rank(node, b, batch + (vector_b ? 1 : 2));
  return node.add("MatrixMultiply", {a, b},
                  {{"op0", operation(vector_a)}, {"op1", operation(vector_b)}});
}

ValueId cast(NodeContext& node, ValueId value, DataType dtype) {
  if (node.dtype(value) == dtype) return value;
  return node.add("Cast", {value}, {{"to_type", enum_number(dtype)}}, "cast");
}

ValueId cast_wrapping(NodeContext& node, ValueId value, DataType dtype) {
  if (dtype != DataType::Int8 && dtype != DataType::UInt8)
    return node.add("Cast", {value}, {{"to_type", enum_number(dtype)}});
  if (core::is_floating_point(node.dtype(value))) value = cast(node, value, DataType::Int32);
  return node.add("Cast", {value}, {{"to_type", enum_number(dtype)}, {"keeps_low_bits", true}});
}

ValueId elementwise(NodeContext& node, ElementWiseOperation op, ValueId a, ValueId b,
                    std::string_view suffix) {
  std::vector<ValueId> operands{a, b};
  equalize_ranks(node, operands);
  return node.add("ElementWise", operands, {{"op", enum_number(op)}}, suffix);
}

ValueId elementwise(NodeContext& node, ElementWiseOperation op, ValueId a, double b,
                    std::string_view suffix) {
  return elementwise(node, op, a, node.scalar_like(a, b), suffix);
}

ValueId unary(NodeContext& node, UnaryOperation op, ValueId a, std::string_view suffix) {
  return node.add("Unary", {a}, {{"op", enum_number(op)}}, suffix);
}

ValueId activation(NodeContext& node, ActivationType type, ValueId a, double alpha, double beta,
                   std::string_view suffix) {
  return node.add("Activation", {a},
                  {{"type", enum_number(type)}, {"alpha", alpha}, {"beta", beta}}, suffix);
}

ValueId select(NodeContext& node, ValueId condition, ValueId then_value, ValueId else_value,
               std::string_view suffix) {
  std::vector<ValueId> operands{condition, then_value, else_value};
  equalize_ranks(node, operands);
  return node.add("Select", operands, {}, suffix);
}

ValueId squeeze(NodeContext& node, ValueId value, const std::vector<int64_t>& axes) {
  return axes.empty() ? value : node.add("Squeeze", {value}, {{"axes", axes}}, "squeeze");
}

ValueId unsqueeze(NodeContext& node, ValueId value, const std::vector<int64_t>& axes) {
  return axes.empty() ? value : node.add("Unsqueeze", {value}, {{"axes", axes}}, "unsqueeze");
}

ValueId transpose(NodeContext& node, ValueId value, const std::vector<int64_t>& permutation,
                  std::string_view suffix) {
  return node.add("Shuffle", {value}, {{"first_transpose", permutation}}, suffix);
}

ValueId reshape(NodeContext& node, ValueId value, const std::vector<int64_t>& dims,
                std::string_view suffix) {
  return node.add("Shuffle", {value}, {{"has_reshape", true}, {"reshape_dims", dims}}, suffix);
}

ValueId concat(NodeContext& node, const std::vector<ValueId>& values, int64_t axis,
               std::string_view suffix) {
  if (values.size() == 1) return values[0];
  return node.add("Concatenation", values, {{"axis", axis}}, suffix);
}

ValueId stack(NodeContext& node, const std::vector<ValueId>& values, int64_t axis) {
  std::vector<ValueId> rows;
  for (const ValueId value : values) rows.push_back(unsqueeze(node, value, {axis}));
  return rows.size() == 1 ? rows[0] : concat(node, rows, axis, "stack");
}

ValueId rows_of(NodeContext& node, const Sequence& sequence) {
  if (sequence.rows) return sequence.rows;
  if (sequence.open)
    node.fail(Code::UnsupportedNodeDynamic,
              "expected a sequence that turns of a loop only append to, got one that is read while "
              "the number of turns is computed.");
  if (sequence.elements.empty())
    node.fail(
        Code::UnsupportedNodeDynamic,
        "expected a sequence with elements where the run tells a position or a length, got an "
        "empty one.");
  const ValueId first = sequence.elements.front();
  for (const ValueId element : sequence.elements)
    if (node.dtype(element) != node.dtype(first) || node.rank(element) != node.rank(first))
      node.fail(Code::UnsupportedNodeDynamic,
                core::str("expected elements of one type and rank where the run tells a position "
                          "or a length, got ",
                          describe_type(node, first), " and ", describe_type(node, element), "."));
  return stack(node, sequence.elements, 0);
}

ValueId reduce(NodeContext& node, int64_t operation, ValueId value,
               const std::vector<int64_t>& axes, bool keep_dims, std::string_view suffix) {
  return node.add("Reduce", {value},
                  {{"op", operation}, {"axes", axes_mask(axes)}, {"keep_dims", keep_dims}}, suffix);
}

ValueId log_softmax(NodeContext& node, ValueId x, int64_t axis) {
  const ValueId max = reduce(node, enum_number(ReduceOperation::Max), x, {axis}, true, "max");
  const ValueId shifted = elementwise(node, ElementWiseOperation::Sub, x, max, "shift");
  const ValueId power = unary(node, UnaryOperation::Exp, shifted, "exp");
  const ValueId sum = reduce(node, enum_number(ReduceOperation::Sum), power, {axis}, true, "sum");
  const ValueId log = unary(node, UnaryOperation::Log, sum, "log");
  return elementwise(node, ElementWiseOperation::Sub, shifted, log);
}

int64_t axes_mask(const std::vector<int64_t>& axes) {
  int64_t mask = 0;
  for (const int64_t axis : axes) mask |= int64_t{1} << axis;
  return mask;
}

std::vector<int64_t> axes_between(int begin, int end) {
  std::vector<int64_t> axes(static_cast<size_t>(std::max(0, end - begin)));
  std::iota(axes.begin(), axes.end(), begin);
  return axes;
}

}  // namespace trtlike::onnx
