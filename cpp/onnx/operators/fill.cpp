// Tensors made from numbers: ConstantOfShape, Range, EyeLike, Trilu and OneHot.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/os/memory.h"
#include "ir/patch.h"
#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

/// Up to this size a tensor becomes a constant, so that its elements are known.
constexpr int64_t kConstantElems = 4096;

Outputs import_constant_of_shape(NodeContext& node) {
  TensorData fill{DataType::Float, {}, {}};
  if (node.has_attribute("value"))
    fill = node.tensors().read(node.get_tensor("value"));
  else
    fill.data = ir::make_constant_data(DataType::Float, {0.0});
  if (core::elems(fill.dims) != 1)
    node.fail_attribute("value",
                        core::str("expected one element, got shape ", fill.dims.to_string(), "."));
  fill.dims = {};
  const Extents extents = read_extents(node, node.input(0));
  const ValueId scalar = node.add_constant(fill);
  const auto known = known_extents(extents);
  if (!known) return {expand_to(node, scalar, extents)};
  const Dims dims(*known);
  for (const int64_t extent : dims)
    if (extent < 0)
      node.fail_input(
          Code::InvalidNode, 0,
          core::str("expected extents of 0 or more, got shape ", dims.to_string(), "."));
  core::check_extents(dims, "[onnx] ", node.describe());
  if (core::elems(dims) > kConstantElems) return {expand_to(node, scalar, extents)};
  const size_t width = core::dtype_bytes(fill.dtype, 1);
  const size_t bytes = core::dtype_bytes(fill.dtype, core::elems(dims));
  const std::shared_ptr<void> data = core::allocate_shared(std::max<size_t>(bytes, 1));
  for (size_t at = 0; at < bytes; at += width)
    std::memcpy(static_cast<char*>(data.get()) + at, fill.data.data.get(), width);
  return {node.add_constant(TensorData{fill.dtype, dims, {data, bytes}})};
}

/// ceil((limit - start) / delta), not below 0; the quotient in double, as ONNX Runtime forms it.
ValueId range_count(NodeContext& node, ValueId start, ValueId limit, ValueId delta) {
  ValueId count;
  if (core::is_floating_point(node.dtype(start))) {
    const ValueId distance = elementwise(node, Op::Sub, limit, start, "distance");
    const auto exact = [&](ValueId value) { return cast(node, value, DataType::Double); };
    const ValueId steps = elementwise(node, Op::Div, exact(distance), exact(delta), "steps");
    count = cast(node, unary(node, UnaryOperation::Ceil, steps, "ceil"), DataType::Int64);
  } else {
    const auto wide = [&](ValueId value) { return cast(node, value, DataType::Int64); };
    const ValueId back = elementwise(node, Op::Sub, wide(start), wide(limit), "distance");
    const ValueId steps = elementwise(node, Op::FloorDiv, back, wide(delta), "steps");
    count = elementwise(node, Op::Prod, steps, -1.0, "count");
  }
  return unsqueeze(node, elementwise(node, Op::Max, count, 0.0, "count"), {0});
}

double known_range_count(NodeContext& node, double start, double limit, double delta) {
  if (delta == 0) node.fail_input(Code::InvalidNode, 2, "expected a delta other than 0, got 0.");
  const double count = std::ceil((limit - start) / delta);
  if (!std::isfinite(count))
    node.fail(Code::InvalidNode, core::str("expected a finite number of elements, got start ",
                                           start, ", limit ", limit, " and delta ", delta, "."));
  if (count > static_cast<double>(core::kMaxElems))
    node.fail(Code::UnsupportedNodeShape,
              core::str("expected a range of at most 2^48 elements, got ", count, "."));
  return std::max(0.0, count);
}

/// Models in the wild give [1] where the operator asks for a scalar.
ValueId scalar_input(NodeContext& node, size_t i) {
  return node.rank(node.input(i)) == 0 ? node.input(i) : reshape(node, node.input(i), {}, "scalar");
}

ValueId range(NodeContext& node, ValueId start, ValueId limit, ValueId delta) {
  const DataType dtype = node.dtype(start);
  const auto a = node.known_floats(start), b = node.known_floats(limit),
             d = node.known_floats(delta);
  // A double holds every number of the floating-point types, and integers up to 2^53.
  const auto is_exact = [&](const auto& v) {
    return v && (core::is_floating_point(dtype) || std::abs(v->front()) <= 0x1p53);
  };
  if (is_exact(a) && is_exact(b) && is_exact(d)) {
    const double count = known_range_count(node, a->front(), b->front(), d->front());
    if (count <= static_cast<double>(kConstantElems)) {
      std::vector<double> elements;
      for (int64_t i = 0; i < static_cast<int64_t>(count); ++i)
        elements.push_back(a->front() + static_cast<double>(i) * d->front());
      return node.add_constant(dtype, {static_cast<int64_t>(elements.size())}, elements);
    }
  }
  AttributeList attributes{{"to_type", enum_number(dtype)}};
  std::vector<ValueId> inputs{range_count(node, start, limit, delta), {}, {}};
  if (is_exact(a) && is_exact(d)) {
    attributes.emplace_back("alpha", a->front());
    attributes.emplace_back("beta", d->front());
  } else {
    inputs[1] = start;
    inputs[2] = unsqueeze(node, delta, {0});
  }
  return node.add("Fill", inputs, attributes);
}

/// Input `i` as an INT64 scalar where it is a whole number by its making; none elsewhere.
ValueId whole_input(NodeContext& node, size_t i) {
  const ValueId value = node.input(i);
  if (const auto known = node.known_floats(value)) {
    const double number = known->size() == 1 ? known->front() : NAN;
    if (std::trunc(number) != number || std::abs(number) > 0x1p53) return {};
    return node.add_constant(DataType::Int64, {}, {number});
  }
  const ir::NodeId producer = node.graph().value(value).producer;
  if (!producer || std::string_view(node.graph().node(producer).op->name) != "Cast") return {};
  const ValueId source = node.graph().node(producer).inputs[0];
  if (!core::is_integer(node.dtype(source))) return {};
  const ValueId whole = cast(node, source, DataType::Int64);
  return node.rank(whole) == 0 ? whole : reshape(node, whole, {}, "scalar");
}

/// A size is an integer that exporters cast for the sake of what it counts with: as an integer it
/// is a shape.
Outputs import_range(NodeContext& node) {
  const DataType dtype = node.dtype(node.input(0));
  const bool is_known = node.known_floats(node.input(1)).has_value();
  if (!is_known && (dtype == DataType::Float || dtype == DataType::Double)) {
    std::vector<ValueId> whole;
    for (size_t i = 0; i < 3; ++i)
      if (const ValueId value = whole_input(node, i)) whole.push_back(value);
    if (whole.size() == 3) return {cast(node, range(node, whole[0], whole[1], whole[2]), dtype)};
  }
  return {range(node, scalar_input(node, 0), scalar_input(node, 1), scalar_input(node, 2))};
}

/// 0, 1, 2, ... along one of the last two dimensions of `x`.
ValueId positions(NodeContext& node, ValueId x, int axis) {
  const int rank = node.rank(x);
  const ValueId line = count_up(node, extent_of(node, x, axis));
  auto axes = axes_between(0, rank);
  axes.erase(axes.begin() + axis);
  return unsqueeze(node, line, axes);
}

Outputs import_eye_like(NodeContext& node) {
  node.check_rank(0, 2);
  const ValueId x = node.input(0);
  DataType dtype = node.dtype(x);
  if (node.has_attribute("dtype"))
    dtype = to_dtype(static_cast<int32_t>(node.get_int("dtype")), node.describe());
  const ValueId offset =
      elementwise(node, Op::Sub, positions(node, x, 1), positions(node, x, 0), "offset");
  const ValueId is_one =
      elementwise(node, Op::Equal, offset, static_cast<double>(node.get_int("k", 0)), "is_one");
  return {cast(node, is_one, dtype)};
}

/// Keeps column - row >= k (upper) or <= k (lower).
Outputs import_trilu(NodeContext& node) {
  const ValueId x = node.input(0);
  const int rank = node.rank(x);
  if (rank < 2)
    node.fail_input(Code::InvalidNode, 0, core::str("expected rank 2 or more, got ", rank, "."));
  const bool is_upper = node.get_int("upper", 1) != 0;
  const ValueId offset = elementwise(node, Op::Sub, positions(node, x, rank - 1),
                                     positions(node, x, rank - 2), "offset");
  ValueId k = node.add_constant(DataType::Int64, {}, {0.0});
  if (node.has_input(1)) k = scalar_input(node, 1);
  const ValueId dropped = elementwise(node, is_upper ? Op::Less : Op::Greater, offset,
                                      cast(node, k, DataType::Int64), "dropped");
  return {select(node, dropped, node.scalar_like(x, 0.0), x)};
}

Outputs import_one_hot(NodeContext& node) {
  const ValueId indices = cast(node, node.input(0), DataType::Int64);
  const ValueId depth = cast(node, scalar_input(node, 1), DataType::Int64);
  return {
      node.add("OneHot", {indices, node.input(2), depth}, {{"axis", node.get_int("axis", -1)}})};
}

constexpr Importer kImporters[] = {
    {"ConstantOfShape", import_constant_of_shape},
    {"Range", import_range},
    {"Range", import_range, 0, "com.microsoft"},
    {"EyeLike", import_eye_like},
    {"Trilu", import_trilu},
    {"Trilu", import_trilu, 0, "com.microsoft"},
    {"OneHot", import_one_hot},
};

}  // namespace

std::span<const Importer> fill_importers() { return kImporters; }

}  // namespace trtlike::onnx
