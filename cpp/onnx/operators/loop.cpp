// Loop and Scan: short ones of known length are unrolled. The others become layers between the ends
// of a loop, as TensorRT's parser makes them.
#include <algorithm>
#include <optional>
#include <set>

#include "onnx/extents.h"
#include "onnx/layers.h"
#include "onnx/model_importer.h"

namespace trtlike::onnx {
namespace {

using core::str;

/// Sequences exist while the model is parsed only: loops over them have to be unrolled.
constexpr int64_t kMaxTurns = 1024;
/// Unrolled loops may have this many nodes: each is tuned by itself.
constexpr int64_t kMaxUnrolledNodes = 512;
constexpr size_t kMaxUnrolledLayers = 1024;

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

/// A loop that is not unrolled: recurrences for the values that turns hand on, found out by
/// importing the body until it gives what it gets.
class LoopLayers {
 public:
  LoopLayers(NodeContext& node, std::vector<ValueId> initial)
      : node_(node), initial_(std::move(initial)), varying_(initial_.size()) {}

  /// `import_turn` gets the carried values of a turn and returns those of the next. Values that it
  /// found in other shapes than it gave make it run again.
  template <typename F>
  void import(F&& import_turn) {
    while (!node_.try_import([&] {
      values_.clear();
      for (size_t k = 0; k < initial_.size(); ++k)
        values_.push_back(NodeContext::is_sequence(initial_[k]) ? node_.open_sequence()
                                                                : recur(initial_[k], varying_[k]));
      const std::vector<ValueId> next = import_turn(values_);
      bool fits = true;
      for (size_t k = 0; k < next.size(); ++k) fits = note_change(k, next[k]) && fits;
      if (!fits) return false;
      next_ = next;
      for (size_t k = 0; k < next.size(); ++k)
        if (next[k]) node_.close_recurrence(values_[k], next[k]);
      return true;
    })) {
    }
  }

  int64_t number() {
    if (number_ < 0) number_ = node_.add_loop();
    return number_;
  }

  /// Counts turns from 0.
  ValueId count() {
    const ValueId zero = node_.add_constant(DataType::Int64, {}, {0.0});
    const ValueId turn = recur(zero, {});
    node_.close_recurrence(turn, elementwise(node_, ElementWiseOperation::Sum, turn, 1, "turn"));
    return turn;
  }

  ValueId recur(ValueId initial, const std::set<int64_t>& varying) {
    return node_.add_boundary(
        "Recurrence", {initial},
        {{"loop", number()},
         {"varying_axes", std::vector<int64_t>(varying.begin(), varying.end())}});
  }

  void limit(ValueId value, TripLimit kind) {
    node_.add_boundary("TripLimit", {value}, {{"loop", number()}, {"kind", enum_number(kind)}});
  }

  ValueId last(size_t k) {
    if (!values_[k]) return last_sequence(k);
    return node_.add_boundary("LoopOutput", {values_[k]}, {{"loop", number()}});
  }

  ValueId stack(ValueId value, bool reversed, int64_t axis) {
    return node_.add_boundary(
        "LoopOutput", {value},
        {{"loop", number()},
         {"kind", enum_number(reversed ? LoopOutput::Reverse : LoopOutput::Concatenate)},
         {"axis", axis}});
  }

 private:
  /// False when the body has to be imported again for what it gives.
  bool note_change(size_t k, ValueId next) {
    const ValueId value = values_[k];
    if (!value) {
      check_appended(k, next);
      return true;
    }
    if (!next)
      node_.fail(
          Code::UnsupportedNodeDynamic,
          str("carried value ", k,
              ": expected a tensor from each turn where the first gets one, got a sequence."));
    if (node_.dtype(next) != node_.dtype(value) || node_.rank(next) != node_.rank(value))
      node_.fail(Code::UnsupportedNodeDynamic,
                 str("carried value ", k, ": expected one type and rank in all turns, got ",
                     describe_type(node_, value), " and ", describe_type(node_, next), "."));
    bool fits = true;
    for (int axis = 0; axis < node_.rank(value); ++axis) {
      const int64_t before = node_.dims(value)[axis];
      if (before < 0 || before == node_.dims(next)[axis]) continue;
      varying_[k].insert(axis);
      fits = false;
    }
    return fits;
  }

  void check_appended(size_t k, ValueId next) const {
    if (!NodeContext::is_sequence(next) || node_.sequence_of(next).open != values_[k])
      node_.fail(Code::UnsupportedNodeDynamic,
                 str("carried value ", k,
                     ": expected a sequence that turns of a loop only append to, got another where "
                     "the number of turns is computed."));
  }

  /// What was there before the loop, and behind it what the turns append.
  ValueId last_sequence(size_t k) {
    const std::vector<ValueId>& appended = node_.sequence_of(next_[k]).elements;
    if (appended.empty()) return initial_[k];
    const ValueId row = appended.size() == 1
                            ? appended[0]
                            : rows_of(node_, {.elements = appended, .rows = {}, .open = {}});
    ValueId rows = stack(row, false, 0);
    if (appended.size() > 1) {
      Extents extents = extents_of(node_, rows);
      extents[1] = multiply(node_, extents[0], extents[1]);
      extents.erase(extents.begin());
      rows = reshape_to(node_, rows, extents, "rows");
    }
    const Sequence& before = node_.sequence_of(initial_[k]);
    if (before.rows || before.open || !before.elements.empty()) {
      const ValueId first = rows_of(node_, before);
      if (node_.dtype(first) != node_.dtype(rows) || node_.rank(first) != node_.rank(rows))
        node_.fail(Code::UnsupportedNodeDynamic,
                   str("carried value ", k,
                       ": expected elements of one type and rank before the loop and from its "
                       "turns, got rows of ",
                       describe_type(node_, first), " and ", describe_type(node_, rows), "."));
      rows = concat(node_, {first, rows}, 0, "sequence");
    }
    return node_.add_sequence({.elements = {}, .rows = rows, .open = {}});
  }

  NodeContext& node_;
  std::vector<ValueId> initial_;
  std::vector<std::set<int64_t>> varying_;
  std::vector<ValueId> values_, next_;
  int64_t number_ = -1;
};

/// The parts of a Loop node.
struct LoopNode {
  explicit LoopNode(NodeContext& node) : body(node.get_graph("body")) {
    const size_t carried = node.num_inputs() - std::min<size_t>(2, node.num_inputs());
    check_num_outputs(node, body, 1 + carried);
    for (size_t i = 0; i < carried; ++i) initial.push_back(node.any_input(i + 2));
    num_scans = static_cast<size_t>(body.output_size()) - 1 - carried;
    if (node.has_input(0)) limit = known_scalar(node, "a trip count", node.input(0));
    if (node.has_input(1)) condition = known_scalar(node, "a condition", node.input(1));
  }

  bool has_sequences() const {
    return std::any_of(initial.begin(), initial.end(), NodeContext::is_sequence);
  }

  const ::onnx::GraphProto& body;
  std::vector<ValueId> initial;
  size_t num_scans = 0;
  std::optional<int64_t> limit, condition;
};

/// One turn after the other; nothing where it is not known when the loop ends, or late.
std::optional<Outputs> unroll(NodeContext& node, const LoopNode& loop) {
  const bool is_counted = !node.has_input(0) || loop.limit;
  if (!is_counted || (node.has_input(1) && !loop.condition)) return std::nullopt;
  const int64_t limit = node.has_input(0) ? *loop.limit : kMaxTurns + 1;
  const int64_t nodes = std::max(1, loop.body.node_size());
  const int64_t most =
      loop.has_sequences() ? kMaxTurns : std::min(kMaxTurns, kMaxUnrolledNodes / nodes);
  if (node.has_input(0) && limit > most && loop.condition.value_or(1) != 0) return std::nullopt;
  std::optional<int64_t> condition = loop.condition.value_or(1);
  std::vector<ValueId> state = loop.initial;
  std::vector<std::vector<ValueId>> scans(loop.num_scans);
  const size_t before = node.graph().num_node_ids();
  for (int64_t i = 0; *condition != 0 && i < limit; ++i) {
    // Bodies may hold loops that were unrolled themselves.
    const bool is_long = node.graph().num_node_ids() - before > kMaxUnrolledLayers;
    if (i >= most || (is_long && !loop.has_sequences())) return std::nullopt;
    std::vector<ValueId> arguments{node.add_constant(DataType::Int64, {}, {static_cast<double>(i)}),
                                   node.add_constant(DataType::Bool, {}, {1.0})};
    arguments.insert(arguments.end(), state.begin(), state.end());
    const Outputs results = node.import_graph(loop.body, arguments, str(i));
    condition = known_scalar(node, "a condition", results[0]);
    if (!condition && i + 1 < limit) return std::nullopt;
    condition = condition.value_or(0);
    for (size_t k = 0; k < state.size(); ++k) state[k] = results[k + 1];
    for (size_t k = 0; k < scans.size(); ++k) scans[k].push_back(results[1 + state.size() + k]);
  }
  Outputs outputs = state;
  for (size_t k = 0; k < scans.size(); ++k) {
    const bool is_wanted = node.wants_output(state.size() + k);
    if (is_wanted && scans[k].empty()) return std::nullopt;
    outputs.push_back(is_wanted ? stack(node, scans[k], 0) : ValueId{});
  }
  return outputs;
}

/// Turns that are counted and decided at run time.
Outputs add_loop(NodeContext& node, const LoopNode& loop) {
  LoopLayers layers(node, loop.initial);
  Outputs results;
  ValueId condition;
  layers.import([&](const std::vector<ValueId>& values) {
    // A turn only runs where its condition holds.
    std::vector<ValueId> arguments{layers.count(), node.add_constant(DataType::Bool, {}, {1.0})};
    arguments.insert(arguments.end(), values.begin(), values.end());
    results = node.import_graph(loop.body, arguments, "body");
    const ValueId next = as_scalar(node, "a condition", results[0]);
    condition = {};
    if (!known_scalar(node, "a condition", next).value_or(0)) {
      const ValueId first = node.has_input(1) ? as_scalar(node, "a condition", node.input(1))
                                              : node.add_constant(DataType::Bool, {}, {1.0});
      condition = layers.recur(first, {});
      node.close_recurrence(condition, next);
    }
    return std::vector<ValueId>(results.begin() + 1,
                                results.begin() + 1 + static_cast<long>(values.size()));
  });
  if (!condition && node.has_input(1) && !loop.condition) {
    // It decides once: whether there is a turn at all.
    condition = layers.recur(as_scalar(node, "a condition", node.input(1)), {});
    node.close_recurrence(condition, node.add_constant(DataType::Bool, {}, {1.0}));
  }
  if (!condition && loop.condition == 0) {
    condition = layers.recur(node.add_constant(DataType::Bool, {}, {0.0}), {});
    node.close_recurrence(condition, condition);
  }
  if (!condition && !node.has_input(0))
    node.fail(Code::InvalidNode,
              "expected a trip count, or a condition that may end the loop, got neither.");
  if (node.has_input(0))
    layers.limit(as_scalar(node, "a trip count", node.input(0)), TripLimit::Count);
  if (condition) layers.limit(condition, TripLimit::While);
  Outputs outputs;
  for (size_t k = 0; k < loop.initial.size(); ++k) outputs.push_back(layers.last(k));
  for (size_t k = 0; k < loop.num_scans; ++k)
    outputs.push_back(layers.stack(results[1 + loop.initial.size() + k], false, 0));
  return outputs;
}

Outputs import_loop(NodeContext& node) {
  const LoopNode loop(node);
  std::optional<Outputs> unrolled;
  if (node.try_import([&] { return (unrolled = unroll(node, loop)).has_value(); }))
    return *unrolled;
  return add_loop(node, loop);
}

int64_t list_entry(NodeContext& node, const char* name, size_t i) {
  const auto list = node.get_ints(name, std::vector<int64_t>{});
  return i < list.size() ? list[i] : 0;
}

/// The parts of a Scan node.
struct ScanNode {
  /// `part` gives what to scan of each input, of which the first `skipped` are none.
  template <typename F>
  ScanNode(NodeContext& node, size_t skipped, F&& part, const char* directions)
      : body(node.get_graph("body")) {
    const int64_t given = node.get_int("num_scan_inputs"),
                  most = static_cast<int64_t>(node.num_inputs() - skipped);
    if (given < 1 || given > most)
      node.fail_attribute("num_scan_inputs",
                          str("expected between 1 and ", most, ", got ", given, "."));
    const size_t first = node.num_inputs() - static_cast<size_t>(given);
    check_num_outputs(node, body, first - skipped);
    for (size_t i = skipped; i < first; ++i) initial.push_back(part(node.input(i)));
    for (size_t i = 0; i < static_cast<size_t>(given); ++i) {
      inputs.push_back(part(node.input(first + i)));
      axes.push_back(
          node.normalize_axis(list_entry(node, "scan_input_axes", i), node.rank(inputs[i])));
      reversed.push_back(list_entry(node, directions, i) != 0);
    }
    num_scans = static_cast<size_t>(body.output_size()) - initial.size();
    length = node.dims(inputs[0])[axes[0]];
  }

  const ::onnx::GraphProto& body;
  std::vector<ValueId> initial, inputs;
  std::vector<int> axes;
  std::vector<bool> reversed;
  size_t num_scans = 0;
  int64_t length = -1;
};

Outputs unroll(NodeContext& node, const ScanNode& scan) {
  std::vector<ValueId> state = scan.initial;
  std::vector<std::vector<ValueId>> scans(scan.num_scans);
  for (int64_t step = 0; step < scan.length; ++step) {
    std::vector<ValueId> arguments = state;
    for (size_t i = 0; i < scan.inputs.size(); ++i) {
      const int64_t at = scan.reversed[i] ? scan.length - 1 - step : step;
      const ValueId index = node.add_constant(DataType::Int64, {}, {static_cast<double>(at)});
      arguments.push_back(node.add("Gather", {scan.inputs[i], index},
                                   {{"axis", int64_t{scan.axes[i]}}}, "element"));
    }
    const Outputs results = node.import_graph(scan.body, arguments, str(step));
    for (size_t k = 0; k < state.size(); ++k) state[k] = results[k];
    for (size_t k = 0; k < scans.size(); ++k) {
      auto& values = scans[k];
      const bool reversed = list_entry(node, "scan_output_directions", k) != 0;
      values.insert(reversed ? values.begin() : values.end(), results[state.size() + k]);
    }
  }
  Outputs outputs = state;
  for (size_t k = 0; k < scans.size(); ++k)
    outputs.push_back(stack(
        node, scans[k],
        node.normalize_axis(list_entry(node, "scan_output_axes", k), node.rank(scans[k][0]) + 1)));
  return outputs;
}

Outputs add_loop(NodeContext& node, const ScanNode& scan) {
  LoopLayers layers(node, scan.initial);
  Outputs results;
  layers.import([&](const std::vector<ValueId>& values) {
    std::vector<ValueId> arguments = values;
    for (size_t i = 0; i < scan.inputs.size(); ++i)
      arguments.push_back(node.add_boundary("Iterator", {scan.inputs[i]},
                                            {{"loop", layers.number()},
                                             {"axis", int64_t{scan.axes[i]}},
                                             {"reverse", static_cast<bool>(scan.reversed[i])}}));
    results = node.import_graph(scan.body, arguments, "body");
    return std::vector<ValueId>(results.begin(),
                                results.begin() + static_cast<long>(values.size()));
  });
  const ValueId axis = node.add_constant(DataType::Int64, {}, {static_cast<double>(scan.axes[0])});
  layers.limit(
      node.add("Gather", {node.add("Shape", {scan.inputs[0]}, {}, "shape"), axis}, {}, "length"),
      TripLimit::Count);
  Outputs outputs;
  for (size_t k = 0; k < scan.initial.size(); ++k) outputs.push_back(layers.last(k));
  for (size_t k = 0; k < scan.num_scans; ++k)
    outputs.push_back(layers.stack(results[scan.initial.size() + k],
                                   list_entry(node, "scan_output_directions", k) != 0,
                                   list_entry(node, "scan_output_axes", k)));
  return outputs;
}

Outputs scan_once(NodeContext& node, const ScanNode& scan) {
  const int64_t nodes = std::max(1, scan.body.node_size());
  if (scan.length >= 1 && scan.length <= std::min(kMaxTurns, kMaxUnrolledNodes / nodes))
    return unroll(node, scan);
  return add_loop(node, scan);
}

/// Scan of opset 8: a scan for each element of the leading axis, their results side by side.
Outputs scan_batches(NodeContext& node) {
  if (node.has_input(0))
    node.fail_input(Code::UnsupportedNode, 0, "expected none (sequences of one length), got one.");
  const int64_t batches =
      node.num_inputs() > 1 && node.rank(node.input(1)) > 0 ? node.dims(node.input(1))[0] : -1;
  if (batches < 1 || batches > kMaxTurns)
    node.fail(Code::UnsupportedNode, str("expected a known leading extent of at most ", kMaxTurns,
                                         " in the form of opset 8, got ", batches, "."));
  std::vector<std::vector<ValueId>> results;
  for (int64_t b = 0; b < batches; ++b) {
    const ValueId at = node.add_constant(DataType::Int64, {}, {static_cast<double>(b)});
    const auto element = [&](ValueId value) {
      return node.add("Gather", {value, at}, {{"axis", int64_t{0}}}, "batch");
    };
    const Outputs outputs = scan_once(node, ScanNode(node, 1, element, "directions"));
    results.resize(outputs.size());
    for (size_t k = 0; k < outputs.size(); ++k) results[k].push_back(outputs[k]);
  }
  Outputs outputs;
  for (const std::vector<ValueId>& values : results) outputs.push_back(stack(node, values, 0));
  return outputs;
}

Outputs import_scan(NodeContext& node) {
  if (node.opset() < 9) return scan_batches(node);
  const auto whole = [](ValueId value) { return value; };
  return scan_once(node, ScanNode(node, 0, whole, "scan_input_directions"));
}

constexpr Importer kImporters[] = {
    {"Loop", import_loop},
    {"Scan", import_scan},
};

}  // namespace

std::span<const Importer> loop_importers() { return kImporters; }

}  // namespace trtlike::onnx
