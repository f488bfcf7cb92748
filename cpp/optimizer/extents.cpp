// Tracing of extents, one function for each kind of shape rule.
#include "optimizer/extents.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/check.h"
#include "ops/shapes/shuffle_shape.h"
#include "ops/shapes/window.h"
#include "optimizer/match.h"

namespace trtlike::optimizer {

using ir::Node;
using ir::NodeId;
using ir::ValueId;

namespace {

/// Axes of operand i are marked from -2 - i * kMarksPerOperand down.
constexpr int64_t kMarksPerOperand = 64;
/// What exporters write for "to the end".
constexpr int64_t kBeyondAll = 1000000000;

bool is_one_of(std::string_view op, std::initializer_list<std::string_view> ops) {
  return std::find(ops.begin(), ops.end(), op) != ops.end();
}

/// Ops whose shape rule gives an unknown extent only as it is, from one operand or from one that
/// must be equal to it, or as one that is not known.
bool copies_extents(std::string_view op) {
  return is_one_of(
      op, {"Activation", "Attention",     "Cast",       "Concatenation",    "Convolution",
           "Cumulative", "Deconvolution", "Dequantize", "FusedConvolution", "Gather",
           "GridSample", "Identity",      "LRN",        "Normalization",    "Padding",
           "Pooling",    "Quantize",      "Reduce",     "Reformat",         "ReverseSequence",
           "Scale",      "Scatter",       "Softmax",    "Squeeze",          "TopK",
           "Unary",      "Unsqueeze"});
}

}  // namespace

Extents::Id Extents::extent(ValueId value, int axis) {
  const std::pair<ValueId, int64_t> key{value, axis};
  if (const auto found = extents_.find(key); found != extents_.end()) return found->second;
  const int64_t known = dims_of(graph_, value)[axis];
  ++depth_;
  const Id id = known >= 0           ? expressions_.constant(known)
                : depth_ > kMaxDepth ? own_extent(value, axis)
                                     : trace_extent(value, axis);
  --depth_;
  extents_[key] = id;
  return id;
}

bool Extents::have_equal_dims(ValueId a, ValueId b) {
  const int rank = dims_of(graph_, a).rank();
  if (rank < 0 || rank != dims_of(graph_, b).rank()) return false;
  for (int axis = 0; axis < rank; ++axis)
    if (extent(a, axis) != extent(b, axis)) return false;
  return true;
}

bool Extents::are_equal_where_they_meet(Id a, Id b) {
  const auto is_wide = [&](Id id) { return expressions_.least(id).value_or(0) >= 2; };
  return a == b || (is_wide(a) && is_wide(b));
}

bool Extents::are_equal_where_they_meet(ValueId a, ValueId b) {
  if (dims_of(graph_, a) != dims_of(graph_, b)) return false;
  for (int axis = 0; axis < dims_of(graph_, a).rank(); ++axis)
    if (!are_equal_where_they_meet(extent(a, axis), extent(b, axis))) return false;
  return true;
}

Extents::Id Extents::own_extent(ValueId value, int axis) {
  return expressions_.symbol(core::str("extent ", axis, " of ", value.index), 0);
}

Extents::Id Extents::input_extent(ValueId value, int axis) {
  const auto i = static_cast<size_t>(axis);
  const auto name_of = [&](ValueId id, size_t at) {
    const auto& names = graph_.value(id).dimension_names;
    return at < names.size() ? names[at] : std::string();
  };
  const auto least_of = [&](ValueId id, size_t at) {
    const auto& least = graph_.value(id).least_extents;
    return at < least.size() ? least[at] : 0;
  };
  const std::string name = name_of(value, i);
  if (name.empty())
    return expressions_.symbol(core::str("extent ", axis, " of ", value.index), least_of(value, i));
  int64_t least = 0;
  for (const ValueId other : graph_.inputs())
    for (int at = 0; at < dims_of(graph_, other).rank(); ++at)
      if (name_of(other, static_cast<size_t>(at)) == name)
        least = std::max(least, least_of(other, static_cast<size_t>(at)));
  return expressions_.symbol(core::str("dimension ", name), least);
}

Extents::Id Extents::trace_extent(ValueId value, int axis) {
  if (graph_.value(value).is_input) return input_extent(value, axis);
  const NodeId id = graph_.producer(value);
  if (!id) return own_extent(value, axis);
  const Node& node = graph_.node(id);
  const std::string_view op = node.op->name;
  if (is_one_of(op, {"ElementWise", "Mod", "ParametricReLU", "PointWise", "Select"}))
    return broadcast_operands(node, axis);
  if (is_one_of(op, {"MatrixMultiply", "FusedMatrixMultiply"}))
    return product_extent(node, value, axis);
  if (op == "Shuffle") return shuffled_extent(node, value, axis);
  if (op == "Slice") return slice_extent(node, value, axis);
  if (op == "Resize") return resized_extent(node, value, axis);
  if (op == "Fill" && has_input(node, 0)) return element(node.inputs[0], axis);
  if (op == "Padding") return padded_extent(node, value, axis);
  if (op == "Concatenation" && axis == core::normalize_axis(node.attributes.get_int("axis"),
                                                            dims_of(graph_, value).rank(), "axis"))
    return concatenated_extent(node, axis);
  if (axis >= 2 && is_one_of(op, {"Convolution", "FusedConvolution", "Pooling"}))
    return window_extent(node, value, axis);
  return copies_extents(op) ? copied_extent(node, value, axis) : own_extent(value, axis);
}

Extents::Id Extents::broadcast(Id a, Id b) {
  const auto is_one = [&](Id id) { return expressions_.constant_value(id) == 1; };
  const auto is_wide = [&](Id id) { return expressions_.least(id).value_or(0) >= 2; };
  if (a == b || is_one(b)) return a;
  if (is_one(a)) return b;
  // The other one is 1 or equal to it.
  if (is_wide(a)) return a;
  if (is_wide(b)) return b;
  return expressions_.call("broadcast", {std::min(a, b), std::max(a, b)}, 0);
}

Extents::Id Extents::broadcast_operands(const Node& node, int axis) {
  Id out = extent(node.inputs[0], axis);
  for (size_t i = 1; i < node.inputs.size(); ++i)
    out = broadcast(out, extent(node.inputs[i], axis));
  return out;
}

Extents::Id Extents::copied_extent(const Node& node, ValueId out, int axis) {
  std::vector<ops::TensorType> types, outputs;
  std::vector<ops::HostValue> host;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const ValueId input = node.inputs[i];
    types.push_back(input ? graph_.value(input).type : ops::TensorType{});
    host.push_back(input ? graph_.value(input).host : std::nullopt);
    for (int at = 0; at < types.back().dims.rank(); ++at)
      if (types.back().dims[at] < 0)
        types.back().dims[at] = -2 - static_cast<int64_t>(i) * kMarksPerOperand - at;
  }
  try {
    // The rule alone: marks are no extents that ops::infer would let pass.
    outputs.resize(node.outputs.size());
    node.op->infer({node.op->self, node.attributes, types, host, outputs});
  } catch (const Error&) {
    return own_extent(out, axis);
  }
  const int64_t mark =
      -2 - outputs[static_cast<size_t>(graph_.value(out).producer_output)].dims[axis];
  if (mark < 0) return own_extent(out, axis);
  return extent(node.inputs[static_cast<size_t>(mark / kMarksPerOperand)],
                static_cast<int>(mark % kMarksPerOperand));
}

Extents::Id Extents::window_extent(const Node& node, ValueId out, int axis) {
  const bool pools = std::string_view(node.op->name) == "Pooling";
  const int spatial = dims_of(graph_, out).rank() - 2;
  const auto& window_size =
      pools ? node.attributes.get_ints("window_size") : std::vector<int64_t>();
  const Dims kernel = pools ? Dims(window_size.data(), window_size.size()) : Dims();
  const Dims& weights = pools ? kernel : dims_of(graph_, node.inputs[1]);
  const int64_t size = pools ? kernel[axis - 2] : weights[axis];
  const auto at = static_cast<size_t>(ops::kWindowAxes - spatial + axis - 2);
  const auto number = [&](const char* name, int64_t otherwise) {
    return ops::read_window_axes(node.attributes, name, spatial, 0, otherwise)[at];
  };
  const int64_t stride = number("stride", 1);
  const Id in = extent(node.inputs[0], axis);
  const auto shifted = [&](int64_t by) {
    return expressions_.floor_divide(expressions_.add(in, expressions_.constant(by)), stride);
  };
  switch (node.attributes.get_enum<PaddingMode>("padding_mode")) {
    case PaddingMode::ExplicitRoundDown:
      return expressions_.add(shifted(number("pre_padding", 0) + number("post_padding", 0) -
                                      (size - 1) * number("dilation", 1) - 1),
                              expressions_.constant(1));
    case PaddingMode::SameUpper:
    case PaddingMode::SameLower:
      return shifted(stride - 1);
    default:
      return own_extent(out, axis);
  }
}

Extents::Id Extents::padded_extent(const Node& node, ValueId out, int axis) {
  const int padded = axis - (dims_of(graph_, out).rank() - 2);
  int64_t more = 0;
  for (const char* name : {"pre_padding", "post_padding"}) {
    const auto& counts = node.attributes.get_ints(name);
    if (padded >= 0 && !counts.empty()) more += counts[static_cast<size_t>(padded)];
  }
  return expressions_.add(extent(node.inputs[0], axis), expressions_.constant(more));
}

Extents::Id Extents::product_extent(const Node& node, ValueId out, int axis) {
  const auto op_a = node.attributes.get_enum<MatrixOperation>("op0");
  const auto op_b = node.attributes.get_enum<MatrixOperation>("op1");
  const ValueId a = node.inputs[0], b = node.inputs[1];
  const int rank_a = dims_of(graph_, a).rank(), rank_b = dims_of(graph_, b).rank();
  const int batch = rank_a - (op_a == MatrixOperation::Vector ? 1 : 2);
  if (axis < batch) return broadcast(extent(a, axis), extent(b, axis));
  const bool is_row = axis == batch && op_a != MatrixOperation::Vector;
  if (is_row) return extent(a, op_a == MatrixOperation::Transpose ? rank_a - 1 : rank_a - 2);
  if (op_b == MatrixOperation::Vector) return own_extent(out, axis);
  return extent(b, op_b == MatrixOperation::Transpose ? rank_b - 2 : rank_b - 1);
}

Extents::Id Extents::concatenated_extent(const Node& node, int axis) {
  Id sum = expressions_.constant(0);
  for (const ValueId input : node.inputs) sum = expressions_.add(sum, extent(input, axis));
  return sum;
}

std::vector<Extents::Id> Extents::list(const Node& node, size_t input, const char* attribute) {
  std::vector<Id> out;
  if (!has_input(node, input)) {
    for (const int64_t element : node.attributes.get_ints(attribute))
      out.push_back(expressions_.constant(element));
    return out;
  }
  const Dims& dims = dims_of(graph_, node.inputs[input]);
  if (!core::is_static(dims)) return out;
  for (int64_t i = 0; i < core::elems(dims); ++i) out.push_back(element(node.inputs[input], i));
  return out;
}

Extents::Id Extents::shuffled_extent(const Node& node, ValueId out, int axis) {
  const ValueId x = node.inputs[0];
  const int in_rank = dims_of(graph_, x).rank();
  const std::vector<int> first = ops::permutation(node.attributes, "first_transpose", in_rank),
                         second = ops::permutation(node.attributes, "second_transpose",
                                                   dims_of(graph_, out).rank());
  const int at = second[static_cast<size_t>(axis)];
  const bool reshapes = has_input(node, 1) || node.attributes.get_bool("has_reshape") ||
                        !node.attributes.get_ints("reshape_dims").empty();
  if (!reshapes) return extent(x, first[static_cast<size_t>(at)]);
  const std::vector<Id> wanted = list(node, 1, "reshape_dims");
  if (static_cast<size_t>(at) >= wanted.size()) return own_extent(out, axis);
  const Id here = wanted[static_cast<size_t>(at)];
  if (const auto known = expressions_.constant_value(here)) {
    const bool copies = *known == 0 && node.attributes.get_bool("zero_is_placeholder");
    if (copies) return extent(x, first[static_cast<size_t>(at)]);
    return *known == -1 ? left_over(node, out, axis, wanted) : own_extent(out, axis);
  }
  // An element of 0 could copy an extent, one of -1 take what is left.
  return expressions_.least(here).value_or(0) >= 1 ? here : own_extent(out, axis);
}

Extents::Id Extents::left_over(const Node& node, ValueId out, int axis,
                               const std::vector<Id>& wanted) {
  const ValueId x = node.inputs[0];
  const int rank = dims_of(graph_, x).rank();
  const std::vector<int> first = ops::permutation(node.attributes, "first_transpose", rank);
  Id total = expressions_.constant(1), taken = total;
  for (int i = 0; i < rank; ++i) total = expressions_.multiply(total, extent(x, i));
  for (size_t i = 0; i < wanted.size(); ++i) {
    const auto known = expressions_.constant_value(wanted[i]);
    if (known == -1) continue;
    const bool copies = known == 0 && node.attributes.get_bool("zero_is_placeholder");
    if (!known && expressions_.least(wanted[i]).value_or(0) < 1) return own_extent(out, axis);
    taken = expressions_.multiply(taken, copies ? extent(x, first[i]) : wanted[i]);
  }
  const auto quotient = expressions_.divide_exactly(total, taken);
  return quotient ? *quotient : own_extent(out, axis);
}

Extents::Id Extents::slice_extent(const Node& node, ValueId out, int axis) {
  const ValueId x = node.inputs[0];
  const std::vector<Id> start = list(node, 1, "start"), size = list(node, 2, "shape"),
                        stride = list(node, 3, "stride"), axes = list(node, 5, "axes");
  const int rank = dims_of(graph_, x).rank();
  std::optional<size_t> found;
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto given = expressions_.constant_value(axes[i]);
    if (!given) return own_extent(out, axis);
    if (*given == axis || *given + rank == axis) found = i;
  }
  if (axes.empty() && (has_input(node, 5) || static_cast<size_t>(axis) < size.size()))
    found = static_cast<size_t>(axis);
  if (has_input(node, 5) && axes.empty()) return own_extent(out, axis);
  const Id in = extent(x, axis);
  if (!found) return size.empty() ? own_extent(out, axis) : in;
  if (*found >= size.size() || *found >= start.size()) return own_extent(out, axis);
  if (!node.attributes.get_bool("clamp_ends")) return size[*found];
  const Id step = stride.empty() ? expressions_.constant(1) : stride[*found];
  const auto first = expressions_.constant_value(start[*found]),
             last = expressions_.constant_value(size[*found]);
  const bool is_tail = first && last && *first >= 0 && *last >= kBeyondAll &&
                       expressions_.constant_value(step) == 1 &&
                       expressions_.least(in).value_or(0) >= *first;
  if (is_tail) return expressions_.subtract(in, expressions_.constant(*first));
  return expressions_.call("slice", {start[*found], size[*found], step, in}, 0);
}

Extents::Id Extents::resized_extent(const Node& node, ValueId out, int axis) {
  const auto& scales = node.attributes.get_floats("scales");
  const std::vector<Id> shape = list(node, 1, "shape");
  const auto at = static_cast<size_t>(axis);
  if (has_input(node, 1) || !shape.empty())
    return at < shape.size() ? shape[at] : own_extent(out, axis);
  const Id in = extent(node.inputs[0], axis);
  const auto scale = static_cast<float>(scales[at]);
  const bool is_whole = scale == std::floor(scale) && scale >= 1 && scale <= 4096;
  return is_whole ? expressions_.multiply(in, expressions_.constant(static_cast<int64_t>(scale)))
                  : expressions_.call(core::str("resize by ", scale), {in}, 0);
}

}  // namespace trtlike::optimizer
