// The names of a graph, checked in one walk over its nodes.
#include "onnx/file/structure.h"

#include <queue>
#include <source_location>
#include <unordered_map>
#include <unordered_set>

#include "core/strings.h"

namespace trtlike::onnx {
namespace {

using core::str;
using ::onnx::GraphProto;
using ::onnx::NodeProto;

/// Calls `visit` for every name that the node reads, or that a graph in it does from outside.
void for_each_read(const NodeProto& node, const std::function<void(const std::string&)>& visit) {
  for (const std::string& input : node.input()) visit(input);
  for_each_subgraph(node, [&](const GraphProto& graph) {
    std::unordered_set<std::string> own;
    for (const auto& input : graph.input()) own.insert(input.name());
    for (const auto& tensor : graph.initializer()) own.insert(tensor.name());
    for (const NodeProto& inner : graph.node())
      own.insert(inner.output().begin(), inner.output().end());
    const auto visit_outer = [&](const std::string& name) {
      if (!own.contains(name)) visit(name);
    };
    for (const NodeProto& inner : graph.node()) for_each_read(inner, visit_outer);
    for (const auto& output : graph.output()) visit_outer(output.name());
  });
}

/// For each node those that read it, and for each how many it still waits for.
struct Readers {
  std::vector<std::vector<int>> of;
  std::vector<int> waiting;

  explicit Readers(const Nodes& nodes)
      : of(static_cast<size_t>(nodes.size())), waiting(static_cast<size_t>(nodes.size())) {
    std::unordered_map<std::string, int> producers;
    for (int i = 0; i < nodes.size(); ++i)
      for (const std::string& output : nodes.Get(i).output())
        if (!output.empty()) producers.try_emplace(output, i);
    for (int i = 0; i < nodes.size(); ++i)
      for_each_read(nodes.Get(i), [&](const std::string& name) {
        const auto producer = producers.find(name);
        if (producer == producers.end()) return;
        of[static_cast<size_t>(producer->second)].push_back(i);
        ++waiting[static_cast<size_t>(i)];
      });
  }
};

class StructureCheck {
 public:
  StructureCheck(const GraphProto& graph, const StructureCheck* outer, int outer_node,
                 std::vector<ParserError>& errors)
      : graph_(graph), outer_(outer), outer_node_(outer_node), errors_(errors) {}

  void run() {
    define_sources();
    for (int i = 0; i < graph_.node_size(); ++i)
      for (const std::string& output : graph_.node(i).output())
        if (!output.empty()) producers_.try_emplace(output, i);
    for (const int i : order_of_use(graph_.node())) check_node(i);
    for (const auto& output : graph_.output())
      if (!is_defined(output.name()))
        report(-1, nullptr,
               str("[onnx] graph '", graph_.name(), "', output '", output.name(),
                   "': expected a node, input or initializer of this name, got none."));
  }

 private:
  void define_sources() {
    std::unordered_set<std::string> inputs;
    for (const auto& input : graph_.input())
      if (!inputs.insert(input.name()).second) report_duplicate("input", input.name());
    std::unordered_set<std::string> initializers;
    for (const auto& tensor : graph_.initializer())
      if (!initializers.insert(tensor.name()).second)
        report_duplicate("initializer", tensor.name());
    for (const auto& tensor : graph_.sparse_initializer())
      if (!initializers.insert(tensor.values().name()).second)
        report_duplicate("initializer", tensor.values().name());
    defined_.insert(inputs.begin(), inputs.end());
    defined_.insert(initializers.begin(), initializers.end());
  }

  void check_node(int index) {
    const NodeProto& node = graph_.node(index);
    for (int k = 0; k < node.input_size(); ++k)
      if (!node.input(k).empty() && !is_defined(node.input(k))) report_undefined(index, k);
    for_each_subgraph(node, [&](const GraphProto& graph) {
      StructureCheck(graph, this, outer_ == nullptr ? index : outer_node_, errors_).run();
    });
    for (const std::string& output : node.output()) {
      if (output.empty()) continue;
      if (!defined_.insert(output).second)
        report(index, &node,
               str("[onnx] ", describe_node(node, index), ", output '", output,
                   "': expected a name that nothing else has, got one that is already defined."));
    }
  }

  /// The first ones: more of them say no more.
  void report_undefined(int index, int input) {
    constexpr size_t kMaxReported = 64;
    const NodeProto& node = graph_.node(index);
    const std::string& name = node.input(input);
    if (reported_.size() >= kMaxReported) {
      reported_.insert(name);
      return;
    }
    const std::string where =
        str("[onnx] ", describe_node(node, index), ", input ", input, " '", name, "': ");
    const auto producer = producers_.find(name);
    if (producer == producers_.end()) {
      report(index, &node, where + "expected a node, input or initializer of this name, got none.");
    } else {
      report(index, &node,
             str(where, "expected a graph without cycles, got one through ",
                 describe_node(graph_.node(producer->second), producer->second), "."));
    }
    reported_.insert(name);
  }

  bool is_defined(const std::string& name) const {
    return defined_.contains(name) || reported_.contains(name) ||
           (outer_ != nullptr && outer_->is_defined(name));
  }

  void report_duplicate(const char* what, const std::string& name) {
    report(-1, nullptr,
           str("[onnx] graph '", graph_.name(), "', ", what, " '", name,
               "': expected a name that nothing else has, got one that is already defined."));
  }

  void report(int index, const NodeProto* node, const std::string& sentence,
              std::source_location where = std::source_location::current()) {
    ParserError error;
    error.code = ParserErrorCode::InvalidGraph;
    error.description = sentence;
    error.node = outer_ == nullptr ? index : outer_node_;
    if (node != nullptr) {
      error.node_name = node->name();
      error.node_operator = node->op_type();
    }
    error.file = where.file_name();
    error.line = static_cast<int>(where.line());
    error.func = "check_structure";
    errors_.push_back(error);
  }

  const GraphProto& graph_;
  const StructureCheck* outer_;
  int outer_node_;
  std::vector<ParserError>& errors_;
  std::unordered_set<std::string> defined_;
  /// Undefined names are reported at their first use only.
  std::unordered_set<std::string> reported_;
  std::unordered_map<std::string, int> producers_;
};

}  // namespace

std::string describe_node(const NodeProto& node, int index) {
  if (!node.name().empty()) return str("node '", node.name(), "' (", node.op_type(), ")");
  return str("node ", index, " (", node.op_type(), ")");
}

void for_each_subgraph(const NodeProto& node, const std::function<void(const GraphProto&)>& visit) {
  for (const auto& attribute : node.attribute()) {
    if (attribute.has_g()) visit(attribute.g());
    for (const auto& graph : attribute.graphs()) visit(graph);
  }
}

std::vector<int> order_of_use(const Nodes& nodes) {
  Readers readers(nodes);
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  std::vector<int> order;
  for (int i = 0; i < nodes.size(); ++i)
    if (readers.waiting[static_cast<size_t>(i)] == 0) ready.push(i);
  while (!ready.empty()) {
    const int node = ready.top();
    ready.pop();
    order.push_back(node);
    for (const int reader : readers.of[static_cast<size_t>(node)])
      if (--readers.waiting[static_cast<size_t>(reader)] == 0) ready.push(reader);
  }
  for (int i = 0; i < nodes.size(); ++i)
    if (readers.waiting[static_cast<size_t>(i)] != 0) order.push_back(i);
  return order;
}

std::vector<ParserError> check_structure(const GraphProto& graph) {
  std::vector<ParserError> errors;
  StructureCheck(graph, nullptr, -1, errors).run();
  return errors;
}

}  // namespace trtlike::onnx
