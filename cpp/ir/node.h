// What graphs are made of: values (edges) and nodes (uses of ops).
#pragma once

#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/quantization.h"
#include "ops/op.h"

namespace trtlike::ir {

class Graph;

/// Index of a node in its graph; -1 is "none". Ids stay valid while the graph lives; removed nodes
/// leave a hole.
struct NodeId {
  int32_t index = -1;
  explicit operator bool() const { return index >= 0; }
  auto operator<=>(const NodeId&) const = default;
};

/// Index of a value in its graph; -1 is "none" (an absent optional input).
struct ValueId {
  int32_t index = -1;
  explicit operator bool() const { return index >= 0; }
  auto operator<=>(const ValueId&) const = default;
};

struct Recipe;

/// The integers that a constant of real numbers was dequantized from, in its order.
struct QuantizedElements {
  DataType dtype = DataType::Int8;
  std::shared_ptr<const void> data;
  /// That its axis counts in. The constant may have others with the same elements.
  Dims dims;
  core::Quantization quantization;
  /// As in ConstantData.
  std::shared_ptr<const Recipe> recipe = nullptr;
  bool may_change = false;
};

/// Elements of a constant. Dense, row-major, at least as long as its value's type says.
struct ConstantData {
  std::shared_ptr<const void> data;
  size_t bytes = 0;
  /// Null for most. Kernels that compute on integers are fused with these instead.
  std::shared_ptr<const QuantizedElements> dequantized_from = nullptr;
  /// How the elements follow from named weights; null where they stand for themselves.
  std::shared_ptr<const Recipe> recipe = nullptr;
  /// The elements may be others when a plan runs: nobody may look at them but to compute others by
  /// the same recipe.
  bool may_change = false;
};

struct Value {
  std::string name;
  ops::TensorType type;
  std::optional<ConstantData> constant;
  NodeId producer;
  int producer_output = 0;
  /// Nodes that read this value, one entry a use.
  std::vector<NodeId> users;
  bool is_input = false;
  bool is_output = false;
  bool alive = true;
  /// Elements as far as they are known (integer and boolean values of at most a few thousand
  /// elements).
  ops::HostValue host;
  /// Names of an input's dimensions: those of one name are equal at every run.
  std::vector<std::string> dimension_names;
  /// Network inputs under a profile: extents that no run falls below. Empty when nothing is known.
  std::vector<int64_t> least_extents;
  uint32_t allowed_formats = 1;
  std::optional<std::pair<float, float>> dynamic_range;
  /// Names of tensors whose place it took, for who wrote them there before rewrites.
  std::vector<std::string> stands_for;
  /// What integers stand for where Quantize and Dequantize nodes tell; for the eye alone: kernels
  /// have it from their nodes.
  core::Quantization quantization;
};

struct Node {
  const ops::OpDefinition* op = nullptr;
  std::string name;
  ops::Attributes attributes;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  /// The graphs of ops that have OpDefinition::regions, else none. Their inputs and outputs are
  /// explained in graph.h.
  std::vector<std::shared_ptr<const Graph>> regions;
  std::string metadata;
  std::optional<DataType> precision;
  std::vector<std::optional<DataType>> output_types;
  bool alive = true;
};

/// Attributes as pairs, completed with the op's defaults.
using AttributeList = std::vector<std::pair<std::string, AttributeValue>>;

}  // namespace trtlike::ir
