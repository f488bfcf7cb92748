// What a fusion returns: new nodes, and which old values they replace. Applied by the driver, never
// by the rule.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ir/graph.h"
#include "ir/recipe.h"

namespace trtlike::ir {

/// Collects new constants and nodes against a graph that stays as it is. Values of the graph are
/// used by their ids; the patch's own values get provisional ids (below -1) that become real when
/// the patch is applied.
class Patch {
 public:
  explicit Patch(const Graph& graph) : graph_(&graph) {}

  ValueId add_constant(const std::string& name, DataType dtype, const Dims& dims,
                       ConstantData data);
  ValueId add_constant(const std::string& name, DataType dtype, const Dims& dims,
                       const std::vector<double>& elements);
  ValueId add_constant(const std::string& name, const Constant& constant);
  /// The new node's one output (or its first).
  ValueId add(std::string_view op, const std::string& name, const std::vector<ValueId>& inputs,
              const AttributeList& attributes = {});
  /// All `count` outputs of a new node.
  std::vector<ValueId> add_many(std::string_view op, const std::string& name,
                                const std::vector<ValueId>& inputs, const AttributeList& attributes,
                                int count);
  /// Users of `old_value` shall use `new_value`, which must have the same type and shape.
  void replace(ValueId old_value, ValueId new_value);
  /// The new nodes' metadata comes from this node (the fusion's anchor), and their precision from
  /// it and the nodes that they replace.
  void inherit_from(NodeId node) { anchor_ = node; }
  /// False when nodes of different precisions would become one, or when a tensor whose type was
  /// asked for would be gone.
  bool keeps_constraints() const;

  int num_new_nodes() const { return static_cast<int>(nodes_.size()); }

  /// Applies to `graph` (the one it was made against), removes what nobody uses any more, and
  /// returns how many nodes fewer the graph has; `removed` collects those that it lost, in the
  /// order of their ids. Takes time by the patch, not by the graph. Throws InternalError when a
  /// replacement changes type or shape.
  int apply(Graph& graph, std::vector<NodeId>* removed = nullptr) const;

 private:
  struct NewConstant {
    std::string name;
    ops::TensorType type;
    ConstantData data;
  };
  struct NewNode {
    std::string op;
    std::string name;
    std::vector<ValueId> inputs;
    AttributeList attributes;
    int first_output;
    int num_outputs;
  };
  struct Item {
    bool is_node;
    size_t index;
  };

  ValueId provisional();
  /// Nodes of the graph that nobody needs once the patch is applied.
  std::set<NodeId> find_replaced_nodes() const;
  std::optional<DataType> find_precision() const;
  std::optional<DataType> output_type(ValueId id) const;

  const Graph* graph_;
  NodeId anchor_;
  int next_ = -2;
  std::vector<Item> order_;
  std::vector<NewConstant> constants_;
  std::vector<int> constant_ids_;
  std::vector<NewNode> nodes_;
  std::vector<std::pair<ValueId, ValueId>> replacements_;
};

/// Packs doubles as elements of `dtype`.
ConstantData make_constant_data(DataType dtype, const std::vector<double>& elements);

}  // namespace trtlike::ir
