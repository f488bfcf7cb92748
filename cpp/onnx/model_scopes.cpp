// The edges of a model's graphs: inputs and outputs of the main graph, graphs inside nodes, and
// model-local functions.
#include "core/log.h"
#include "onnx/file/structure.h"
#include "onnx/model_importer.h"

namespace trtlike::onnx {

using core::str;
using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;

namespace {

void collect_reads(const google::protobuf::RepeatedPtrField<NodeProto>& nodes,
                   std::unordered_set<std::string>& read) {
  for (const NodeProto& node : nodes) {
    for (const std::string& input : node.input())
      if (!input.empty()) read.insert(input);
    for_each_subgraph(node, [&](const GraphProto& graph) {
      collect_reads(graph.node(), read);
      for (const auto& output : graph.output()) read.insert(output.name());
    });
  }
}

/// Extents of a declared input; symbolic names in `names`.
Dims declared_dims(const ::onnx::ValueInfoProto& input, std::vector<std::string>& names) {
  const auto& type = input.type().tensor_type();
  if (!type.has_shape())
    throw Failure(Code::UnsupportedNodeShape,
                  str("[onnx] input '", input.name(),
                      "': expected a shape, got none. At least the rank must be in the model."));
  if (type.shape().dim_size() > Dims::kMaxDims)
    throw Failure(Code::UnsupportedNodeShape,
                  str("[onnx] input '", input.name(), "': expected at most ", Dims::kMaxDims,
                      " dimensions, got ", type.shape().dim_size(), "."));
  Dims dims;
  for (const auto& dim : type.shape().dim()) {
    const bool is_known = dim.has_dim_value() && dim.dim_value() >= 0;
    dims.push_back(is_known ? dim.dim_value() : -1);
    const bool is_named = dim.has_dim_param() && dim.dim_param() != "?";
    names.push_back(is_named ? dim.dim_param() : "");
  }
  return dims;
}

/// Graphs and functions that may be inside each other: import goes into them by recursion.
constexpr int kMaxDepth = 100;

int inner_depth(const Scope& outer) {
  if (outer.depth >= kMaxDepth)
    throw Failure(Code::UnsupportedGraph,
                  str("[onnx] model: expected at most ", kMaxDepth,
                      " graphs and functions inside each other, got more."));
  return outer.depth + 1;
}

/// What a call gives to the body of a function.
struct Call {
  std::map<std::string, const AttributeProto*> attributes;
  std::unordered_set<std::string> absent_inputs;
};

/// Replaces references to the function's attributes by the call's, and absent inputs by none.
void bind_call(NodeProto& node, const Call& call) {
  for (std::string& input : *node.mutable_input())
    if (call.absent_inputs.contains(input)) input.clear();
  google::protobuf::RepeatedPtrField<AttributeProto> bound;
  for (AttributeProto& attribute : *node.mutable_attribute()) {
    if (attribute.ref_attr_name().empty()) {
      if (attribute.has_g())
        for (NodeProto& inner : *attribute.mutable_g()->mutable_node()) bind_call(inner, call);
      *bound.Add() = std::move(attribute);
      continue;
    }
    const auto found = call.attributes.find(attribute.ref_attr_name());
    if (found == call.attributes.end()) continue;
    AttributeProto& copy = *bound.Add();
    copy = *found->second;
    copy.set_name(attribute.name());
  }
  node.mutable_attribute()->Swap(&bound);
}

}  // namespace

void enter_graph(Scope& scope, const GraphProto& graph) {
  for (const auto& tensor : graph.initializer()) scope.initializers[tensor.name()] = &tensor;
  for (const auto& tensor : graph.sparse_initializer())
    scope.sparse_initializers[tensor.values().name()] = &tensor;
  collect_reads(graph.node(), scope.read);
  for (const auto& output : graph.output()) scope.read.insert(output.name());
}

void ModelImporter::add_inputs(Scope& scope) {
  for (const auto& input : memory_->model->graph().input()) {
    if (scope.initializers.contains(input.name()) ||
        scope.sparse_initializers.contains(input.name()))
      continue;
    try {
      add_input(scope, input);
    } catch (const std::exception& failure) {
      report(failure, nullptr, -1, -1);
      scope.failed.insert(input.name());
    }
  }
}

void ModelImporter::add_input(Scope& scope, const ::onnx::ValueInfoProto& input) {
  const std::string what = str("input '", input.name(), "'");
  if (!input.type().has_tensor_type())
    throw Failure(Code::UnsupportedGraph,
                  str("[onnx] ", what, ": expected a tensor, got another type of value."));
  const int32_t onnx_type = input.type().tensor_type().elem_type();
  const DataType dtype = to_dtype(onnx_type, what);
  std::vector<std::string> names;
  const Dims dims = declared_dims(input, names);
  const ir::ValueId value = graph_.add_input(input.name(), dtype, dims);
  graph_.mutable_value(value).dimension_names = names;
  scope.values[input.name()] = value;
  named_.insert(value);
}

void ModelImporter::mark_outputs(Scope& scope) {
  for (const auto& output : memory_->model->graph().output()) {
    try {
      const ir::ValueId value = find(scope, output.name(), ConstantForm::Layer);
      if (value == kNothing)
        throw Failure(Code::UnsupportedGraph, str("[onnx] output '", output.name(),
                                                  "': expected a tensor, got an empty optional."));
      if (value) {
        mark_output(value, output.name());
        continue;
      }
      if (sequence(value).rows)
        throw Failure(Code::UnsupportedGraph,
                      str("[onnx] output '", output.name(),
                          "': expected a sequence whose length is known when the model is parsed, "
                          "got one that the run tells. ConcatFromSequence makes it a tensor."));
      const std::vector<ir::ValueId>& elements = sequence(value).elements;
      for (size_t i = 0; i < elements.size(); ++i) {
        const std::string name = str(output.name(), ".", i);
        const ir::ValueId copy = graph_.add("Identity", unique_layer_name(name), {elements[i]});
        name_value(copy, name);
        mark_output(copy, name);
      }
    } catch (const std::exception& failure) {
      report(failure, nullptr, -1, -1);
    }
  }
}

void ModelImporter::mark_output(ir::ValueId value, const std::string& name) {
  const ir::Value& found = graph_.value(value);
  if (found.is_input || found.constant || found.is_output) {
    const ir::ValueId source = value;
    value = graph_.add("Identity", unique_layer_name(name + "_output"), {source});
    const bool is_constant = graph_.value(source).constant.has_value();
    if (is_constant && graph_.value(source).name == name)
      graph_.rename_value(source, graph_.unique_value_name(name + "_constant"));
    if (!graph_.find_value(name)) graph_.rename_value(value, name);
    const std::string& given = graph_.value(value).name;
    if (given != name)
      core::log(logger_, Severity::Warning, "[onnx] output '", name,
                "': expected a tensor that is no input and no other output, got one that is. "
                "The output is called '",
                given, "'.");
  }
  graph_.mark_output(value);
}

void ModelImporter::take_back(const Mark& mark) {
  std::vector<ir::NodeId> gone;
  for (size_t i = graph_.num_node_ids(); i-- > mark.num_nodes;) {
    const ir::NodeId id{static_cast<int32_t>(i)};
    const ir::Node& node = graph_.node(id);
    const bool is_constant = !node.outputs.empty() && graph_.value(node.outputs[0]).constant;
    if (node.alive && !is_constant) gone.push_back(id);
  }
  for (const ir::NodeId id : gone)
    for (size_t i = 0; i < graph_.node(id).inputs.size(); ++i)
      graph_.set_input(id, static_cast<int>(i), {});
  for (const ir::NodeId id : gone) {
    for (const ir::ValueId output : graph_.node(id).outputs) named_.erase(output);
    layer_names_.erase(graph_.node(id).name);
    graph_.remove_node(id);
  }
}

Outputs ModelImporter::import_subgraph(const Scope& outer, const GraphProto& graph,
                                       const std::vector<ir::ValueId>& arguments,
                                       const std::string& prefix, int node_index) {
  spend_work(1);
  Scope scope;
  scope.outer = &outer;
  scope.depth = inner_depth(outer);
  scope.opsets = outer.opsets;
  scope.prefix = prefix + "/";
  enter_graph(scope, graph);
  if (static_cast<size_t>(graph.input_size()) > arguments.size())
    throw Failure(Code::InvalidGraph,
                  str("[onnx] graph '", graph.name(), "' inside '", prefix, "': expected ",
                      arguments.size(), " inputs, got ", graph.input_size(), "."));
  for (int i = 0; i < graph.input_size(); ++i)
    scope.values[graph.input(i).name()] = arguments[static_cast<size_t>(i)];
  import_nodes(scope, graph.node(), node_index);
  Outputs outputs;
  for (const auto& output : graph.output())
    outputs.push_back(find(scope, output.name(), ConstantForm::Layer));
  return outputs;
}

Outputs ModelImporter::import_function(Scope& scope, const ::onnx::FunctionProto& function,
                                       const NodeProto& node, int index) {
  Call call;
  for (const auto& attribute : function.attribute_proto())
    call.attributes[attribute.name()] = &attribute;
  for (const auto& attribute : node.attribute()) call.attributes[attribute.name()] = &attribute;
  const std::string own = node.name().empty() ? str(node.op_type(), "_", index) : node.name();
  const Opsets opsets = read_opsets(function.opset_import());
  const Scope no_outer;
  Scope inner;
  inner.outer = &no_outer;
  inner.depth = inner_depth(scope);
  inner.opsets = &opsets;
  inner.prefix = scope.prefix + own + "/";
  for (int i = 0; i < function.input_size(); ++i) {
    if (i < node.input_size() && !node.input(i).empty())
      inner.values[function.input(i)] = find(scope, node.input(i), ConstantForm::Layer);
    else
      call.absent_inputs.insert(function.input(i));
  }
  int64_t bytes = 0;
  for (const NodeProto& each : function.node()) bytes += static_cast<int64_t>(each.ByteSizeLong());
  spend_work(1 + bytes / 1024);
  GraphProto& body = memory_->function_bodies.emplace_back();
  *body.mutable_node() = function.node();
  for (NodeProto& each : *body.mutable_node()) bind_call(each, call);
  for (const std::string& output : function.output()) body.add_output()->set_name(output);
  enter_graph(inner, body);
  import_nodes(inner, body.node(), index);
  Outputs outputs;
  for (const std::string& output : function.output())
    outputs.push_back(inner.values.contains(output) ? inner.values[output] : ir::ValueId{});
  return outputs;
}

}  // namespace trtlike::onnx
