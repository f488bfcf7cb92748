// Reading a node and adding layers and constants for it.
#include "onnx/node_context.h"

#include "core/log.h"
#include "ir/patch.h"
#include "onnx/evaluate.h"
#include "onnx/file/structure.h"
#include "onnx/model_importer.h"
#include "ops/input_error.h"

namespace trtlike::onnx {

using core::str;
using ::onnx::AttributeProto;

NodeContext::NodeContext(ModelImporter& importer, Scope& scope, const ::onnx::NodeProto& proto,
                         int index, int64_t opset, int64_t argument, std::string layer_name)
    : importer_(importer),
      scope_(scope),
      proto_(proto),
      index_(index),
      opset_(opset),
      argument_(argument),
      layer_name_(std::move(layer_name)) {}

ValueId NodeContext::any_input(size_t i) const {
  if (!has_input(i))
    fail(Code::InvalidNode,
         str("expected a tensor as input ", i, ", got none (", num_inputs(), " inputs in all)."));
  return importer_.find(scope_, proto_.input(static_cast<int>(i)), ConstantForm::Layer);
}

void NodeContext::check_tensor(size_t i, ValueId value) const {
  if (!value)
    fail_input(
        Code::UnsupportedNodeInput, i,
        str("expected a tensor, got ", value == kNothing ? "an empty optional." : "a sequence."));
}

ValueId NodeContext::input(size_t i) const {
  const ValueId value = any_input(i);
  check_tensor(i, value);
  return value;
}

ValueId NodeContext::weights(size_t i) const {
  if (!has_input(i)) return input(i);
  const ValueId value =
      importer_.find(scope_, proto_.input(static_cast<int>(i)), ConstantForm::Weights);
  check_tensor(i, value);
  return value;
}

const Sequence& NodeContext::any_sequence(size_t i) const {
  const ValueId value = any_input(i);
  if (value || value == kNothing)
    fail_input(Code::InvalidNode, i,
               str("expected a sequence, got ", value ? "a tensor." : "an empty optional."));
  return importer_.sequence(value);
}

const std::vector<ValueId>& NodeContext::sequence(size_t i) const {
  const Sequence& given = any_sequence(i);
  if (given.open)
    fail_input(
        Code::UnsupportedNodeDynamic, i,
        "expected a sequence that turns of a loop only append to, got one that is read while "
        "the number of turns is computed.");
  if (given.rows)
    fail_input(Code::UnsupportedNodeDynamic, i,
               "expected a sequence whose length is known when the model is parsed, got one that "
               "the run tells.");
  return given.elements;
}

const Sequence& NodeContext::sequence_of(ValueId handle) const {
  return importer_.sequence(handle);
}

bool NodeContext::is_sequence(ValueId value) { return value.index < kNothing.index; }

ValueId NodeContext::add_sequence(Sequence sequence) {
  return importer_.add_sequence(std::move(sequence));
}

ValueId NodeContext::open_sequence() { return importer_.add_open_sequence(); }

std::vector<ValueId> NodeContext::inputs() const {
  std::vector<ValueId> all;
  for (size_t i = 0; i < num_inputs(); ++i) all.push_back(optional_input(i));
  return all;
}

bool NodeContext::wants_output(size_t i) const {
  return i < num_outputs() && scope_.is_read(proto_.output(static_cast<int>(i)));
}

const AttributeProto* NodeContext::find_attribute(std::string_view name) const {
  for (const AttributeProto& attribute : proto_.attribute())
    if (attribute.name() == name) return &attribute;
  return nullptr;
}

const AttributeProto& NodeContext::require_attribute(std::string_view name) const {
  const AttributeProto* attribute = find_attribute(name);
  if (attribute == nullptr) fail_attribute(name, "expected a value, got none.");
  return *attribute;
}

/// Models before IR version 2 leave the kind out.
void NodeContext::check_kind(const AttributeProto& attribute, int expected) const {
  static const char* const names[] = {"nothing",  "a float", "an integer", "a string",
                                      "a tensor", "a graph", "floats",     "integers",
                                      "strings",  "tensors", "graphs",     "a sparse tensor"};
  const int got = attribute.type();
  if (got == expected || got == AttributeProto::UNDEFINED) return;
  fail_attribute(attribute.name(),
                 str("expected ", names[expected], ", got ",
                     got < static_cast<int>(std::size(names)) ? names[got] : "another kind", "."));
}

int64_t NodeContext::get_int(std::string_view name, std::optional<int64_t> fallback) const {
  if (fallback && !has_attribute(name)) return *fallback;
  const AttributeProto& attribute = require_attribute(name);
  check_kind(attribute, AttributeProto::INT);
  return attribute.i();
}

double NodeContext::get_float(std::string_view name, std::optional<double> fallback) const {
  if (fallback && !has_attribute(name)) return *fallback;
  const AttributeProto& attribute = require_attribute(name);
  check_kind(attribute, AttributeProto::FLOAT);
  return static_cast<double>(attribute.f());
}

std::string NodeContext::get_string(std::string_view name,
                                    std::optional<std::string> fallback) const {
  if (fallback && !has_attribute(name)) return *fallback;
  const AttributeProto& attribute = require_attribute(name);
  check_kind(attribute, AttributeProto::STRING);
  return attribute.s();
}

int64_t NodeContext::get_choice(std::string_view name, const std::string& fallback,
                                const std::map<std::string, int64_t>& values) const {
  const std::string given = get_string(name, fallback);
  const auto found = values.find(given);
  if (found != values.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [known, value] : values) names.push_back(known);
  fail_attribute(name, core::str("expected one of ", core::join(names), ", got '", given, "'."));
}

std::vector<int64_t> NodeContext::get_ints(std::string_view name,
                                           std::optional<std::vector<int64_t>> fallback) const {
  if (fallback && !has_attribute(name)) return *fallback;
  const AttributeProto& attribute = require_attribute(name);
  check_kind(attribute, AttributeProto::INTS);
  return {attribute.ints().begin(), attribute.ints().end()};
}

std::vector<double> NodeContext::get_floats(std::string_view name,
                                            std::optional<std::vector<double>> fallback) const {
  if (fallback && !has_attribute(name)) return *fallback;
  const AttributeProto& attribute = require_attribute(name);
  check_kind(attribute, AttributeProto::FLOATS);
  return {attribute.floats().begin(), attribute.floats().end()};
}

std::vector<std::string> NodeContext::get_strings(std::string_view name) const {
  const AttributeProto* attribute = find_attribute(name);
  if (attribute == nullptr) return {};
  check_kind(*attribute, AttributeProto::STRINGS);
  return {attribute->strings().begin(), attribute->strings().end()};
}

const ::onnx::TensorProto& NodeContext::get_tensor(std::string_view name) const {
  const AttributeProto& attribute = require_attribute(name);
  check_kind(attribute, AttributeProto::TENSOR);
  return attribute.t();
}

const ::onnx::GraphProto& NodeContext::get_graph(std::string_view name) const {
  const AttributeProto& attribute = require_attribute(name);
  check_kind(attribute, AttributeProto::GRAPH);
  return attribute.g();
}

const ir::Graph& NodeContext::graph() const { return importer_.graph(); }

std::optional<std::vector<int64_t>> NodeContext::known_ints(ValueId value) const {
  const ir::Value& v = graph().value(value);
  if (v.type.dtype != DataType::Int32 && v.type.dtype != DataType::Int64 &&
      v.type.dtype != DataType::Bool)
    return std::nullopt;
  if (v.host) {
    for (const int64_t element : *v.host)
      if (element == ops::kUnknownElement) return std::nullopt;
    return v.host;
  }
  const auto elements = known_floats(value);
  if (!elements) return std::nullopt;
  return std::vector<int64_t>(elements->begin(), elements->end());
}

std::optional<std::vector<double>> NodeContext::known_floats(ValueId value) const {
  return evaluate(graph(), value);
}

std::vector<int64_t> NodeContext::require_ints(size_t i) const {
  auto elements = known_ints(input(i));
  if (!elements)
    fail_input(Code::UnsupportedNodeDynamic, i,
               "expected elements that are known when the model is parsed, got a computed tensor.");
  return *elements;
}

std::vector<double> NodeContext::require_floats(size_t i) const {
  auto elements = known_floats(input(i));
  if (!elements)
    fail_input(Code::UnsupportedNodeDynamic, i,
               "expected elements that are known when the model is parsed, got a computed tensor.");
  return *elements;
}

int NodeContext::normalize_axis(int64_t axis, int rank) const {
  if (axis < -rank || axis >= rank)
    fail(Code::InvalidNode,
         str("expected an axis between ", -rank, " and ", rank - 1, ", got ", axis, "."));
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

std::string NodeContext::next_layer_name(std::string_view op, std::string_view suffix) {
  if (suffix.empty() && !name_used_) {
    name_used_ = true;
    return importer_.unique_layer_name(layer_name_);
  }
  std::string end(suffix.empty() ? op : suffix);
  for (char& c : end) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return importer_.unique_layer_name(layer_name_ + "_" + end);
}

ValueId NodeContext::add(std::string_view op, const std::vector<ValueId>& inputs,
                         const AttributeList& attributes, std::string_view suffix) {
  return add_many(op, inputs, attributes, suffix).front();
}

std::vector<ValueId> NodeContext::add_many(std::string_view op, const std::vector<ValueId>& inputs,
                                           const AttributeList& attributes,
                                           std::string_view suffix) {
  std::vector<ValueId> present = inputs;
  while (!present.empty() && !present.back()) present.pop_back();
  ir::Graph& graph = importer_.graph();
  try {
    const ir::NodeId id = graph.add_node(op, next_layer_name(op, suffix), present, attributes);
    return graph.node(id).outputs;
  } catch (const ops::InputError& e) {
    // Where the layer's input is one of the node's, it is that which the user knows.
    for (size_t i = 0; i < num_inputs(); ++i)
      if (optional_input(i) && optional_input(i) == present[e.input()])
        fail_input(Code::InvalidNode, i, e.sentence());
    throw;
  }
}

ValueId NodeContext::add_boundary(std::string_view op, const std::vector<ValueId>& inputs,
                                  const AttributeList& attributes) {
  const std::vector<ValueId> outputs = add_many(op, inputs, attributes, op);
  return outputs.empty() ? ValueId{} : outputs.front();
}

int64_t NodeContext::add_loop() { return importer_.graph().add_loop(layer_name_); }

int64_t NodeContext::add_conditional() { return importer_.graph().add_conditional(layer_name_); }

void NodeContext::close_recurrence(ValueId recurrence, ValueId next) {
  ir::Graph& graph = importer_.graph();
  const ir::NodeId node = graph.producer(recurrence);
  graph.set_input(node, 1, next);
  graph.infer_node(node);
}

bool NodeContext::try_import(const std::function<bool()>& import) {
  const ModelImporter::Mark mark = importer_.mark();
  const bool name_used = name_used_;
  if (import()) return true;
  importer_.take_back(mark);
  name_used_ = name_used;
  return false;
}

ValueId NodeContext::add_constant(DataType dtype, const Dims& dims,
                                  const std::vector<double>& elements) {
  return add_constant({dtype, dims, ir::make_constant_data(dtype, elements)});
}

ValueId NodeContext::add_constant(const TensorData& tensor) {
  return importer_.add_constant(importer_.unique_layer_name(layer_name_ + "_constant"), tensor,
                                ConstantForm::Layer);
}

ValueId NodeContext::add_weights(DataType dtype, const Dims& dims,
                                 const std::vector<double>& elements) {
  return add_weights({dtype, dims, ir::make_constant_data(dtype, elements)});
}

ValueId NodeContext::add_weights(const TensorData& tensor) {
  return importer_.add_constant(layer_name_ + "_weights", tensor, ConstantForm::Weights);
}

ValueId NodeContext::add_constant_ints(const std::vector<int64_t>& elements) {
  const size_t bytes = elements.size() * sizeof(int64_t);
  const auto owned = std::make_shared<const std::vector<int64_t>>(elements);
  return add_constant({DataType::Int64,
                       {static_cast<int64_t>(elements.size())},
                       {std::shared_ptr<const void>(owned, owned->data()), bytes}});
}

ValueId NodeContext::scalar_like(ValueId like, double element) {
  return add_constant(dtype(like), Dims::filled(rank(like), 1), {element});
}

TensorReader& NodeContext::tensors() { return importer_.tensors(); }

Outputs NodeContext::import_graph(const ::onnx::GraphProto& graph,
                                  const std::vector<ValueId>& arguments, const std::string& part) {
  return importer_.import_subgraph(scope_, graph, arguments, layer_name_ + "/" + part, index_);
}

void NodeContext::spend_work(int64_t units) { importer_.spend_work(units); }

std::string NodeContext::describe() const { return describe_node(proto_, index_); }

void NodeContext::fail(Code code, const std::string& sentence, std::source_location where) const {
  throw Failure(code, str("[onnx] ", describe(), ": ", sentence), where);
}

void NodeContext::fail_input(Code code, size_t i, const std::string& sentence,
                             std::source_location where) const {
  const std::string name =
      i < num_inputs() ? str(" '", proto_.input(static_cast<int>(i)), "'") : "";
  throw Failure(code, str("[onnx] ", describe(), ", input ", i, name, ": ", sentence), where);
}

void NodeContext::fail_attribute(std::string_view name, const std::string& sentence,
                                 std::source_location where) const {
  throw Failure(Code::UnsupportedNodeAttr,
                str("[onnx] ", describe(), ", attribute '", name, "': ", sentence), where);
}

void NodeContext::check_rank(size_t i, int expected) const {
  const Dims& got = dims(input(i));
  if (got.rank() != expected)
    fail_input(Code::InvalidNode, i,
               str("expected rank ", expected, ", got rank ", got.rank(), " with shape ",
                   got.to_string(), "."));
}

void NodeContext::warn(const std::string& sentence) const {
  core::log(importer_.logger(), Severity::Warning, "[onnx] ", describe(), ": ", sentence);
}

}  // namespace trtlike::onnx
