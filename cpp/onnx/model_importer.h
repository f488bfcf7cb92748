// Walks a model's nodes in order and builds the graph: names to values, scopes of subgraphs and
// functions, errors collected.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ir/graph.h"
#include "onnx.pb.h"
#include "onnx/file/failure.h"
#include "onnx/file/tensor_data.h"
#include "onnx/registry.h"

namespace trtlike::onnx {

/// Stands for an optional without an element; one with an element is the element itself.
inline constexpr ir::ValueId kNothing{-2};

using Opsets = std::map<std::string, int64_t, std::less<>>;

/// The names that the nodes of one graph or function see.
struct Scope {
  const Scope* outer = nullptr;
  const Opsets* opsets = nullptr;
  /// Prefix of layer names and tensor names made here; empty in the main graph.
  std::string prefix;
  /// Graphs and functions around this one.
  int depth = 0;
  std::unordered_map<std::string, ir::ValueId> values;
  std::unordered_map<std::string, const ::onnx::TensorProto*> initializers;
  std::unordered_map<std::string, const ::onnx::SparseTensorProto*> sparse_initializers;
  /// Other names of initializers, made by Identity; none leads to another one of this scope.
  std::unordered_map<std::string, std::string> aliases;
  /// Names that some node, or the outside, reads.
  std::unordered_set<std::string> read;
  /// Outputs of nodes that failed: what depends on them is passed over in silence.
  std::unordered_set<std::string> failed;

  bool is_read(const std::string& name) const { return !name.empty() && read.contains(name); }
  /// True for a constant of the file that no layer was made for.
  bool is_initializer(const std::string& name) const {
    if (values.contains(name)) return false;
    if (initializers.contains(name) || sparse_initializers.contains(name) || aliases.contains(name))
      return true;
    return outer != nullptr && outer->is_initializer(name);
  }
  bool is_failed(const std::string& name) const {
    return failed.contains(name) || (outer != nullptr && outer->is_failed(name));
  }
};

/// What the constants of the graph share memory with.
struct ModelMemory {
  std::shared_ptr<const ::onnx::ModelProto> model;
  /// Bodies of model-local functions, one a call, with the call's attributes in place.
  std::deque<::onnx::GraphProto> function_bodies;
};

class ModelImporter {
 public:
  /// `folder` is where external data lies.
  ModelImporter(ir::Graph& graph, std::shared_ptr<const ::onnx::ModelProto> model,
                const std::string& folder, Logger* logger);

  /// Imports the whole model. What goes wrong is appended to `errors`; nothing is thrown.
  void run(std::vector<ParserError>& errors);

  /// Values of each named node's outputs.
  const std::map<std::string, std::vector<ir::ValueId>>& layer_outputs() const {
    return layer_outputs_;
  }

  ir::Graph& graph() { return graph_; }
  Logger* logger() const { return logger_; }
  TensorReader& tensors() { return tensors_; }

  /// The value of this name in the scope or around it; initializers become constants at first use.
  ir::ValueId find(Scope& scope, const std::string& name, ConstantForm form);
  ir::ValueId add_constant(const std::string& name, const TensorData& tensor, ConstantForm form);
  /// Sequences have handles below kNothing.
  ir::ValueId add_sequence(Sequence sequence);
  ir::ValueId add_open_sequence();
  const Sequence& sequence(ir::ValueId handle) const;
  std::string unique_layer_name(const std::string& wanted);
  /// Counts nodes, iterations and kilobytes that the model does not have itself: what unrolling and
  /// inlining make of it. Throws Failure once they are too many.
  void spend_work(int64_t units);
  /// What is imported from here on can be taken back: a loop's turn whose values turn out to be
  /// others than it was imported for.
  struct Mark {
    size_t num_nodes;
  };
  Mark mark() const { return {graph_.num_node_ids()}; }
  /// Removes the layers that were added since. Constants stay: others may have found them.
  void take_back(const Mark& mark);
  /// Imports a graph attribute; its outputs in order. Failures inside are thrown.
  Outputs import_subgraph(const Scope& outer, const ::onnx::GraphProto& graph,
                          const std::vector<ir::ValueId>& arguments, const std::string& prefix,
                          int node_index);

 private:
  void check_operators(const ::onnx::GraphProto& graph, const Opsets& opsets, int outer_node);
  void check_operator(const ::onnx::NodeProto& node, const Opsets& opsets, int index,
                      int outer_node);
  const ::onnx::FunctionProto* find_function(const ::onnx::NodeProto& node) const;
  void add_inputs(Scope& scope);
  void add_input(Scope& scope, const ::onnx::ValueInfoProto& input);
  void mark_outputs(Scope& scope);
  void mark_output(ir::ValueId value, const std::string& name);
  void import_nodes(Scope& scope,
                    const google::protobuf::RepeatedPtrField<::onnx::NodeProto>& nodes,
                    int outer_node);
  void import_node(Scope& scope, const ::onnx::NodeProto& node, int index, int outer_node);
  /// True for nodes that only name a constant: Constant with a tensor, Identity of an initializer.
  bool define_constant(Scope& scope, const ::onnx::NodeProto& node);
  Outputs import_operator(Scope& scope, const ::onnx::NodeProto& node, int index);
  Outputs import_function(Scope& scope, const ::onnx::FunctionProto& function,
                          const ::onnx::NodeProto& node, int index);
  void bind_outputs(Scope& scope, const ::onnx::NodeProto& node, const Outputs& outputs, int index);
  /// Gives the value an ONNX name, moving aside a helper value that took it first.
  void name_value(ir::ValueId value, const std::string& name);
  void drop_unused_constants();
  void report(const std::exception& failure, const ::onnx::NodeProto* node, int index,
              int outer_node);

  ir::Graph& graph_;
  std::shared_ptr<ModelMemory> memory_;
  Logger* logger_;
  TensorReader tensors_;
  Opsets opsets_;
  std::map<std::pair<std::string, std::string>, const ::onnx::FunctionProto*> functions_;
  std::vector<ParserError>* errors_ = nullptr;
  std::map<std::string, std::vector<ir::ValueId>> layer_outputs_;
  std::unordered_set<std::string> layer_names_;
  /// By wanted name: the numbers up to this one are taken.
  std::unordered_map<std::string, int> taken_numbers_;
  std::vector<ir::ValueId> constants_;
  std::deque<Sequence> sequences_;
  /// Values that carry a name of the model.
  std::set<ir::ValueId> named_;
  std::set<const ::onnx::FunctionProto*> open_functions_;
  std::set<const ::onnx::FunctionProto*> checked_functions_;
  int64_t work_ = 0;
};

/// Versions by domain; opset 1 where a model of IR version 2 or older says nothing.
Opsets read_opsets(const google::protobuf::RepeatedPtrField<::onnx::OperatorSetIdProto>& imports);
/// Fills `scope` with the initializers and the read names of a graph.
void enter_graph(Scope& scope, const ::onnx::GraphProto& graph);

}  // namespace trtlike::onnx
