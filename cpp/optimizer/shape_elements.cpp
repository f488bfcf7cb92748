// Tracing of shape tensors' elements.
#include <limits>
#include <string_view>

#include "core/check.h"
#include "optimizer/extents.h"
#include "optimizer/match.h"
#include "trtlike/enums/layer_enums.h"

namespace trtlike::optimizer {

using ir::Node;
using ir::NodeId;
using ir::ValueId;
using Operation = ElementWiseOperation;

namespace {

/// Element j of operand i is marked as kFirstMark + i * kMarksPerOperand + j, far from any number
/// that a network could hold.
constexpr int64_t kFirstMark = std::numeric_limits<int64_t>::min() / 2;
constexpr int64_t kMarksPerOperand = 1 << 16;
constexpr size_t kMaxOperands = 1 << 10;

/// Ops that rearrange elements and compute none.
bool moves_elements(std::string_view op) {
  return op == "Concatenation" || op == "Gather" || op == "Identity" || op == "Shuffle" ||
         op == "Slice" || op == "Squeeze" || op == "Unsqueeze";
}

/// The integers that extents are computed in; narrow ones wrap.
bool holds_extents(DataType dtype) { return dtype == DataType::Int32 || dtype == DataType::Int64; }

}  // namespace

Extents::Id Extents::element(ValueId value, int64_t index) {
  const std::pair<ValueId, int64_t> key{value, index};
  if (const auto found = elements_.find(key); found != elements_.end()) return found->second;
  ++depth_;
  const Id id = depth_ > kMaxDepth ? own_element(value, index) : trace_element(value, index);
  --depth_;
  elements_[key] = id;
  return id;
}

Extents::Id Extents::own_element(ValueId value, int64_t index) {
  return expressions_.symbol(core::str("element ", index, " of ", value.index), std::nullopt);
}

Extents::Id Extents::trace_element(ValueId value, int64_t index) {
  const ops::HostValue& host = graph_.value(value).host;
  if (host && static_cast<size_t>(index) < host->size()) {
    const int64_t known = (*host)[static_cast<size_t>(index)];
    if (known != ops::kUnknownElement) return expressions_.constant(known);
  }
  const NodeId id = graph_.producer(value);
  if (!id || !core::is_static(dims_of(graph_, value))) return own_element(value, index);
  const Node& node = graph_.node(id);
  const std::string_view op = node.op->name;
  if (op == "Shape") return extent(node.inputs[0], static_cast<int>(index));
  if (op == "Cast" && holds_extents(dtype_of(graph_, node.inputs[0])) &&
      holds_extents(dtype_of(graph_, value)))
    return element(node.inputs[0], index);
  if (op == "ElementWise") return element_wise(node, value, index);
  if (op == "Reduce") return product_of_elements(node, value);
  const auto place = moves_elements(op) ? moved_element(node, index) : std::nullopt;
  return place ? element(place->value, place->index) : own_element(value, index);
}

std::optional<Extents::ElementSource> Extents::moved_element(const Node& node,
                                                             int64_t index) const {
  std::vector<ops::TensorType> types, outputs;
  std::vector<ops::HostValue> host;
  if (node.inputs.size() > kMaxOperands) return std::nullopt;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const ValueId input = node.inputs[i];
    types.push_back(input ? graph_.value(input).type : ops::TensorType{});
    host.push_back(input ? graph_.value(input).host : std::nullopt);
    if (!input || !core::is_static(types.back().dims)) continue;
    const int64_t count = core::elems(types.back().dims);
    if (count > kMarksPerOperand) return std::nullopt;
    if (!host.back())
      host.back() = std::vector<int64_t>(static_cast<size_t>(count), ops::kUnknownElement);
    for (size_t j = 0; j < host.back()->size(); ++j)
      if ((*host.back())[j] == ops::kUnknownElement)
        (*host.back())[j] =
            kFirstMark + static_cast<int64_t>(i) * kMarksPerOperand + static_cast<int64_t>(j);
  }
  // Only the operand whose elements move may be marked: the others steer.
  const bool joins = std::string_view(node.op->name) == "Concatenation";
  for (size_t i = 1; i < host.size() && !joins; ++i)
    if (host[i] && node.inputs[i]) host[i] = graph_.value(node.inputs[i]).host;
  outputs.push_back(graph_.value(node.outputs[0]).type);
  const auto moved = ops::propagate(*node.op, node.attributes, types, host, outputs);
  if (!moved[0] || static_cast<size_t>(index) >= moved[0]->size()) return std::nullopt;
  const int64_t mark = (*moved[0])[static_cast<size_t>(index)] - kFirstMark;
  if (mark < 0 || mark >= kMarksPerOperand * static_cast<int64_t>(kMaxOperands))
    return std::nullopt;
  return ElementSource{node.inputs[static_cast<size_t>(mark / kMarksPerOperand)],
                       mark % kMarksPerOperand};
}

Extents::Id Extents::element_wise(const Node& node, ValueId out, int64_t index) {
  const int64_t count = core::elems(dims_of(graph_, out));
  Id operands[2];
  for (size_t i = 0; i < 2; ++i) {
    const Dims& dims = dims_of(graph_, node.inputs[i]);
    const int64_t elems = core::is_static(dims) ? core::elems(dims) : -1;
    if (!holds_extents(dtype_of(graph_, node.inputs[i])) || (elems != count && elems != 1))
      return own_element(out, index);
    operands[i] = element(node.inputs[i], elems == 1 ? 0 : index);
  }
  const auto [a, b] = operands;
  const auto operation = node.attributes.get_enum<Operation>("op");
  switch (operation) {
    case Operation::Sum:
      return expressions_.add(a, b);
    case Operation::Sub:
      return expressions_.subtract(a, b);
    case Operation::Prod:
      return expressions_.multiply(a, b);
    case Operation::Max:
      return expressions_.maximum(a, b);
    case Operation::Min:
      return expressions_.minimum(a, b);
    case Operation::Div:
    case Operation::FloorDiv: {
      const auto divisor = expressions_.constant_value(b);
      // Div rounds towards zero.
      const bool rounds_down = operation == Operation::FloorDiv || expressions_.least(a) >= 0;
      if (divisor && *divisor > 0 && rounds_down) return expressions_.floor_divide(a, *divisor);
      break;
    }
    default:
      break;
  }
  return expressions_.call(core::str("element-wise ", static_cast<int>(operation)), {a, b},
                           std::nullopt);
}

Extents::Id Extents::product_of_elements(const Node& node, ValueId out) {
  constexpr int64_t kProduct = enum_number(ReduceOperation::Prod);
  const Dims& dims = dims_of(graph_, node.inputs[0]);
  if (node.attributes.get_int("op") != kProduct || dims.rank() != 1 || dims[0] < 0 ||
      core::elems(dims_of(graph_, out)) != 1)
    return own_element(out, 0);
  Id product = expressions_.constant(1);
  for (int64_t i = 0; i < dims[0]; ++i)
    product = expressions_.multiply(product, element(node.inputs[0], i));
  return product;
}

}  // namespace trtlike::optimizer
