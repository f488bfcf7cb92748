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
  Outputs outputs;
  std::optional<int64_t> conditional;
  for (size_t i = 0; i < std::min(then_values.size(), else_values.size()); ++i) {
    const ValueId a = then_values[i], b = else_values[i];
    if (!a || !b)
      node.fail(Code::UnsupportedNodeDynamic,
                "expected tensors where the condition is computed, got sequences.");
    if (node.dtype(a) != node.dtype(b) ||
        (node.rank(a) != node.rank(b) && !is_squeezed(node, a, b)))
      node.fail(
          Code::UnsupportedNodeDynamic,
          str("output ", i, ": expected branches of one type and rank where the condition ",
              "is computed, got ", describe_type(node, a), " and ", describe_type(node, b), "."));
    if (is_there)
      if (const auto selected = select_present(node, scalar, a, b)) {
        outputs.push_back(*selected);
        continue;
      }
    if (!conditional) {
      conditional = node.add_conditional();
      node.add_boundary("Condition", {scalar}, {{"conditional", *conditional}});
    }
    const std::string refusal =
        node.rank(a) == node.rank(b)
            ? ""
            : str("output ", i, ": expected the first branch to be taken, whose rank is ",
                  node.rank(a), ", got the second, whose rank is ", node.rank(b), ".");
    outputs.push_back(
        node.add_boundary("ConditionalOutput", {a, refusal.empty() ? b : ValueId{}},
                          {{"conditional", *conditional}, {"else_refusal", refusal}}));
  }
  return outputs;
}

constexpr Importer kImporters[] = {{"If", import_if}};

}  // namespace

std::span<const Importer> conditional_importers() { return kImporters; }

}  // namespace trtlike::onnx
