// What the importer of one operator sees: the ONNX node (inputs, attributes with defaults) and the
// graph under construction (adding layers and constants, looking at types and known elements).
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.h"
#include "onnx.pb.h"
#include "onnx/file/failure.h"
#include "onnx/file/tensor_data.h"
#include "onnx/registry.h"

namespace trtlike::onnx {

class ModelImporter;
struct Scope;

using ir::AttributeList;
using ir::ValueId;

class NodeContext {
 public:
  NodeContext(ModelImporter& importer, Scope& scope, const ::onnx::NodeProto& proto, int index,
              int64_t opset, int64_t argument, std::string layer_name);

  const std::string& op_type() const { return proto_.op_type(); }
  /// Version of the operator set of the node's domain.
  int64_t opset() const { return opset_; }
  int64_t argument() const { return argument_; }

  size_t num_inputs() const { return static_cast<size_t>(proto_.input_size()); }
  size_t num_outputs() const { return static_cast<size_t>(proto_.output_size()); }
  bool has_input(size_t i) const {
    return i < num_inputs() && !proto_.input(static_cast<int>(i)).empty();
  }
  /// Fails when the input is absent.
  ValueId input(size_t i) const;
  /// None when the input is absent.
  ValueId optional_input(size_t i) const { return has_input(i) ? input(i) : ValueId{}; }
  /// The same for a layer's kernel, bias and so on: a constant among them gets no layer of its own.
  ValueId weights(size_t i) const;
  ValueId optional_weights(size_t i) const { return has_input(i) ? weights(i) : ValueId{}; }
  /// A tensor, a sequence, or kNothing.
  ValueId any_input(size_t i) const;
  /// The elements of a sequence; fails when the input is a tensor, or when their number is not
  /// known now.
  const std::vector<ValueId>& sequence(size_t i) const;
  /// A sequence of any kind; fails when the input is a tensor.
  const Sequence& any_sequence(size_t i) const;
  const Sequence& sequence_of(ValueId handle) const;
  static bool is_sequence(ValueId value);
  /// A handle on a sequence, to return as an output.
  ValueId add_sequence(Sequence sequence);
  ValueId make_sequence(std::vector<ValueId> elements) {
    return add_sequence({.elements = std::move(elements), .rows = {}, .open = {}});
  }
  /// The sequence that a turn gets.
  ValueId open_sequence();
  /// All inputs, with none for the absent ones.
  std::vector<ValueId> inputs() const;
  /// True when something reads output `i`.
  bool wants_output(size_t i) const;

  bool has_attribute(std::string_view name) const { return find_attribute(name) != nullptr; }
  int64_t get_int(std::string_view name, std::optional<int64_t> fallback = {}) const;
  double get_float(std::string_view name, std::optional<double> fallback = {}) const;
  std::string get_string(std::string_view name, std::optional<std::string> fallback = {}) const;
  /// The number that a string attribute stands for. Throws Failure listing the names for another.
  int64_t get_choice(std::string_view name, const std::string& fallback,
                     const std::map<std::string, int64_t>& values) const;
  std::vector<int64_t> get_ints(std::string_view name,
                                std::optional<std::vector<int64_t>> fallback = {}) const;
  std::vector<double> get_floats(std::string_view name,
                                 std::optional<std::vector<double>> fallback = {}) const;
  /// Empty when there is no such attribute.
  std::vector<std::string> get_strings(std::string_view name) const;
  const ::onnx::TensorProto& get_tensor(std::string_view name) const;
  const ::onnx::GraphProto& get_graph(std::string_view name) const;
  const ::onnx::AttributeProto* find_attribute(std::string_view name) const;
  const ::onnx::NodeProto& proto() const { return proto_; }

  const ir::Graph& graph() const;
  const Dims& dims(ValueId value) const { return graph().value(value).type.dims; }
  DataType dtype(ValueId value) const { return graph().value(value).type.dtype; }
  int rank(ValueId value) const { return dims(value).rank(); }
  bool is_constant(ValueId value) const { return graph().value(value).constant.has_value(); }
  /// Elements of an integer or boolean value when every one is known.
  std::optional<std::vector<int64_t>> known_ints(ValueId value) const;
  /// Elements of any small value that follows from constants and known shapes.
  std::optional<std::vector<double>> known_floats(ValueId value) const;
  /// The elements of an input that must be known now; fails naming it otherwise.
  std::vector<int64_t> require_ints(size_t input) const;
  std::vector<double> require_floats(size_t input) const;
  /// The axis counted from the front; fails when it is out of range.
  int normalize_axis(int64_t axis, int rank) const;

  /// Adds a layer with one output. The first one without a suffix gets the node's name.
  ValueId add(std::string_view op, const std::vector<ValueId>& inputs,
              const AttributeList& attributes = {}, std::string_view suffix = "");
  /// All outputs of a new layer.
  std::vector<ValueId> add_many(std::string_view op, const std::vector<ValueId>& inputs,
                                const AttributeList& attributes = {}, std::string_view suffix = "");
  ValueId add_constant(DataType dtype, const Dims& dims, const std::vector<double>& elements);
  ValueId add_constant(const TensorData& tensor);
  /// A constant without a layer of its own.
  ValueId add_weights(DataType dtype, const Dims& dims, const std::vector<double>& elements);
  ValueId add_weights(const TensorData& tensor);
  ValueId add_constant_ints(const std::vector<int64_t>& elements);
  /// A constant of one element, of the type of `like` and of its rank.
  ValueId scalar_like(ValueId like, double element);

  TensorReader& tensors();
  /// Imports a graph attribute in place; `arguments` are the values of its inputs, `part` tells its
  /// layers from those of the node's other graphs and iterations.
  Outputs import_graph(const ::onnx::GraphProto& graph, const std::vector<ValueId>& arguments,
                       const std::string& part);

  /// A layer at the end of a loop or conditional; its output, none where it has none.
  ValueId add_boundary(std::string_view op, const std::vector<ValueId>& inputs,
                       const AttributeList& attributes);
  int64_t add_loop();
  int64_t add_conditional();
  /// The value that the next turn gets; the recurrence's output is inferred again.
  void close_recurrence(ValueId recurrence, ValueId next);
  /// What `import` returns. Where that is false, the layers that it added are taken back.
  bool try_import(const std::function<bool()>& import);
  /// Counts layers and the like that one node turns into; fails when they are far too many.
  void spend_work(int64_t units);

  /// "node 'conv1' (Conv)".
  std::string describe() const;
  [[noreturn]] void fail(Code code, const std::string& sentence,
                         std::source_location where = std::source_location::current()) const;
  [[noreturn]] void fail_input(Code code, size_t input, const std::string& sentence,
                               std::source_location where = std::source_location::current()) const;
  [[noreturn]] void fail_attribute(
      std::string_view name, const std::string& sentence,
      std::source_location where = std::source_location::current()) const;
  /// Fails unless input `i` has this rank.
  void check_rank(size_t i, int expected) const;
  void warn(const std::string& sentence) const;

 private:
  void check_tensor(size_t input, ValueId value) const;
  const ::onnx::AttributeProto& require_attribute(std::string_view name) const;
  void check_kind(const ::onnx::AttributeProto& attribute, int expected) const;
  std::string next_layer_name(std::string_view op, std::string_view suffix);

  ModelImporter& importer_;
  Scope& scope_;
  const ::onnx::NodeProto& proto_;
  int index_;
  int64_t opset_;
  int64_t argument_;
  std::string layer_name_;
  bool name_used_ = false;
};

}  // namespace trtlike::onnx
