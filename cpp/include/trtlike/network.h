// A network under construction: tensors, layers, and the definition that holds them. Thin handles
// on the graph.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trtlike/types.h"

namespace trtlike {

namespace ir {
class NetworkState;
}

class Layer;

/// A tensor of a network. A handle: copies denote the same tensor; the network stays alive while a
/// handle does.
class Tensor {
 public:
  Tensor() = default;
  Tensor(std::shared_ptr<ir::NetworkState> state, int32_t value)
      : state_(std::move(state)), value_(value) {}

  explicit operator bool() const { return state_ != nullptr; }
  bool operator==(const Tensor& other) const {
    return state_ == other.state_ && value_ == other.value_;
  }
  const std::string& name() const;
  /// Throws UserError when another tensor already has the name.
  void set_name(const std::string& name);
  DataType dtype() const;
  void set_dtype(DataType dtype);
  /// Extents; -1 where they are known at run time only.
  Dims shape() const;
  /// Network inputs only; throws UserError elsewhere.
  void set_shape(const Dims& shape);
  bool is_network_input() const;
  bool is_network_output() const;
  /// True when the elements are needed to compute shapes.
  bool is_shape_tensor() const;
  bool is_execution_tensor() const;
  void set_dimension_name(int index, const std::string& name);
  std::string dimension_name(int index) const;
  /// Bit mask of 1 << TensorFormat; network inputs and outputs obey it.
  uint32_t allowed_formats() const;
  void set_allowed_formats(uint32_t mask);
  std::optional<std::pair<float, float>> dynamic_range() const;
  void set_dynamic_range(float min, float max);
  void reset_dynamic_range();

  int32_t id() const { return value_; }
  const std::shared_ptr<ir::NetworkState>& state() const { return state_; }

 private:
  std::shared_ptr<ir::NetworkState> state_;
  int32_t value_ = -1;
};

/// A layer of a network: an operation with inputs, outputs and attributes.
class Layer {
 public:
  Layer() = default;
  Layer(std::shared_ptr<ir::NetworkState> state, int32_t node)
      : state_(std::move(state)), node_(node) {}

  explicit operator bool() const { return state_ != nullptr; }
  bool operator==(const Layer& other) const {
    return state_ == other.state_ && node_ == other.node_;
  }
  const std::string& name() const;
  void set_name(const std::string& name);
  const std::string& metadata() const;
  void set_metadata(const std::string& metadata);
  /// TensorRT's LayerType value.
  int32_t type() const;
  /// The operation's name, for instance "Convolution".
  std::string_view op() const;

  int num_inputs() const;
  int num_outputs() const;
  /// An empty handle for an absent optional input or an index out of range.
  Tensor input(int index) const;
  Tensor output(int index) const;
  void set_input(int index, const Tensor& tensor);

  /// Throws UserError naming the layer's attributes when `name` is none of them.
  AttributeValue attribute(std::string_view name) const;
  void set_attribute(std::string_view name, AttributeValue value);

  /// The constant at input `index` (a kernel, a bias, ...); count 0 when that input is absent or
  /// not constant.
  Weights constant_input(int index) const;
  Dims constant_input_dims(int index) const;
  /// Replaces input `index` by a constant.
  void set_constant_input(int index, const Dims& dims, const Weights& weights);

  std::optional<DataType> precision() const;
  void set_precision(DataType dtype);
  void reset_precision();
  std::optional<DataType> output_type(int index) const;
  void set_output_type(int index, DataType dtype);
  void reset_output_type(int index);

  int32_t id() const { return node_; }

 private:
  std::shared_ptr<ir::NetworkState> state_;
  int32_t node_ = -1;
};

/// A network definition. Shapes and types are inferred as layers are added; a layer that cannot be
/// is refused at once.
class Network {
 public:
  explicit Network(uint32_t flags = 0);
  explicit Network(std::shared_ptr<ir::NetworkState> state) : state_(std::move(state)) {}

  std::string name() const;
  void set_name(const std::string& name);
  uint32_t flags() const;

  /// Throws UserError when the name is taken or an extent is below -1.
  Tensor add_input(const std::string& name, DataType dtype, const Dims& dims);
  /// Adds a layer by the name of its operation. `inputs` may hold empty handles for absent optional
  /// inputs. Throws UserError naming the layer and the argument when the operation refuses them.
  Layer add_layer(std::string_view op, const std::vector<Tensor>& inputs,
                  const std::map<std::string, AttributeValue>& attributes = {});
  Layer add_constant(const Dims& dims, const Weights& weights);

  void mark_output(const Tensor& tensor);
  void unmark_output(const Tensor& tensor);
  void remove_tensor(const Tensor& tensor);

  int num_inputs() const;
  int num_outputs() const;
  int num_layers() const;
  Tensor input(int index) const;
  Tensor output(int index) const;
  /// Layers in the order in which they were added.
  Layer layer(int index) const;

  /// The whole graph as text, one node a line.
  std::string to_string() const;

  const std::shared_ptr<ir::NetworkState>& state() const { return state_; }

 private:
  std::shared_ptr<ir::NetworkState> state_;
};

}  // namespace trtlike
