// Tensors and layers of a network under construction: handles, whose copies denote the same thing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "trtlike/enums/layer_enums.h"
#include "trtlike/types.h"

namespace trtlike {

/// What a network is made of; the library's own.
class NetworkState;

/// A tensor of a network. A handle: copies denote the same tensor; the network stays alive while a
/// handle does.
class Tensor {
 public:
  Tensor() = default;

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

 private:
  friend struct NetworkAccess;
  Tensor(std::shared_ptr<NetworkState> state, int32_t value)
      : state_(std::move(state)), value_(value) {}

  std::shared_ptr<NetworkState> state_;
  int32_t value_ = -1;
};

/// A layer of a network: an operation with inputs, outputs and attributes.
class Layer {
 public:
  Layer() = default;

  explicit operator bool() const { return state_ != nullptr; }
  bool operator==(const Layer& other) const {
    return state_ == other.state_ && node_ == other.node_;
  }
  const std::string& name() const;
  void set_name(const std::string& name);
  const std::string& metadata() const;
  void set_metadata(const std::string& metadata);
  LayerType type() const;
  /// The operation's name, for instance "Convolution"; also for layers without a class of their
  /// own.
  std::string_view op_name() const;

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
  friend struct NetworkAccess;
  Layer(std::shared_ptr<NetworkState> state, int32_t node)
      : state_(std::move(state)), node_(node) {}

  std::shared_ptr<NetworkState> state_;
  int32_t node_ = -1;
};

/// What the layer classes are made of: TensorRT's class of layers of type T, as a view of a layer.
/// Properties that the layer has not, because it is of another type, throw UserError.
template <LayerType T, typename Base = Layer>
class TypedLayer : public Base {
 public:
  static constexpr LayerType kType = T;
  explicit TypedLayer(const Layer& layer) : Base(layer) {}
};

}  // namespace trtlike
