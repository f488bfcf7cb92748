// The graph of a network, with the invariants that everyone may rely on.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/node.h"

namespace trtlike::ir {

/// A directed acyclic graph. Types and shapes of all values are inferred as nodes are added.
///
/// A node may hold graphs of its own, its regions, which see nothing but their inputs:
///   Branches: each region has the node's inputs from 1 on, and gives the node's outputs.
///   Turns: the region's inputs are the number of the turn (INT64), the carried values, and the
///     node's further inputs; its outputs are the condition of the next turn (if the node says that
///     there is one), the carried values again, and what all turns together give.
///
/// In a network under construction the insides of loops and conditionals are nodes like others,
/// between the layers that mark their ends and name them by number. There an edge into
/// OpDefinition::back_inputs may close a cycle.
class Graph {
 public:
  std::string name;

  ValueId add_input(const std::string& name, DataType dtype, const Dims& dims);
  /// Copies nothing: `data` is shared. Throws InternalError when it is shorter than the type says.
  ValueId add_constant(const std::string& name, DataType dtype, const Dims& dims,
                       ConstantData data);
  /// A constant from a list of elements, converted to `dtype`.
  ValueId add_constant(const std::string& name, DataType dtype, const Dims& dims,
                       const std::vector<double>& elements);
  ValueId add_constant_ints(const std::string& name, const std::vector<int64_t>& elements);
  /// Adds a node and its outputs, named after it ("conv1_output"). Throws UserError "[ir] node
  /// 'conv1' (Convolution): ...".
  NodeId add_node(std::string_view op, const std::string& name, const std::vector<ValueId>& inputs,
                  const AttributeList& attributes = {});
  /// As add_node, but an op that refuses its arguments keeps its node: the outputs have an unknown
  /// rank and `refusal` says why (empty when all is well). For networks under construction, where
  /// an attribute may be set later.
  NodeId add_node_lenient(std::string_view op, const std::string& name,
                          const std::vector<ValueId>& inputs, const AttributeList& attributes,
                          std::string* refusal);
  /// A node that is like `node`, of this graph or another, in all but its inputs. Its outputs are
  /// named after those of `like` in `of` where these names are free.
  NodeId copy_node(const Graph& of, NodeId like, const std::vector<ValueId>& inputs);
  NodeId add_region_node(std::string_view op, const std::string& name,
                         const std::vector<ValueId>& inputs, const AttributeList& attributes,
                         std::vector<std::shared_ptr<const Graph>> regions);
  void set_region(NodeId node, size_t index, std::shared_ptr<const Graph> region);
  /// The same constant, of another graph, under its name where that is free.
  ValueId copy_constant(const Value& constant);
  /// A node of op Constant, whose one output is the constant. add_constant alone makes a value
  /// without a producer: the kernel of a convolution, a bias.
  NodeId add_constant_node(const std::string& name, DataType dtype, const Dims& dims,
                           ConstantData data);
  /// add_node for the common case of one output.
  ValueId add(std::string_view op, const std::string& name, const std::vector<ValueId>& inputs,
              const AttributeList& attributes = {});

  /// Numbers of loops and conditionals that are under construction.
  int64_t add_loop(const std::string& loop_name);
  int64_t add_conditional(const std::string& conditional_name);
  std::vector<std::string>& loop_names() { return loop_names_; }
  std::vector<std::string>& conditional_names() { return conditional_names_; }
  const std::vector<std::string>& loop_names() const { return loop_names_; }
  const std::vector<std::string>& conditional_names() const { return conditional_names_; }

  void mark_output(ValueId value);
  void unmark_output(ValueId value);

  const Node& node(NodeId id) const { return *nodes_[static_cast<size_t>(id.index)]; }
  const Value& value(ValueId id) const { return *values_[static_cast<size_t>(id.index)]; }
  /// For fields that carry no structure (name, metadata, precision, formats); structure changes
  /// through the calls below.
  Node& mutable_node(NodeId id) { return *nodes_[static_cast<size_t>(id.index)]; }
  Value& mutable_value(ValueId id) { return *values_[static_cast<size_t>(id.index)]; }

  const std::vector<ValueId>& inputs() const { return inputs_; }
  const std::vector<ValueId>& outputs() const { return outputs_; }
  size_t num_node_ids() const { return nodes_.size(); }
  size_t num_value_ids() const { return values_.size(); }
  /// Alive nodes in the order in which they were added.
  std::vector<NodeId> nodes() const;
  /// Alive nodes such that producers come first but for back inputs; ties by id. Throws UserError
  /// naming a node on a cycle.
  std::vector<NodeId> topological_order() const;

  NodeId producer(ValueId id) const { return value(id).producer; }
  /// The node that produces the value if it is of this op, else none.
  NodeId producer_of(ValueId id, std::string_view op) const;
  /// The only user, or none when there are several, none, or the value is a graph output.
  NodeId sole_user(ValueId id) const;
  ValueId find_value(std::string_view name) const;

  void set_input(NodeId node, int index, ValueId value);
  /// Makes `id` a constant of these elements. Users are not inferred again.
  void set_constant(ValueId id, const ops::TensorType& type, ConstantData data);
  void set_attribute(NodeId node, std::string_view name, AttributeValue value);
  /// All users of `from` (and the graph's outputs) use `to` instead. As an output, `to` takes over
  /// the name of `from`.
  /// A network input, another output or a constant keeps its own name: an Identity node between
  /// them then makes the output.
  void replace_uses(ValueId from, ValueId to);
  /// Makes an output that is a network input or a constant the result of an Identity node.
  void separate_output(ValueId output);
  /// Removes a node without users of its outputs, and the outputs.
  void remove_node(NodeId id);
  void remove_value(ValueId id);
  /// Renames a value; throws UserError when another one has the name.
  void rename_value(ValueId id, const std::string& name);
  /// `name`, or one of name_1, name_2, ... that no value has.
  std::string unique_value_name(const std::string& name) const;

  /// Sets types and host values of the node's outputs; true when any of them changed. Throws
  /// UserError with the node's name.
  bool infer_node(NodeId id);
  /// Infers types, shapes and host values again, in topological order (after an input's shape or an
  /// attribute changed).
  void infer_all();
  /// Infers `node` and what follows from its outputs. Nodes that refuse get outputs of unknown rank
  /// and their reason in `refusals`; those that do not, lose theirs. Nodes after an unknown rank
  /// wait.
  void infer_from(NodeId node, std::map<NodeId, std::string>& refusals);
  /// As infer_from for every node that uses `value`.
  void infer_users(ValueId value, std::map<NodeId, std::string>& refusals);
  /// True when `node` is computed, directly or through others, from an output of `from` (or is
  /// `from`), in the same turn.
  bool depends_on(NodeId node, NodeId from) const;
  /// Throws InternalError naming the first broken invariant: uses match users, names are unique,
  /// types are what infer says.
  void verify() const;
  /// One line a node, stable: "%7 = Convolution(%1, kernel) {stride=[1, 1]} : FLOAT [1, 64, 56, 56]
  /// # conv1".
  std::string to_string() const;
  /// A copy that shares constants. Ids are the same.
  Graph clone() const;

 private:
  /// What the outputs of a node are.
  struct Inferred {
    std::vector<ops::TensorType> types;
    std::vector<ops::HostValue> host;
  };

  ValueId new_value(const std::string& name);
  void add_outputs(NodeId node, size_t count);
  Inferred infer_outputs(NodeId id, bool with_back_inputs = true) const;
  Inferred infer_regions(const Node& node, std::span<const ops::TensorType> types,
                         std::span<const ops::HostValue> host) const;
  bool infer_node(NodeId id, bool with_back_inputs);
  void verify_types(NodeId id) const;
  NodeId new_node(std::string_view op, const std::string& name, const std::vector<ValueId>& inputs,
                  const AttributeList& attributes);
  bool infer_node_lenient(NodeId id, std::map<NodeId, std::string>& refusals);
  void remove_use(ValueId value, NodeId user);
  void move_output(ValueId from, ValueId to);
  void inherit(ValueId from, ValueId to);

  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::unique_ptr<Value>> values_;
  std::vector<ValueId> inputs_;
  std::vector<ValueId> outputs_;
  std::vector<std::string> loop_names_, conditional_names_;
  std::map<std::string, int32_t, std::less<>> value_names_;
  /// By wanted name: the numbers up to this one were taken when it was last asked for.
  mutable std::map<std::string, int, std::less<>> taken_numbers_;
};

// The elements of constants, for who decides by them. Of those that may change there is nothing to
// see: see ir/recipe.h.

/// The elements of a constant as doubles; nothing when the value is no constant or has more than
/// `max_elems` elements.
std::optional<std::vector<double>> constant_elements(const Graph& graph, ValueId id,
                                                     int64_t max_elems = 1 << 20);
/// The one element of a constant whose elements are all the same; nothing otherwise.
std::optional<double> constant_scalar(const Graph& graph, ValueId id);
/// The constant as a view; null data when the value is no constant.
core::TensorView constant_view(const Graph& graph, ValueId id);

}  // namespace trtlike::ir
