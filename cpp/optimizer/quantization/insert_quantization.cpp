// Which tensors become integers, by which steps.
#include "optimizer/quantization/insert_quantization.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "core/os/memory.h"
#include "optimizer/match.h"
#include "optimizer/quantization/constants.h"
#include "optimizer/quantization/signs.h"
#include "optimizer/quantization/steps.h"

namespace trtlike::optimizer {
namespace {

using ir::NodeId;
using ir::ValueId;

constexpr double kLargest = 127, kLargestUnsigned = 255;
constexpr size_t kWeights = 1, kBias = 2, kFirstOperand = 3;

/// Of tensors and channels that are 0 throughout: any positive number does.
double scale_of(double largest, double steps = kLargest) {
  return largest > 0 ? largest / steps : 1 / steps;
}

struct Steps {
  double scale = 1;
  DataType type = DataType::Int8;
  auto operator<=>(const Steps&) const = default;
};

/// A tensor without negative elements has all 8 bits for the others.
std::optional<Steps> steps_by_range(const ir::Graph& graph, ValueId id) {
  const ir::Value& value = graph.value(id);
  if (!value.dynamic_range) return std::nullopt;
  const auto [low, high] = *value.dynamic_range;
  const double largest = static_cast<double>(std::max(std::fabs(low), std::fabs(high)));
  const bool is_unsigned = is_non_negative(graph, id);
  const double scale = scale_of(largest, is_unsigned ? kLargestUnsigned : kLargest);
  return Steps{static_cast<double>(static_cast<float>(scale)),
               is_unsigned ? DataType::UInt8 : DataType::Int8};
}

bool is_constrained(const ir::Node& node) {
  return node.precision && *node.precision != DataType::Int8;
}

/// Networks of half numbers are declared so.
bool is_float(const ir::Graph& graph, const ir::Node& product) {
  return dtype_of(graph, product.inputs[0]) == DataType::Float &&
         dtype_of(graph, product.inputs[kWeights]) == DataType::Float;
}

/// The axis of output channels, where the node could multiply integers.
std::optional<int> match_product(const ir::Graph& graph, const ir::Node& node) {
  if (node.inputs.size() <= kWeights || !is_constant(graph, node.inputs[kWeights]) ||
      is_constant(graph, node.inputs[0]))
    return std::nullopt;
  const auto axis = find_channel_axis(graph, node);
  const bool is_known = !has_input(node, kBias) || is_constant(graph, node.inputs[kBias]);
  // Scales follow from the weights' elements.
  if (graph.value(node.inputs[kWeights]).constant->may_change) return std::nullopt;
  if (!axis || !is_known || graph.value(node.inputs[kWeights]).constant->dequantized_from)
    return std::nullopt;
  return axis;
}

ir::ConstantData quantize_weights(const core::TensorView& weights, int axis) {
  const Dims& dims = weights.dims;
  const int64_t inner = core::elems_between(dims, axis + 1, dims.rank()), count = weights.elems();
  const auto channel_of = [&](int64_t i) { return static_cast<size_t>(i / inner % dims[axis]); };
  std::vector<float> scales(static_cast<size_t>(dims[axis]), 0.0f);
  for (int64_t i = 0; i < count; ++i)
    scales[channel_of(i)] =
        std::max(scales[channel_of(i)], static_cast<float>(std::fabs(weights.at(i))));
  for (float& scale : scales) scale = static_cast<float>(scale_of(scale));
  const std::shared_ptr<void> bytes = core::allocate_shared(static_cast<size_t>(count));
  const std::shared_ptr<void> numbers =
      core::allocate_shared(static_cast<size_t>(count) * sizeof(float));
  for (int64_t i = 0; i < count; ++i) {
    const double scale = static_cast<double>(scales[channel_of(i)]);
    const double steps = std::clamp(std::nearbyint(weights.at(i) / scale), -kLargest, kLargest);
    static_cast<int8_t*>(bytes.get())[i] = static_cast<int8_t>(steps);
    static_cast<float*>(numbers.get())[i] = static_cast<float>(steps * scale);
  }
  return {
      numbers, static_cast<size_t>(count) * sizeof(float),
      std::make_shared<const ir::QuantizedElements>(ir::QuantizedElements{
          DataType::Int8, bytes, dims, core::Quantization::per_channel(axis, std::move(scales))})};
}

class Inserter {
 public:
  explicit Inserter(ir::Graph& graph) : graph_(graph), order_(graph.topological_order()) {}

  InsertedQuantization run() {
    find_products();
    for (auto it = order_.rbegin(); it != order_.rend(); ++it) decide(graph_.node(*it));
    for (const ValueId input : graph_.inputs()) decide(input);
    std::vector<std::pair<ValueId, Steps>> own;
    for (const auto& [value, steps] : steps_)
      if (!is_moved(value, steps)) own.emplace_back(value, steps);
    for (const auto& [value, steps] : own) quantize(value, steps);
    for (const auto& [product, axis] : products_) set_weights(product, axis);
    return std::move(report_);
  }

 private:
  void find_products() {
    std::set<ValueId> missing;
    for (const NodeId id : order_) {
      const ir::Node& node = graph_.node(id);
      const auto axis = match_product(graph_, node);
      if (!axis) continue;
      const ir::Value& input = graph_.value(node.inputs[0]);
      if (is_constrained(node) || !is_float(graph_, node)) {
        report_.constrained.push_back(node.name);
      } else if (!input.dynamic_range) {
        report_.without_range.push_back(node.name);
        if (missing.insert(node.inputs[0]).second)
          report_.tensors_without_range.push_back(
              input.stands_for.empty() ? input.name : input.stands_for.front());
      } else {
        report_.layers.push_back(node.name);
        products_[id] = *axis;
        read_.insert(node.inputs[0]);
      }
    }
    for (const auto& [id, axis] : products_) add_operands(graph_.node(id));
  }

  /// What a product of integers leaves for another one to add is read as integers as well.
  void add_operands(const ir::Node& product) {
    for (size_t i = kFirstOperand; i < product.inputs.size(); ++i) {
      const ValueId operand = product.inputs[i];
      if (operand && products_.contains(graph_.producer(operand)) &&
          graph_.value(operand).dynamic_range && dtype_of(graph_, operand) == DataType::Float)
        read_.insert(operand);
    }
  }

  /// Consumers come first.
  void decide(const ir::Node& node) {
    for (const ValueId output : node.outputs)
      if (output) decide(output);
    if (!moves_elements(node) || node.outputs.size() != 1) return;
    const auto found = steps_.find(node.outputs[0]);
    if (found == steps_.end()) return;
    const std::vector<ValueId> moved = data_of(node);
    const bool fits = std::all_of(moved.begin(), moved.end(), [&](ValueId id) {
      return !is_constant(graph_, id) && dtype_of(graph_, id) == DataType::Float;
    });
    if (!fits || is_constrained(node)) return;
    for (const ValueId id : moved) wanted_[id].insert(found->second);
  }

  /// The steps of its own where products read it, else those that all who move it want.
  void decide(ValueId id) {
    const auto own = steps_by_range(graph_, id);
    const auto wanted = wanted_.find(id);
    if (read_.contains(id))
      steps_[id] = *own;
    else if (wanted != wanted_.end() && wanted->second.size() == 1)
      steps_[id] = *wanted->second.begin();
  }

  std::vector<ValueId> data_of(const ir::Node& node) const {
    return {node.inputs.begin(),
            node.op->joins_inputs ? node.inputs.end() : node.inputs.begin() + 1};
  }

  /// It is there as integers anyway: what moves it moves those.
  bool is_moved(ValueId id, const Steps& steps) const {
    const NodeId producer = graph_.producer(id);
    if (!producer || !moves_elements(graph_.node(producer))) return false;
    const std::vector<ValueId> moved = data_of(graph_.node(producer));
    return std::all_of(moved.begin(), moved.end(), [&](ValueId from) {
      const auto found = steps_.find(from);
      return found != steps_.end() && found->second == steps;
    });
  }

  void quantize(ValueId id, const Steps& steps) {
    const std::string name = graph_.value(id).name;
    const std::vector<NodeId> users = graph_.value(id).users;
    const ValueId scale = graph_.add_constant(graph_.unique_value_name(name + " scale"),
                                              DataType::Float, {}, {steps.scale});
    const ValueId integers = graph_.add("Quantize", name + " quantize", {id, scale},
                                        {{"to_type", enum_number(steps.type)}});
    const ValueId numbers = graph_.add("Dequantize", name + " dequantize", {integers, scale});
    for (const NodeId user : std::set<NodeId>(users.begin(), users.end())) {
      const ir::Node& node = graph_.node(user);
      if (is_constrained(node)) continue;
      for (size_t i = 0; i < node.inputs.size(); ++i)
        if (node.inputs[i] == id) graph_.set_input(user, static_cast<int>(i), numbers);
    }
  }

  void set_weights(NodeId product, int axis) {
    const ValueId id = graph_.node(product).inputs[kWeights];
    ValueId& quantized = weights_[{id, axis}];
    if (!quantized) {
      const ir::Value& value = graph_.value(id);
      quantized = graph_.add_constant(graph_.unique_value_name(value.name + " quantized"),
                                      DataType::Float, value.type.dims,
                                      quantize_weights(ir::constant_view(graph_, id), axis));
    }
    graph_.set_input(product, kWeights, quantized);
  }

  ir::Graph& graph_;
  std::vector<NodeId> order_;
  std::map<NodeId, int> products_;
  /// Tensors that products read.
  std::set<ValueId> read_;
  std::map<ValueId, std::set<Steps>> wanted_;
  std::map<ValueId, Steps> steps_;
  std::map<std::pair<ValueId, int>, ValueId> weights_;
  InsertedQuantization report_;
};

}  // namespace

InsertedQuantization insert_quantization(ir::Graph& graph) { return Inserter(graph).run(); }

}  // namespace trtlike::optimizer
