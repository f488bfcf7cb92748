// ONNX models for tests, built in memory; parsing and running them.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "ir/network_state.h"
#include "onnx.pb.h"
#include "support/run_graph.h"
#include "trtlike/onnx_parser.h"

namespace trtlike::test {

inline constexpr int kFloat = ::onnx::TensorProto::FLOAT;
inline constexpr int kInt64 = ::onnx::TensorProto::INT64;

/// The last added node, for attributes.
class NodeBuilder {
 public:
  explicit NodeBuilder(::onnx::NodeProto* node) : node_(node) {}

  NodeBuilder& name(const std::string& name) {
    node_->set_name(name);
    return *this;
  }
  NodeBuilder& domain(const std::string& domain) {
    node_->set_domain(domain);
    return *this;
  }
  NodeBuilder& attribute(const std::string& name, int64_t value) {
    ::onnx::AttributeProto& a = add(name, ::onnx::AttributeProto::INT);
    a.set_i(value);
    return *this;
  }
  NodeBuilder& attribute(const std::string& name, float value) {
    add(name, ::onnx::AttributeProto::FLOAT).set_f(value);
    return *this;
  }
  NodeBuilder& attribute(const std::string& name, const char* value) {
    add(name, ::onnx::AttributeProto::STRING).set_s(value);
    return *this;
  }
  NodeBuilder& attribute(const std::string& name, const std::vector<int64_t>& values) {
    ::onnx::AttributeProto& a = add(name, ::onnx::AttributeProto::INTS);
    for (const int64_t value : values) a.add_ints(value);
    return *this;
  }
  NodeBuilder& attribute(const std::string& name, const std::vector<float>& values) {
    ::onnx::AttributeProto& a = add(name, ::onnx::AttributeProto::FLOATS);
    for (const float value : values) a.add_floats(value);
    return *this;
  }
  NodeBuilder& attribute(const std::string& name, const std::vector<std::string>& values) {
    ::onnx::AttributeProto& a = add(name, ::onnx::AttributeProto::STRINGS);
    for (const std::string& value : values) a.add_strings(value);
    return *this;
  }
  NodeBuilder& attribute(const std::string& name, const ::onnx::GraphProto& graph) {
    *add(name, ::onnx::AttributeProto::GRAPH).mutable_g() = graph;
    return *this;
  }
  NodeBuilder& attribute(const std::string& name, const ::onnx::TensorProto& tensor) {
    *add(name, ::onnx::AttributeProto::TENSOR).mutable_t() = tensor;
    return *this;
  }

 private:
  ::onnx::AttributeProto& add(const std::string& name, ::onnx::AttributeProto::AttributeType type) {
    ::onnx::AttributeProto& attribute = *node_->add_attribute();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
  }

  ::onnx::NodeProto* node_;
};

inline ::onnx::TensorProto float_tensor(const std::string& name, const std::vector<int64_t>& dims,
                                        const std::vector<float>& elements) {
  ::onnx::TensorProto tensor;
  tensor.set_name(name);
  tensor.set_data_type(kFloat);
  for (const int64_t extent : dims) tensor.add_dims(extent);
  for (const float element : elements) tensor.add_float_data(element);
  return tensor;
}

inline ::onnx::TensorProto int_tensor(const std::string& name, const std::vector<int64_t>& dims,
                                      const std::vector<int64_t>& elements) {
  ::onnx::TensorProto tensor;
  tensor.set_name(name);
  tensor.set_data_type(kInt64);
  for (const int64_t extent : dims) tensor.add_dims(extent);
  for (const int64_t element : elements) tensor.add_int64_data(element);
  return tensor;
}

class ModelBuilder {
 public:
  explicit ModelBuilder(int64_t opset = 17) {
    model_.set_ir_version(8);
    model_.add_opset_import()->set_version(opset);
    graph().set_name("test");
  }

  /// Extents: a number, or a name for one that is not known.
  ModelBuilder& input(const std::string& name, const std::vector<std::string>& dims,
                      int type = kFloat) {
    describe(*graph().add_input(), name, type);
    auto& shape = *graph()
                       .mutable_input(graph().input_size() - 1)
                       ->mutable_type()
                       ->mutable_tensor_type()
                       ->mutable_shape();
    for (const std::string& dim : dims) {
      auto& entry = *shape.add_dim();
      if (!dim.empty() && (std::isdigit(static_cast<unsigned char>(dim[0])) != 0))
        entry.set_dim_value(std::stoll(dim));
      else
        entry.set_dim_param(dim);
    }
    return *this;
  }
  ModelBuilder& output(const std::string& name) {
    describe(*graph().add_output(), name, kFloat);
    return *this;
  }
  ModelBuilder& initializer(const ::onnx::TensorProto& tensor) {
    *graph().add_initializer() = tensor;
    return *this;
  }
  NodeBuilder node(const std::string& op, const std::vector<std::string>& inputs,
                   const std::vector<std::string>& outputs) {
    ::onnx::NodeProto& node = *graph().add_node();
    node.set_op_type(op);
    for (const std::string& input : inputs) node.add_input(input);
    for (const std::string& output : outputs) node.add_output(output);
    return NodeBuilder(&node);
  }

  ::onnx::ModelProto& model() { return model_; }
  ::onnx::GraphProto& graph() { return *model_.mutable_graph(); }
  std::string bytes() const { return model_.SerializeAsString(); }

 private:
  static void describe(::onnx::ValueInfoProto& info, const std::string& name, int type) {
    info.set_name(name);
    info.mutable_type()->mutable_tensor_type()->set_elem_type(type);
  }

  ::onnx::ModelProto model_;
};

/// A parser and its network.
struct Parsed {
  Network network;
  OnnxParser parser{network, nullptr};
  bool ok = false;

  explicit Parsed(const std::string& bytes, const std::string& path = "") {
    ok = parser.parse(bytes, path);
  }
  explicit Parsed(const ModelBuilder& model) : Parsed(model.bytes()) {}

  const ir::Graph& graph() const { return NetworkAccess::state(network)->graph; }
  /// All errors, one a line.
  std::string errors() const {
    std::string text;
    for (int i = 0; i < parser.num_errors(); ++i) text += parser.error(i).to_string() + "\n";
    return text;
  }
};

/// Elements of the first output of a model of float inputs, given in order.
inline std::vector<double> run_model(const ModelBuilder& model,
                                     const std::vector<ops::OwnedTensor>& inputs,
                                     Dims* dims = nullptr) {
  const Parsed parsed(model);
  EXPECT_TRUE(parsed.ok) << parsed.errors();
  if (!parsed.ok) return {};
  const ir::Graph& graph = parsed.graph();
  graph.verify();
  std::map<std::string, ops::OwnedTensor> named;
  for (size_t i = 0; i < inputs.size(); ++i) named[graph.value(graph.inputs()[i]).name] = inputs[i];
  const auto outputs = run_graph(graph, named);
  const core::TensorView& view = outputs.at(graph.value(graph.outputs()[0]).name).view;
  if (dims != nullptr) *dims = view.dims;
  std::vector<double> elements;
  for (int64_t i = 0; i < view.elems(); ++i) elements.push_back(view.at(i));
  return elements;
}

}  // namespace trtlike::test
