// If, Loop and Scan without control flow: a known condition takes its branch, an unknown one
// selects between both; loops of known length are unrolled.
#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

using core::str;

constexpr int64_t kMaxIterations = 1024;

/// Extents that are not known now are compared when they are.
bool may_be_equal(const Dims& a, const Dims& b) {
  bool equal = a.rank() == b.rank();
  for (int i = 0; equal && i < a.rank(); ++i) equal = a[i] == b[i] || a[i] < 0 || b[i] < 0;
  return equal;
}

std::string describe(NodeContext& node, ValueId value) {
  return str(core::dtype_name(node.dtype(value)), " with shape ", node.dims(value).to_string());
}

Outputs import_if(NodeContext& node) {
  const auto condition = node.known_ints(node.input(0));
  if (condition && condition->size() == 1)
    return node.import_graph(
        node.get_graph(condition->front() != 0 ? "then_branch" : "else_branch"), {},
        condition->front() != 0 ? "then" : "else");
  const Outputs then_values = node.import_graph(node.get_graph("then_branch"), {}, "then");
  const Outputs else_values = node.import_graph(node.get_graph("else_branch"), {}, "else");
  const ValueId scalar =
      node.rank(node.input(0)) == 0 ? node.input(0) : reshape(node, node.input(0), {}, "condition");
  Outputs outputs;
  for (size_t i = 0; i < std::min(then_values.size(), else_values.size()); ++i) {
    const ValueId a = then_values[i], b = else_values[i];
    if (!a || !b)
      node.fail(Code::UnsupportedNodeDynamic,
                "expected tensors where the condition is computed, got sequences.");
    if (!may_be_equal(node.dims(a), node.dims(b)) || node.dtype(a) != node.dtype(b))
      node.fail(Code::UnsupportedNodeDynamic,
                str("output ", i, ": expected branches of one type and shape where the condition ",
                    "is computed, got ", describe(node, a), " and ", describe(node, b), "."));
    const ValueId condition = with_rank(node, scalar, node.rank(a));
    outputs.push_back(node.add("Select", {condition, a, b}, {{"same_shapes", true}}));
  }
  return outputs;
}

/// The values of one scan output, stacked along a new axis.
ValueId stack(NodeContext& node, const std::vector<ValueId>& values, int64_t axis) {
  std::vector<ValueId> rows;
  for (const ValueId value : values)
    rows.push_back(unsqueeze(node, value, {node.normalize_axis(axis, node.rank(value) + 1)}));
  return concat(node, rows, axis < 0 ? axis + node.rank(rows[0]) : axis, "stack");
}

/// The element of a loop's trip count or condition where it is known.
std::optional<int64_t> known_scalar(NodeContext& node, const char* what, ValueId value) {
  const auto elements = node.known_ints(value);
  if (!elements) return std::nullopt;
  if (elements->size() != 1)
    node.fail(Code::InvalidNode, str("expected ", what, " of one element, got shape ",
                                     node.dims(value).to_string(), "."));
  return elements->front();
}

void check_num_outputs(NodeContext& node, const ::onnx::GraphProto& body, size_t least) {
  if (static_cast<size_t>(body.output_size()) < least)
    node.fail_attribute("body", str("expected a graph of at least ", least, " outputs, got ",
                                    body.output_size(), "."));
}

Outputs import_loop(NodeContext& node) {
  const ::onnx::GraphProto& body = node.get_graph("body");
  const auto limit = node.has_input(0) ? known_scalar(node, "a trip count", node.input(0))
                                       : std::optional<int64_t>{kMaxIterations + 1};
  auto condition = node.has_input(1) ? known_scalar(node, "a condition", node.input(1))
                                     : std::optional<int64_t>{1};
  const size_t carried = node.num_inputs() - std::min<size_t>(2, node.num_inputs());
  check_num_outputs(node, body, 1 + carried);
  std::vector<ValueId> state;
  for (size_t i = 0; i < carried; ++i) state.push_back(node.any_input(i + 2));
  const size_t num_scans = static_cast<size_t>(body.output_size()) - 1 - carried;
  std::vector<std::vector<ValueId>> scans(num_scans);
  for (int64_t i = 0;; ++i) {
    if (!limit || !condition)
      node.fail(
          Code::UnsupportedNodeDynamic,
          "expected a trip count and a condition that are known when the model is parsed, got "
          "computed ones.");
    if (*condition == 0 || i >= *limit) break;
    if (i >= kMaxIterations)
      node.fail(Code::UnsupportedNode,
                str("expected at most ", kMaxIterations, " iterations, got more."));
    std::vector<ValueId> arguments{node.add_constant(DataType::Int64, {}, {static_cast<double>(i)}),
                                   node.add_constant(DataType::Bool, {}, {1.0})};
    arguments.insert(arguments.end(), state.begin(), state.end());
    const Outputs results = node.import_graph(body, arguments, str(i));
    condition = known_scalar(node, "a condition", results[0]);
    for (size_t k = 0; k < carried; ++k) state[k] = results[k + 1];
    for (size_t k = 0; k < num_scans; ++k) scans[k].push_back(results[1 + carried + k]);
  }
  Outputs outputs = state;
  for (size_t k = 0; k < num_scans; ++k) {
    const bool is_wanted = node.wants_output(carried + k);
    if (is_wanted && scans[k].empty())
      node.fail(Code::UnsupportedNodeDynamic, "expected one iteration or more, got none.");
    outputs.push_back(is_wanted ? stack(node, scans[k], 0) : ValueId{});
  }
  return outputs;
}

int64_t list_entry(NodeContext& node, const char* name, size_t i) {
  const auto list = node.get_ints(name, std::vector<int64_t>{});
  return i < list.size() ? list[i] : 0;
}

Outputs import_scan(NodeContext& node) {
  if (node.opset() < 9)
    node.fail(Code::UnsupportedNode, str("expected opset 9 or newer, got ", node.opset(), "."));
  const ::onnx::GraphProto& body = node.get_graph("body");
  const int64_t given = node.get_int("num_scan_inputs");
  if (given < 1 || given > static_cast<int64_t>(node.num_inputs()))
    node.fail_attribute("num_scan_inputs",
                        str("expected between 1 and ", node.num_inputs(), ", got ", given, "."));
  const auto num_inputs = static_cast<size_t>(given);
  const size_t carried = node.num_inputs() - num_inputs;
  check_num_outputs(node, body, carried);
  std::vector<ValueId> state;
  for (size_t i = 0; i < carried; ++i) state.push_back(node.input(i));
  const auto axis_of = [&](size_t i) {
    return node.normalize_axis(list_entry(node, "scan_input_axes", i),
                               node.rank(node.input(carried + i)));
  };
  const int64_t length = node.dims(node.input(carried))[axis_of(0)];
  if (length < 1 || length > kMaxIterations)
    node.fail_input(Code::UnsupportedNodeDynamic, carried,
                    str("expected a sequence of known length between 1 and ", kMaxIterations,
                        ", got ", length, "."));
  const size_t num_scans = static_cast<size_t>(body.output_size()) - carried;
  std::vector<std::vector<ValueId>> scans(num_scans);
  for (int64_t step = 0; step < length; ++step) {
    std::vector<ValueId> arguments = state;
    for (size_t i = 0; i < num_inputs; ++i) {
      const bool reversed = list_entry(node, "scan_input_directions", i) != 0;
      const ValueId index = node.add_constant(
          DataType::Int64, {}, {static_cast<double>(reversed ? length - 1 - step : step)});
      arguments.push_back(node.add("Gather", {node.input(carried + i), index},
                                   {{"axis", int64_t{axis_of(i)}}}, "element"));
    }
    const Outputs results = node.import_graph(body, arguments, str(step));
    for (size_t k = 0; k < carried; ++k) state[k] = results[k];
    for (size_t k = 0; k < num_scans; ++k) {
      const bool reversed = list_entry(node, "scan_output_directions", k) != 0;
      auto& values = scans[k];
      values.insert(reversed ? values.begin() : values.end(), results[carried + k]);
    }
  }
  Outputs outputs = state;
  for (size_t k = 0; k < num_scans; ++k)
    outputs.push_back(stack(node, scans[k], list_entry(node, "scan_output_axes", k)));
  return outputs;
}

constexpr Importer kImporters[] = {
    {"If", import_if},
    {"Loop", import_loop},
    {"Scan", import_scan},
};

}  // namespace

std::span<const Importer> control_flow_importers() { return kImporters; }

}  // namespace trtlike::onnx
