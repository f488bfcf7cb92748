// The walk over a model's nodes: scopes, constants, names and failures.
#include "onnx/model_importer.h"

#include <algorithm>

#include "core/check.h"
#include "core/log.h"
#include "ir/recipe.h"
#include "onnx/file/model_file.h"
#include "onnx/file/refused.h"
#include "onnx/file/structure.h"
#include "onnx/node_context.h"

namespace trtlike::onnx {

using core::str;
using ::onnx::NodeProto;

namespace {

constexpr int64_t kOldestOpset = 7;
/// Nodes, iterations and kilobytes that unrolling and inlining may add: seconds of import.
constexpr int64_t kMaxWork = 100'000;
/// Functions that call functions.
constexpr size_t kMaxFunctionDepth = 64;

std::string domain_of(const NodeProto& node) {
  return node.domain() == "ai.onnx" ? "" : node.domain();
}

int64_t opset_of(const Opsets& opsets, const NodeProto& node) {
  const auto found = opsets.find(domain_of(node));
  return found == opsets.end() ? 1 : found->second;
}

/// Constants made for shapes that in the end became attributes.
bool is_unused_constant(const ir::Value& value) {
  return value.alive && value.constant && value.users.empty() && !value.is_output;
}

}  // namespace

Opsets read_opsets(const google::protobuf::RepeatedPtrField<::onnx::OperatorSetIdProto>& imports) {
  Opsets opsets;
  for (const auto& opset : imports)
    opsets[opset.domain() == "ai.onnx" ? "" : opset.domain()] = opset.version();
  if (opsets.empty()) opsets[""] = 1;
  return opsets;
}

ModelImporter::ModelImporter(ir::Graph& graph, std::shared_ptr<const ::onnx::ModelProto> model,
                             const std::string& folder, Logger* logger)
    : graph_(graph),
      memory_(std::make_shared<ModelMemory>(std::move(model))),
      logger_(logger),
      tensors_(memory_, folder),
      opsets_(read_opsets(memory_->model->opset_import())) {
  for (const auto& function : memory_->model->functions())
    functions_[{function.domain(), function.name()}] = &function;
  for (const ir::NodeId id : graph_.nodes()) layer_names_.insert(graph_.node(id).name);
}

void ModelImporter::run(std::vector<ParserError>& errors) {
  errors_ = &errors;
  const ::onnx::GraphProto& graph = memory_->model->graph();
  const auto opset = opsets_.find("");
  if (opset != opsets_.end() && opset->second < kOldestOpset)
    core::log(logger_, Severity::Warning, "[onnx] model: expected an opset between ", kOldestOpset,
              " and ", kNewestOpset, ", got ", opset->second,
              ". Operators are imported as far as they are known.");
  const size_t before = errors.size();
  for (ParserError& error : check_structure(graph)) {
    core::log(logger_, Severity::Error, error.description);
    errors.push_back(std::move(error));
  }
  check_operators(graph, opsets_, -1);
  if (errors.size() != before) return;

  graph_.name = graph.name();
  Scope scope;
  scope.opsets = &opsets_;
  enter_graph(scope, graph);
  add_inputs(scope);
  import_nodes(scope, graph.node(), -1);
  if (errors.size() == before) mark_outputs(scope);
  drop_unused_constants();
}

const ::onnx::FunctionProto* ModelImporter::find_function(const NodeProto& node) const {
  const auto found = functions_.find({node.domain(), node.op_type()});
  return found == functions_.end() ? nullptr : found->second;
}

void ModelImporter::check_operators(const ::onnx::GraphProto& graph, const Opsets& opsets,
                                    int outer_node) {
  for (int i = 0; i < graph.node_size(); ++i) check_operator(graph.node(i), opsets, i, outer_node);
}

void ModelImporter::check_operator(const NodeProto& node, const Opsets& opsets, int index,
                                   int outer_node) {
  const int reported = outer_node < 0 ? index : outer_node;
  for_each_subgraph(
      node, [&](const ::onnx::GraphProto& graph) { check_operators(graph, opsets, reported); });
  if (const auto* function = find_function(node)) {
    if (open_functions_.contains(function))
      return report(
          Failure(Code::InvalidGraph, str("[onnx] ", describe_node(node, index),
                                          ": expected functions that do not call themselves, got '",
                                          function->name(), "' inside itself.")),
          &node, index, outer_node);
    if (!checked_functions_.insert(function).second) return;
    if (open_functions_.size() >= kMaxFunctionDepth)
      return report(Failure(Code::UnsupportedGraph,
                            str("[onnx] ", describe_node(node, index), ": expected at most ",
                                kMaxFunctionDepth, " functions inside each other, got more.")),
                    &node, index, outer_node);
    open_functions_.insert(function);
    const Opsets inner = read_opsets(function->opset_import());
    for (int i = 0; i < function->node_size(); ++i)
      check_operator(function->node(i), inner, i, reported);
    open_functions_.erase(function);
    return;
  }
  if (find_importer(domain_of(node), node.op_type()) != nullptr) return;
  const std::string_view reason = reason_for_refusal(domain_of(node), node.op_type());
  report(Failure(Code::UnsupportedNode,
                 str("[onnx] ", describe_node(node, index), ": expected an operator that can be ",
                     "imported, got '", node.op_type(), "' of domain '",
                     node.domain().empty() ? "ai.onnx" : node.domain(), "', opset ",
                     opset_of(opsets, node), ".", reason.empty() ? "" : " ", reason)),
         &node, index, outer_node);
}

namespace {

/// What other failures say of themselves is not for users.
std::string describe(const std::exception& failure) {
  if (dynamic_cast<const Failure*>(&failure) != nullptr) return failure.what();
  return core::describe(failure);
}

}  // namespace

void ModelImporter::report(const std::exception& failure, const NodeProto* node, int index,
                           int outer_node) {
  ParserError error;
  error.description = describe(failure);
  error.node = outer_node < 0 ? index : outer_node;
  error.func = "import";
  error.file = "onnx";
  error.code = Code::InternalError;
  if (const auto* known = dynamic_cast<const Failure*>(&failure)) {
    error.code = known->code();
    error.file = known->where().file_name();
    error.line = static_cast<int>(known->where().line());
    error.func = known->function();
  } else if (dynamic_cast<const UserError*>(&failure) != nullptr) {
    error.code = Code::InvalidNode;
  } else if (dynamic_cast<const UnsupportedError*>(&failure) != nullptr) {
    error.code = Code::UnsupportedNode;
  } else if (dynamic_cast<const std::bad_alloc*>(&failure) != nullptr) {
    error.code = Code::MemAllocFailed;
  }
  if (node != nullptr) {
    error.node_name = node->name();
    error.node_operator = node->op_type();
    if (error.description.rfind("[onnx]", 0) != 0)
      error.description = str("[onnx] ", describe_node(*node, index), ": ", error.description);
  }
  core::log(logger_, Severity::Error, error.description);
  errors_->push_back(std::move(error));
}

void ModelImporter::import_nodes(Scope& scope,
                                 const google::protobuf::RepeatedPtrField<NodeProto>& nodes,
                                 int outer_node) {
  const std::vector<int> order = order_of_use(nodes);
  if (!std::is_sorted(order.begin(), order.end()))
    core::log(logger_, Severity::Info, "[onnx] nodes of '",
              scope.prefix.empty() ? "the graph" : scope.prefix,
              "' are taken in the order of their use, which is not that of the model.");
  for (const int i : order) import_node(scope, nodes.Get(i), i, outer_node);
}

void ModelImporter::import_node(Scope& scope, const NodeProto& node, int index, int outer_node) {
  const auto fail_outputs = [&] {
    for (const std::string& output : node.output()) scope.failed.insert(output);
  };
  for (const std::string& input : node.input())
    if (!input.empty() && scope.is_failed(input)) return fail_outputs();
  if (define_constant(scope, node)) return;
  try {
    if (scope.depth > 0) spend_work(1);
    const ::onnx::FunctionProto* function = find_function(node);
    const Outputs outputs = function != nullptr ? import_function(scope, *function, node, index)
                                                : import_operator(scope, node, index);
    bind_outputs(scope, node, outputs, index);
  } catch (const std::exception& failure) {
    fail_outputs();
    // Inside another node's graph the failure is that node's.
    if (scope.outer != nullptr) throw;
    report(failure, &node, index, outer_node);
  }
}

void ModelImporter::spend_work(int64_t units) {
  work_ += std::min(units, kMaxWork + 1);
  if (work_ > kMaxWork)
    throw Failure(Code::UnsupportedGraph,
                  str("[onnx] model: expected loops unrolled and functions inlined to add at most ",
                      kMaxWork, " nodes, iterations and kilobytes, got more."));
}

bool ModelImporter::define_constant(Scope& scope, const NodeProto& node) {
  if (!domain_of(node).empty() || node.output_size() != 1) return false;
  const std::string& output = node.output(0);
  if (node.op_type() == "Identity" && node.input_size() == 1) {
    if (!scope.is_initializer(node.input(0))) return false;
    const auto known = scope.aliases.find(node.input(0));
    scope.aliases[output] = known == scope.aliases.end() ? node.input(0) : known->second;
    return true;
  }
  if (node.op_type() != "Constant" || node.attribute_size() != 1) return false;
  const ::onnx::AttributeProto& attribute = node.attribute(0);
  if (attribute.name() != "value" || !attribute.has_t()) return false;
  scope.initializers[output] = &attribute.t();
  return true;
}

Outputs ModelImporter::import_operator(Scope& scope, const NodeProto& node, int index) {
  const Importer* importer = find_importer(domain_of(node), node.op_type());
  const std::string own = node.name().empty() ? str(node.op_type(), "_", index) : node.name();
  NodeContext context(*this, scope, node, index, opset_of(*scope.opsets, node), importer->argument,
                      scope.prefix + own);
  return importer->import(context);
}

void ModelImporter::bind_outputs(Scope& scope, const NodeProto& node, const Outputs& outputs,
                                 int index) {
  std::vector<ir::ValueId>* kept = nullptr;
  if (scope.outer == nullptr && !node.name().empty()) kept = &layer_outputs_[node.name()];
  for (int i = 0; i < node.output_size(); ++i) {
    const std::string& name = node.output(i);
    if (name.empty()) continue;
    if (static_cast<size_t>(i) < outputs.size() && outputs[static_cast<size_t>(i)].index < -1) {
      scope.values[name] = outputs[static_cast<size_t>(i)];
      continue;
    }
    if (static_cast<size_t>(i) >= outputs.size() || !outputs[static_cast<size_t>(i)]) {
      if (scope.is_read(name))
        throw Failure(Code::UnsupportedNode,
                      str("[onnx] ", describe_node(node, index), ", output ", i, " '", name,
                          "': expected no reader, got one. This output cannot be computed."));
      continue;
    }
    ir::ValueId value = outputs[static_cast<size_t>(i)];
    if (named_.contains(value))
      value = graph_.add("Identity", unique_layer_name(scope.prefix + name), {value});
    name_value(value, scope.prefix + name);
    scope.values[name] = value;
    if (kept != nullptr) {
      kept->resize(static_cast<size_t>(i));
      kept->push_back(value);
    }
  }
}

void ModelImporter::name_value(ir::ValueId value, const std::string& name) {
  const ir::ValueId holder = graph_.find_value(name);
  if (holder == value) {
    named_.insert(value);
    return;
  }
  if (holder && named_.contains(holder)) {
    graph_.rename_value(value, graph_.unique_value_name(name));
  } else {
    if (holder) graph_.rename_value(holder, graph_.unique_value_name(name));
    graph_.rename_value(value, name);
  }
  named_.insert(value);
}

ir::ValueId ModelImporter::add_constant(const std::string& name, const TensorData& tensor,
                                        ConstantForm form) {
  ir::ValueId value;
  if (form == ConstantForm::Weights) {
    value =
        graph_.add_constant(graph_.unique_value_name(name), tensor.dtype, tensor.dims, tensor.data);
  } else {
    const ir::NodeId node = graph_.add_constant_node(name, tensor.dtype, tensor.dims, tensor.data);
    value = graph_.node(node).outputs[0];
  }
  constants_.push_back(value);
  return value;
}

ir::ValueId ModelImporter::find(Scope& scope, const std::string& name, ConstantForm form) {
  for (Scope* at = &scope; at != nullptr; at = const_cast<Scope*>(at->outer)) {
    const auto found = at->values.find(name);
    if (found != at->values.end()) return found->second;
    const auto alias = at->aliases.find(name);
    if (alias != at->aliases.end()) return find(*at, alias->second, form);
    TensorData tensor;
    if (const auto dense = at->initializers.find(name); dense != at->initializers.end()) {
      tensor = tensors_.read(*dense->second);
    } else if (const auto sparse = at->sparse_initializers.find(name);
               sparse != at->sparse_initializers.end()) {
      tensor = tensors_.read_sparse(*sparse->second);
    } else {
      continue;
    }
    const std::string full = at->prefix + name;
    tensor.data.recipe = ir::make_weights_recipe(full, {tensor.dtype, tensor.dims});
    const ir::ValueId value =
        add_constant(form == ConstantForm::Layer ? unique_layer_name(full) : full, tensor, form);
    name_value(value, full);
    at->values[name] = value;
    return value;
  }
  throw Failure(Code::InvalidGraph,
                str("[onnx] tensor '", name,
                    "': expected a node, input or initializer of this name, got none."));
}

ir::ValueId ModelImporter::add_sequence(Sequence sequence) {
  sequences_.push_back(std::move(sequence));
  return {kNothing.index - static_cast<int32_t>(sequences_.size())};
}

ir::ValueId ModelImporter::add_open_sequence() {
  const ir::ValueId handle = add_sequence({});
  sequences_.back().open = handle;
  return handle;
}

const Sequence& ModelImporter::sequence(ir::ValueId handle) const {
  return sequences_[static_cast<size_t>(kNothing.index - 1 - handle.index)];
}

std::string ModelImporter::unique_layer_name(const std::string& wanted) {
  if (layer_names_.insert(wanted).second) return wanted;
  for (int& i = taken_numbers_[wanted];;) {
    std::string candidate = str(wanted, "_", ++i);
    if (layer_names_.insert(candidate).second) return candidate;
  }
}

void ModelImporter::drop_unused_constants() {
  for (const ir::ValueId id : constants_) {
    const ir::Value& value = graph_.value(id);
    if (!is_unused_constant(value)) continue;
    if (value.producer)
      graph_.remove_node(value.producer);
    else
      graph_.remove_value(id);
  }
  for (auto& [name, values] : layer_outputs_)
    for (ir::ValueId& value : values)
      if (value && !graph_.value(value).alive) value = {};
}

}  // namespace trtlike::onnx
