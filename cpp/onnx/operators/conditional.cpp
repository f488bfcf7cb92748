// If: a known condition takes its branch. Otherwise both branches become layers before the ends of
// a conditional, as TensorRT's parser makes them.
#include <algorithm>
#include <optional>

#include "onnx/layers.h"
#include "onnx/model_importer.h"

namespace trtlike::onnx {
namespace {

using core::str;

/// Both branches are there already: taking one is cheaper than deciding what to run.
std::optional<ValueId> select_present(NodeContext& node, ValueId scalar, ValueId a, ValueId b) {
  if (!core::is_static(node.dims(a)) || node.dims(a) != node.dims(b)) return std::nullopt;
  const ValueId condition = with_rank(node, scalar, node.rank(a));
  return node.add("Select", {condition, a, b}, {{"same_shapes", true}}, "select");
}

/// True where the first branch drops extents of 1 of what the second gives. Exporters write so that
/// an extent of 1 is dropped; what follows is imported for the rank without it.
bool is_squeezed(NodeContext& node, ValueId squeezed, ValueId whole) {
  const ir::Graph& graph = node.graph();
  const auto source = [&](ValueId value, const char* op) {
    const ir::NodeId producer = graph.producer_of(value, op);
    return producer ? graph.node(producer).inputs[0] : ValueId{};
  };
  const auto behind_copies = [&](ValueId value) {
    while (const ValueId from = source(value, "Identity")) value = from;
    return value;
  };
  const ValueId input = source(behind_copies(squeezed), "Squeeze");
  return input && behind_copies(input) == behind_copies(whole);
}

/// The ends of the conditional, one an output.
class Choice {
 public:
  /// `is_there`: neither branch has layers.
  Choice(NodeContext& node, ValueId condition, bool is_there)
      : node_(node), condition_(condition), is_there_(is_there) {}

  ValueId add(size_t i, ValueId a, ValueId b) {
    const bool are_sequences = NodeContext::is_sequence(a) && NodeContext::is_sequence(b);
    if (are_sequences) return add_sequence(i, node_.sequence_of(a), node_.sequence_of(b));
    if (!a || !b)
      node_.fail(Code::UnsupportedNodeDynamic,
                 str("output ", i,
                     ": expected tensors of both branches or sequences of both where the condition "
                     "is computed, got one of each, or an empty optional."));
    return add_tensor(i, a, b);
  }

 private:
  ValueId add_tensor(size_t i, ValueId a, ValueId b) {
    if (node_.dtype(a) != node_.dtype(b) ||
        (node_.rank(a) != node_.rank(b) && !is_squeezed(node_, a, b)))
      node_.fail(
          Code::UnsupportedNodeDynamic,
          str("output ", i, ": expected branches of one type and rank where the condition ",
              "is computed, got ", describe_type(node_, a), " and ", describe_type(node_, b), "."));
    if (is_there_)
      if (const auto selected = select_present(node_, condition_, a, b)) return *selected;
    if (!conditional_) {
      conditional_ = node_.add_conditional();
      node_.add_boundary("Condition", {condition_}, {{"conditional", *conditional_}});
    }
    const std::string refusal =
        node_.rank(a) == node_.rank(b)
            ? ""
            : str("output ", i, ": expected the first branch to be taken, whose rank is ",
                  node_.rank(a), ", got the second, whose rank is ", node_.rank(b), ".");
    return node_.add_boundary("ConditionalOutput", {a, refusal.empty() ? b : ValueId{}},
                              {{"conditional", *conditional_}, {"else_refusal", refusal}});
  }

  /// Of one length element by element, else by the rows that they are.
  ValueId add_sequence(size_t i, const Sequence& a, const Sequence& b) {
    const bool are_lists = !a.rows && !b.rows && !a.open && !b.open;
    if (are_lists && a.elements.size() == b.elements.size()) {
      std::vector<ValueId> elements;
      for (size_t k = 0; k < a.elements.size(); ++k)
        elements.push_back(add_tensor(i, a.elements[k], b.elements[k]));
      return node_.make_sequence(elements);
    }
    const ValueId rows = add_tensor(i, rows_like(a, b), rows_like(b, a));
    return node_.add_sequence({.elements = {}, .rows = rows, .open = {}});
  }

  /// An empty sequence is one of no rows of the other's.
  ValueId rows_like(const Sequence& sequence, const Sequence& other) {
    const bool is_empty = !sequence.rows && !sequence.open && sequence.elements.empty();
    if (!is_empty) return rows_of(node_, sequence);
    const ValueId rows = rows_of(node_, other);
    Dims dims = node_.dims(rows);
    dims[0] = 0;
    for (int d = 1; d < dims.rank(); ++d) dims[d] = std::max<int64_t>(dims[d], 0);
    return node_.add_constant(node_.dtype(rows), dims, {});
  }

  NodeContext& node_;
  ValueId condition_;
  bool is_there_;
  std::optional<int64_t> conditional_;
};

Outputs import_if(NodeContext& node) {
  const auto condition = node.known_ints(node.input(0));
  if (condition && condition->size() == 1)
    return node.import_graph(
        node.get_graph(condition->front() != 0 ? "then_branch" : "else_branch"), {},
        condition->front() != 0 ? "then" : "else");
  const ValueId scalar = as_scalar(node, "a condition", node.input(0));
  const size_t before = node.graph().num_node_ids();
  const Outputs then_values = node.import_graph(node.get_graph("then_branch"), {}, "then");
  const Outputs else_values = node.import_graph(node.get_graph("else_branch"), {}, "else");
  const bool is_there = node.graph().num_node_ids() == before;
  Choice choice(node, scalar, is_there);
  Outputs outputs;
  for (size_t i = 0; i < std::min(then_values.size(), else_values.size()); ++i)
    outputs.push_back(choice.add(i, then_values[i], else_values[i]));
  return outputs;
}

constexpr Importer kImporters[] = {{"If", import_if}};

}  // namespace

std::span<const Importer> conditional_importers() { return kImporters; }

}  // namespace trtlike::onnx
