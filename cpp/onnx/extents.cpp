// Numbers where extents are known, layers on shape tensors where they are not.
#include "onnx/extents.h"

#include <algorithm>

#include "core/check.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

ValueId to_tensor(NodeContext& node, const Extent& extent) {
  return extent.known ? node.add_constant_ints({*extent.known}) : extent.value;
}

Extent combine(NodeContext& node, ElementWiseOperation op, const Extent& a, const Extent& b) {
  const ValueId value = elementwise(node, op, to_tensor(node, a), to_tensor(node, b), "shape");
  const auto known = node.known_ints(value);
  return known && known->size() == 1 ? Extent((*known)[0]) : Extent(value);
}

/// The result of an operation on two numbers, which must have had room for it.
int64_t checked(NodeContext& node, bool fits, int64_t result, int64_t a, const char* op,
                int64_t b) {
  if (!fits)
    node.fail(Code::InvalidNode, core::str("expected extents of 64 bits, got ", a, op, b, "."));
  return result;
}

int64_t floor_quotient(int64_t a, int64_t b) {
  const int64_t quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

/// Element `index` of an INT64 tensor of rank 1, as a tensor of shape [1].
ValueId element(NodeContext& node, ValueId tensor, int64_t index) {
  return node.add("Gather", {tensor, node.add_constant_ints({index})}, {{"axis", int64_t{0}}},
                  "shape");
}

}  // namespace

Extent extent_of(NodeContext& node, ValueId value, int axis) {
  const int64_t extent = node.dims(value)[axis];
  if (core::is_known(extent)) return extent;
  return Extent(element(node, node.add("Shape", {value}, {}, "shape"), axis));
}

Extents extents_of(NodeContext& node, ValueId value) {
  Extents extents;
  ValueId shape;
  for (int axis = 0; axis < node.rank(value); ++axis) {
    const int64_t extent = node.dims(value)[axis];
    if (core::is_known(extent)) {
      extents.push_back(extent);
      continue;
    }
    if (!shape) shape = node.add("Shape", {value}, {}, "shape");
    extents.push_back(Extent(element(node, shape, axis)));
  }
  return extents;
}

Extents read_extents(NodeContext& node, ValueId tensor) {
  if (const auto known = node.known_ints(tensor)) return {known->begin(), known->end()};
  if (node.rank(tensor) == 0) tensor = unsqueeze(node, tensor, {0});
  const Dims dims = node.dims(tensor);
  if (dims.rank() != 1 || !core::is_known(dims[0]) || dims[0] > 2 * Dims::kMaxDims)
    node.fail(Code::UnsupportedNodeDynamic,
              core::str("expected a shape tensor of rank 1 with at most ", 2 * Dims::kMaxDims,
                        " elements, got shape ", dims.to_string(), "."));
  tensor = cast(node, tensor, DataType::Int64);
  const ops::HostValue host = node.graph().value(tensor).host;
  Extents extents;
  for (int64_t i = 0; i < dims[0]; ++i) {
    if (host && (*host)[static_cast<size_t>(i)] != ops::kUnknownElement)
      extents.push_back((*host)[static_cast<size_t>(i)]);
    else
      extents.push_back(Extent(element(node, tensor, i)));
  }
  return extents;
}

Extent add(NodeContext& node, const Extent& a, const Extent& b) {
  if (a.known && b.known) {
    int64_t sum = 0;
    const bool fits = !__builtin_add_overflow(*a.known, *b.known, &sum);
    return checked(node, fits, sum, *a.known, " + ", *b.known);
  }
  if (a.is(0)) return b;
  if (b.is(0)) return a;
  return combine(node, ElementWiseOperation::Sum, a, b);
}

Extent subtract(NodeContext& node, const Extent& a, const Extent& b) {
  if (a.known && b.known) {
    int64_t difference = 0;
    const bool fits = !__builtin_sub_overflow(*a.known, *b.known, &difference);
    return checked(node, fits, difference, *a.known, " - ", *b.known);
  }
  if (b.is(0)) return a;
  return combine(node, ElementWiseOperation::Sub, a, b);
}

Extent multiply(NodeContext& node, const Extent& a, const Extent& b) {
  if (a.known && b.known) {
    int64_t product = 0;
    const bool fits = !__builtin_mul_overflow(*a.known, *b.known, &product);
    return checked(node, fits, product, *a.known, " x ", *b.known);
  }
  if (a.is(1)) return b;
  if (b.is(1)) return a;
  return combine(node, ElementWiseOperation::Prod, a, b);
}

Extent floor_divide(NodeContext& node, const Extent& a, const Extent& b) {
  TRTLIKE_ASSERT(!b.is(0), "divisor of extents");
  if (a.known && b.known) return floor_quotient(*a.known, *b.known);
  if (b.is(1)) return a;
  return combine(node, ElementWiseOperation::FloorDiv, a, b);
}

Extent maximum(NodeContext& node, const Extent& a, const Extent& b) {
  if (a.known && b.known) return std::max(*a.known, *b.known);
  return combine(node, ElementWiseOperation::Max, a, b);
}

Extent minimum(NodeContext& node, const Extent& a, const Extent& b) {
  if (a.known && b.known) return std::min(*a.known, *b.known);
  return combine(node, ElementWiseOperation::Min, a, b);
}

Extent product(NodeContext& node, const Extents& extents) {
  Extent known = 1, rest = 1;
  for (const Extent& extent : extents) {
    Extent& factor = extent.known ? known : rest;
    factor = multiply(node, factor, extent);
  }
  return multiply(node, rest, known);
}

std::optional<std::vector<int64_t>> known_extents(const Extents& extents) {
  std::vector<int64_t> known;
  for (const Extent& extent : extents) {
    if (!extent.known) return std::nullopt;
    known.push_back(*extent.known);
  }
  return known;
}

ValueId shape_tensor(NodeContext& node, const Extents& extents) {
  if (const auto known = known_extents(extents)) return node.add_constant_ints(*known);
  std::vector<ValueId> parts;
  std::vector<int64_t> numbers;
  const auto flush = [&] {
    if (!numbers.empty()) parts.push_back(node.add_constant_ints(numbers));
    numbers.clear();
  };
  for (const Extent& extent : extents) {
    if (extent.known) {
      numbers.push_back(*extent.known);
      continue;
    }
    flush();
    parts.push_back(extent.value);
  }
  flush();
  return concat(node, parts, 0, "shape");
}

Dims to_dims(const Extents& extents) {
  Dims dims;
  for (const Extent& extent : extents) dims.push_back(extent.known.value_or(-1));
  return dims;
}

ValueId reshape_to(NodeContext& node, ValueId value, const Extents& extents,
                   std::string_view suffix) {
  int unknown = 0;
  bool has_empty = false;
  std::vector<int64_t> dims;
  for (const Extent& extent : extents) {
    unknown += extent.known ? 0 : 1;
    has_empty = has_empty || extent.is(0);
    dims.push_back(extent.known.value_or(-1));
  }
  if (unknown == 0 || (unknown == 1 && !has_empty))
    return node.add("Shuffle", {value},
                    {{"has_reshape", true}, {"reshape_dims", dims}, {"zero_is_placeholder", false}},
                    suffix);
  return node.add("Shuffle", {value, shape_tensor(node, extents)},
                  {{"has_reshape", true}, {"zero_is_placeholder", false}}, suffix);
}

ValueId slice(NodeContext& node, ValueId value, const SliceArguments& arguments,
              std::string_view suffix) {
  AttributeList attributes{{"mode", arguments.mode}};
  if (!arguments.axes.empty()) attributes.emplace_back("axes", arguments.axes);
  std::vector<ValueId> inputs{value, {}, {}, {}, arguments.fill};
  const auto give = [&](const char* name, size_t input, const Extents& extents) {
    if (const auto known = known_extents(extents))
      attributes.emplace_back(name, *known);
    else
      inputs[input] = shape_tensor(node, extents);
  };
  give("start", 1, arguments.start);
  give("shape", 2, arguments.shape);
  give("stride", 3, arguments.stride);
  return node.add("Slice", inputs, attributes, suffix);
}

ValueId count_up(NodeContext& node, const Extent& extent) {
  AttributeList attributes{
      {"to_type", enum_number(DataType::Int64)}, {"alpha", 0.0}, {"beta", 1.0}};
  if (!extent.known) return node.add("Fill", {extent.value}, attributes, "positions");
  attributes.emplace_back("shape", std::vector<int64_t>{*extent.known});
  return node.add("Fill", {}, attributes, "positions");
}

namespace {

/// The extent of both where one is 1 or they are the same; none where one is empty.
Extent broadcast(NodeContext& node, const Extent& a, const Extent& b) {
  const Extent least = minimum(node, minimum(node, a, b), 1);
  return multiply(node, maximum(node, a, b), least);
}

}  // namespace

ValueId expand_to(NodeContext& node, ValueId value, const Extents& extents,
                  std::string_view suffix) {
  value = with_rank(node, value, static_cast<int>(extents.size()));
  const Extents from = extents_of(node, value);
  if (from.empty()) return value;
  const size_t missing = from.size() - extents.size();
  SliceArguments arguments;
  for (size_t i = 0; i < from.size(); ++i) {
    const Extent target = i < missing ? Extent(1) : extents[i - missing];
    arguments.start.push_back(0);
    if (from[i].is(1)) {
      arguments.shape.push_back(target);
      arguments.stride.push_back(0);
    } else if (target.is(0)) {
      arguments.shape.push_back(0);
      arguments.stride.push_back(1);
    } else if (from[i].known || target.is(1)) {
      arguments.shape.push_back(from[i]);
      arguments.stride.push_back(1);
    } else {
      // The input's extent is 1 or the target's; only at run time one knows which.
      arguments.shape.push_back(target.known ? target : broadcast(node, from[i], target));
      arguments.stride.push_back(minimum(node, subtract(node, from[i], 1), 1));
    }
  }
  return slice(node, value, arguments, suffix);
}

}  // namespace trtlike::onnx
