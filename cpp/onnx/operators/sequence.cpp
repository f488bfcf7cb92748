// Sequences of tensors: they are taken apart while the model is imported. Where only the run tells
// their lengths or the positions in them, their elements are the rows of a tensor.
#include <algorithm>

#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

using core::str;

/// The position at input `i`, counted from the front; `end` when there is none.
int64_t read_position(NodeContext& node, size_t i, int64_t length, int64_t end) {
  if (!node.has_input(i)) return end;
  const auto given = node.require_ints(i);
  const int64_t position = given.empty() ? 0 : given.front();
  const int64_t from_front = position < 0 ? position + length : position;
  if (from_front < 0 || from_front > end)
    node.fail_input(Code::InvalidNode, i,
                    str("expected a position in a sequence of ", length, ", got ", position, "."));
  return from_front;
}

Outputs import_construct(NodeContext& node) {
  std::vector<ValueId> elements;
  for (size_t i = 0; i < node.num_inputs(); ++i) elements.push_back(node.input(i));
  return {node.make_sequence(elements)};
}

Outputs import_empty(NodeContext& node) { return {node.make_sequence({})}; }

Outputs import_length(NodeContext& node) {
  const Sequence& sequence = node.any_sequence(0);
  if (sequence.rows) {
    const Extent length = extent_of(node, sequence.rows, 0);
    return {length.known
                ? node.add_constant(DataType::Int64, {}, {static_cast<double>(*length.known)})
                : squeeze(node, length.value, {0})};
  }
  const auto length = static_cast<double>(node.sequence(0).size());
  return {node.add_constant(DataType::Int64, {}, {length})};
}

Outputs import_at(NodeContext& node) {
  const ValueId position = node.input(1);
  if (node.any_sequence(0).rows || !node.known_ints(position)) {
    const ValueId rows = rows_of(node, node.any_sequence(0));
    return {node.add("Gather", {rows, as_scalar(node, "a position", position)},
                     {{"axis", int64_t{0}}})};
  }
  const auto& elements = node.sequence(0);
  const auto length = static_cast<int64_t>(elements.size());
  return {elements[static_cast<size_t>(read_position(node, 1, length, length - 1))]};
}

Outputs import_insert(NodeContext& node) {
  Sequence sequence = node.any_sequence(0);
  if (!node.has_input(2) && sequence.open) {
    sequence.elements.push_back(node.input(1));
    return {node.add_sequence(sequence)};
  }
  if (!node.has_input(2) && sequence.rows) {
    sequence.rows = concat(node, {sequence.rows, unsqueeze(node, node.input(1), {0})}, 0);
    return {node.add_sequence(sequence)};
  }
  std::vector<ValueId> elements = node.sequence(0);
  const auto length = static_cast<int64_t>(elements.size());
  elements.insert(elements.begin() + read_position(node, 2, length, length), node.input(1));
  return {node.make_sequence(elements)};
}

Outputs import_erase(NodeContext& node) {
  std::vector<ValueId> elements = node.sequence(0);
  const auto length = static_cast<int64_t>(elements.size());
  if (length == 0)
    node.fail_input(Code::InvalidNode, 0, "expected a sequence with elements, got an empty one.");
  elements.erase(elements.begin() + read_position(node, 1, length, length - 1));
  return {node.make_sequence(elements)};
}

/// The parts are the whole.
void check_sizes(NodeContext& node, int64_t whole, const std::vector<int64_t>& sizes) {
  int64_t left = whole;
  for (const int64_t size : sizes) {
    if (size < 0 || size > left) left = -1;
    if (left < 0) break;
    left -= size;
  }
  if (left != 0)
    node.fail_input(
        Code::InvalidNode, 1,
        str("expected sizes whose sum is the extent ", whole, ", got [", core::join(sizes), "]."));
}

/// Sizes of the parts: given, equal (the last one smaller), or 1 each.
std::vector<int64_t> part_sizes(NodeContext& node, int64_t whole) {
  int64_t size = 1;
  if (node.has_input(1)) {
    const auto split = node.require_ints(1);
    if (node.rank(node.input(1)) == 1) {
      check_sizes(node, whole, split);
      return split;
    }
    if (split.size() != 1)
      node.fail_input(Code::InvalidNode, 1,
                      str("expected one size or a list of them, got shape ",
                          node.dims(node.input(1)).to_string(), "."));
    size = split.front();
  }
  if (size < 1)
    node.fail_input(Code::InvalidNode, 1, str("expected sizes above 0, got ", size, "."));
  node.spend_work(whole / size);
  std::vector<int64_t> sizes;
  for (int64_t at = 0; at < whole; at += size) sizes.push_back(std::min(size, whole - at));
  return sizes;
}

/// Parts of 1 along an axis of an extent that the run tells.
ValueId split_into_rows(NodeContext& node, ValueId x, int axis, bool drops_axis) {
  std::vector<int64_t> order = axes_between(0, node.rank(x));
  std::rotate(order.begin(), order.begin() + axis, order.begin() + axis + 1);
  const ValueId rows = axis == 0 ? x : transpose(node, x, order, "rows");
  return node.add_sequence(
      {.elements = {}, .rows = drops_axis ? rows : unsqueeze(node, rows, {axis + 1}), .open = {}});
}

Outputs import_split(NodeContext& node) {
  const ValueId x = node.input(0);
  const int axis = node.normalize_axis(node.get_int("axis", 0), node.rank(x));
  const int64_t whole = node.dims(x)[axis];
  const bool drops_axis = !node.has_input(1) && node.get_int("keepdims", 1) == 0;
  const bool is_by_one =
      !node.has_input(1) ||
      (node.rank(node.input(1)) == 0 && node.known_ints(node.input(1)) == std::vector<int64_t>{1});
  if (!core::is_known(whole) && is_by_one) return {split_into_rows(node, x, axis, drops_axis)};
  if (!core::is_known(whole))
    node.fail_input(Code::UnsupportedNodeDynamic, 0,
                    str("expected a known extent of axis ", axis, ", got shape ",
                        node.dims(x).to_string(), "."));
  std::vector<ValueId> parts;
  int64_t start = 0;
  for (const int64_t size : part_sizes(node, whole)) {
    SliceArguments part;
    part.axes = {axis};
    part.start = {start};
    part.shape = {size};
    part.stride = {1};
    const ValueId piece = slice(node, x, part, "part");
    parts.push_back(drops_axis ? squeeze(node, piece, {axis}) : piece);
    start += size;
  }
  return {node.make_sequence(parts)};
}

/// The rows next to each other along an axis of theirs, or along a new one.
ValueId join_rows(NodeContext& node, ValueId rows, int64_t given_axis, bool is_new) {
  const int rank = node.rank(rows);
  const int axis = node.normalize_axis(given_axis, is_new ? rank : rank - 1);
  std::vector<int64_t> order = axes_between(0, rank);
  std::rotate(order.begin(), order.begin() + 1, order.begin() + axis + 1);
  const ValueId turned = axis == 0 ? rows : transpose(node, rows, order, "rows");
  if (is_new) return turned;
  Extents extents = extents_of(node, turned);
  const auto at = extents.begin() + axis;
  at[1] = multiply(node, at[0], at[1]);
  extents.erase(at);
  return reshape_to(node, turned, extents);
}

Outputs import_concat(NodeContext& node) {
  if (const ValueId rows = node.any_sequence(0).rows)
    return {join_rows(node, rows, node.get_int("axis"), node.get_int("new_axis", 0) != 0)};
  std::vector<ValueId> elements = node.sequence(0);
  if (elements.empty())
    node.fail_input(Code::InvalidNode, 0, "expected a sequence with elements, got an empty one.");
  const bool stacks = node.get_int("new_axis", 0) != 0;
  const int rank = node.rank(elements[0]) + (stacks ? 1 : 0);
  const int axis = node.normalize_axis(node.get_int("axis"), rank);
  if (stacks)
    for (ValueId& element : elements) element = unsqueeze(node, element, {axis});
  return {node.add("Concatenation", elements, {{"axis", int64_t{axis}}})};
}

/// The body for each element of the first sequence; tensors among the other inputs are the same for
/// all of them.
Outputs import_map(NodeContext& node) {
  const ::onnx::GraphProto& body = node.get_graph("body");
  const size_t length = node.sequence(0).size();
  for (size_t i = 1; i < node.num_inputs(); ++i)
    if (!node.any_input(i) && node.sequence(i).size() != length)
      node.fail_input(Code::InvalidNode, i,
                      str("expected as many elements as input 0 has, ", length, ", got ",
                          node.sequence(i).size(), "."));
  std::vector<std::vector<ValueId>> results(static_cast<size_t>(body.output_size()));
  for (size_t at = 0; at < length; ++at) {
    std::vector<ValueId> arguments;
    for (size_t i = 0; i < node.num_inputs(); ++i) {
      const ValueId value = node.any_input(i);
      arguments.push_back(value ? value : node.sequence(i)[at]);
    }
    const Outputs outputs = node.import_graph(body, arguments, std::to_string(at));
    for (size_t k = 0; k < outputs.size(); ++k) {
      if (!outputs[k])
        node.fail_attribute("body", str("expected tensors as outputs, got another kind of value as "
                                        "output ",
                                        k, "."));
      results[k].push_back(outputs[k]);
    }
  }
  Outputs sequences;
  for (const auto& elements : results) sequences.push_back(node.make_sequence(elements));
  return sequences;
}

constexpr Importer kImporters[] = {
    {"SequenceConstruct", import_construct},
    {"SequenceEmpty", import_empty},
    {"SequenceLength", import_length},
    {"SequenceAt", import_at},
    {"SequenceInsert", import_insert},
    {"SequenceErase", import_erase},
    {"SplitToSequence", import_split},
    {"ConcatFromSequence", import_concat},
    {"SequenceMap", import_map},
};

}  // namespace

std::span<const Importer> sequence_importers() { return kImporters; }

}  // namespace trtlike::onnx
