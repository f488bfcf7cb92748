// The ReduceX family: axes as attribute (to opset 12 or 17) or as input.
#include "onnx/layers.h"
#include "ops/shapes/reduce_shape.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;
using Reduction = ReduceOperation;

struct Arguments {
  ValueId x;
  std::vector<int64_t> axes;
  bool keep_dims = true;
  bool is_noop = false;
};

Arguments read_arguments(NodeContext& node) {
  Arguments arguments;
  arguments.x = node.input(0);
  arguments.keep_dims = node.get_int("keepdims", 1) != 0;
  const int rank = node.rank(arguments.x);
  std::vector<int64_t> axes;
  if (node.has_input(1))
    axes = node.require_ints(1);
  else
    axes = node.get_ints("axes", std::vector<int64_t>{});
  for (const int64_t axis : axes) arguments.axes.push_back(node.normalize_axis(axis, rank));
  if (axes.empty()) {
    arguments.is_noop = node.get_int("noop_with_empty_axes", 0) != 0;
    if (!arguments.is_noop) arguments.axes = axes_between(0, rank);
  }
  return arguments;
}

/// A reduction over no axes leaves the elements as they are.
ValueId reduce_over(NodeContext& node, int64_t op, ValueId x, const Arguments& arguments,
                    std::string_view suffix = "") {
  if (arguments.axes.empty()) return x;
  return reduce(node, op, x, arguments.axes, arguments.keep_dims, suffix);
}

Outputs import_plain(NodeContext& node) {
  const Arguments arguments = read_arguments(node);
  const DataType dtype = node.dtype(arguments.x);
  if (dtype != DataType::Bool) return {reduce_over(node, node.argument(), arguments.x, arguments)};
  const ValueId numbers = cast(node, arguments.x, DataType::Int32);
  return {cast(node, reduce_over(node, node.argument(), numbers, arguments), DataType::Bool)};
}

Outputs import_l1(NodeContext& node) {
  const Arguments arguments = read_arguments(node);
  const ValueId size = unary(node, UnaryOperation::Abs, arguments.x, "abs");
  return {reduce_over(node, enum_number(Reduction::Sum), size, arguments)};
}

ValueId sum_of_squares(NodeContext& node, const Arguments& arguments) {
  const ValueId square = elementwise(node, Op::Prod, arguments.x, arguments.x, "square");
  return reduce_over(node, enum_number(Reduction::Sum), square, arguments, "sum");
}

Outputs import_l2(NodeContext& node) {
  return {unary(node, UnaryOperation::Sqrt, sum_of_squares(node, read_arguments(node)))};
}

Outputs import_sum_square(NodeContext& node) {
  return {sum_of_squares(node, read_arguments(node))};
}

Outputs import_log_sum(NodeContext& node) {
  const Arguments arguments = read_arguments(node);
  const ValueId sum = reduce_over(node, enum_number(Reduction::Sum), arguments.x, arguments, "sum");
  return {unary(node, UnaryOperation::Log, sum)};
}

/// log(sum(exp(x))) as m + log(sum(exp(x - m))) with m the maximum, 0 where that is infinite.
Outputs import_log_sum_exp(NodeContext& node) {
  const Arguments arguments = read_arguments(node);
  if (arguments.axes.empty()) return {arguments.x};
  const ValueId raw =
      reduce(node, enum_number(Reduction::Max), arguments.x, arguments.axes, true, "max");
  const ValueId infinite = unary(node, UnaryOperation::IsInf, raw, "is_inf");
  const ValueId max = select(node, infinite, node.scalar_like(raw, 0.0), raw, "finite");
  const ValueId shifted = elementwise(node, Op::Sub, arguments.x, max, "shift");
  const ValueId power = unary(node, UnaryOperation::Exp, shifted, "exp");
  const ValueId sum = reduce(node, enum_number(Reduction::Sum), power, arguments.axes, true, "sum");
  const ValueId log = unary(node, UnaryOperation::Log, sum, "log");
  const ValueId result = elementwise(node, Op::Sum, log, max);
  return {arguments.keep_dims ? result : squeeze(node, result, arguments.axes)};
}

constexpr Importer kImporters[] = {
    {"ReduceSum", import_plain, enum_number(Reduction::Sum)},
    {"ReduceProd", import_plain, enum_number(Reduction::Prod)},
    {"ReduceMax", import_plain, enum_number(Reduction::Max)},
    {"ReduceMin", import_plain, enum_number(Reduction::Min)},
    {"ReduceMean", import_plain, enum_number(Reduction::Avg)},
    {"ReduceL1", import_l1},
    {"ReduceL2", import_l2},
    {"ReduceSumSquare", import_sum_square},
    {"ReduceLogSum", import_log_sum},
    {"ReduceLogSumExp", import_log_sum_exp},
};

}  // namespace

std::span<const Importer> reduce_importers() { return kImporters; }

}  // namespace trtlike::onnx
