// Precisions by flags and constraints, and the values that stay wide.
#include "builder/precisions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <span>

#include "core/dtype.h"
#include "core/os/cpu.h"
#include "ir/node_args.h"
#include "ops/pointwise/pointwise_program.h"

namespace trtlike::builder {
namespace {

using ir::Graph;
using ir::Node;
using ir::NodeId;
using ir::Value;
using ir::ValueId;

bool is_constrained(const BuilderConfig& config) {
  return config.flag(BuilderFlag::ObeyPrecisionConstraints) ||
         config.flag(BuilderFlag::PreferPrecisionConstraints);
}

bool multiplies_bf16(const BuilderConfig& config) {
  return config.flag(BuilderFlag::BF16) && core::cpu_isa() >= core::Isa::Avx512Bf16;
}

DataType natural_type(const Graph& graph, const Node& node) {
  for (const auto* ids : {&node.outputs, &node.inputs})
    for (ValueId id : *ids)
      if (id && core::is_float(graph.value(id).type.dtype)) return graph.value(id).type.dtype;
  return DataType::Float;
}

/// The largest magnitude; more than any half where there is a NaN.
float find_largest(const void* data, int64_t count) {
  float largest = 0;
  for (const float v : std::span(static_cast<const float*>(data), static_cast<size_t>(count))) {
    if (std::isnan(v)) return std::numeric_limits<float>::infinity();
    largest = std::max(largest, std::abs(v));
  }
  return largest;
}

constexpr float kLargestHalf = 65504;

/// Bfloat16 holds numbers that no half does, and so may FP32 constants.
bool can_be_half(const Graph& graph, const Node& node) {
  const auto is_wide = [&](ValueId id) {
    if (!id) return false;
    const ir::Value& value = graph.value(id);
    if (value.type.dtype == DataType::BF16) return true;
    return value.constant && value.type.dtype == DataType::Float &&
           !(find_largest(value.constant->data.get(), core::elems(value.type.dims)) <=
             kLargestHalf);
  };
  return std::none_of(node.inputs.begin(), node.inputs.end(), is_wide) &&
         std::none_of(node.outputs.begin(), node.outputs.end(), is_wide);
}

std::vector<DataType> precisions_by_flags(const Graph& graph, const Node& node,
                                          const BuilderConfig& config) {
  std::vector<DataType> list;
  const auto add = [&](DataType dtype) {
    if (std::find(list.begin(), list.end(), dtype) == list.end()) list.push_back(dtype);
  };
  add(natural_type(graph, node));
  add(DataType::Float);
  if (multiplies_bf16(config)) add(DataType::BF16);
  if (config.flag(BuilderFlag::FP16) && can_be_half(graph, node)) add(DataType::Half);
  return list;
}

/// What the node's op says of its operands.
bool asks(bool (*question)(const ops::InferArgs&), const Graph& graph, const Node& node) {
  return question(ir::NodeArgs(graph, node).args());
}

bool reads_wide(const Graph& graph, const Node& node) {
  return asks(node.op->rounding.reads_wide, graph, node);
}

/// A table of which FP16 takes half the bytes: rows are few, so that reading them costs nothing.
bool is_half_table(const Graph& graph, const Node& node, const BuilderConfig& config) {
  if (!config.flag(BuilderFlag::FP16) || !node.op->is_lookup) return false;
  const Value& table = graph.value(node.inputs[0]);
  return table.constant && fits_half(table.constant->data.get(), table.type.dtype, table.type.dims);
}

std::vector<ValueId> find_terms(const Node& node) {
  std::vector<ValueId> terms;
  for (size_t i = node.op->rounding.first_term; i < node.inputs.size(); ++i)
    if (node.inputs[i]) terms.push_back(node.inputs[i]);
  return terms;
}

/// Results of sums, and what is computed from nothing else.
std::vector<ValueId> find_statistics(const Graph& graph, const std::vector<NodeId>& order) {
  std::vector<ValueId> found;
  std::set<ValueId> known;
  for (NodeId id : order) {
    const Node& node = graph.node(id);
    const bool derived = node.op->rounding.first_term == 0 &&
                         std::all_of(node.inputs.begin(), node.inputs.end(), [&](ValueId input) {
                           return !input || graph.value(input).constant || known.contains(input);
                         });
    if (!derived && !asks(node.op->rounding.gives_wide, graph, node)) continue;
    found.insert(found.end(), node.outputs.begin(), node.outputs.end());
    known.insert(node.outputs.begin(), node.outputs.end());
  }
  return found;
}

/// True for a value whose elements are numbers of its declared type even where it is stored wider.
bool is_rounded(const Graph& graph, const Value& value) {
  if (!value.producer) return true;
  const Node& node = graph.node(value.producer);
  return asks(node.op->rounding.is_exact, graph, node);
}

/// What the network declares as half or bfloat16 is stored so: where it were stored wider, its
/// elements would depend on which kernel is the fastest.
void keep_declared(const Graph& graph, const std::vector<NodeId>& order,
                   std::vector<std::optional<DataType>>& stored) {
  for (NodeId id : order)
    for (ValueId output : graph.node(id).outputs) {
      const Value& value = graph.value(output);
      std::optional<DataType>& type = stored[static_cast<size_t>(output.index)];
      if (!type && ops::rounding_to(value.type.dtype) && !is_rounded(graph, value))
        type = value.type.dtype;
    }
}

/// True where the outputs are decided by the elements, as comparisons and indices are: a rounding
/// of what tips the scales shows as another output.
bool decides(const Graph& graph, const Node& node) {
  return std::any_of(node.outputs.begin(), node.outputs.end(),
                     [&](ValueId id) { return !core::is_float(graph.value(id).type.dtype); });
}

/// True where each element becomes an integer.
bool makes_integers(const Graph& graph, const Node& node) {
  if (node.outputs.size() != 1 || node.inputs.empty() || !node.inputs[0]) return false;
  const ops::TensorType &from = graph.value(node.inputs[0]).type,
                        &to = graph.value(node.outputs[0]).type;
  return core::is_float(from.dtype) && core::is_integer(to.dtype) && from.dims == to.dims;
}

void keep_wide(const Graph& graph, const std::vector<NodeId>& order, const BuilderConfig& config,
               std::vector<std::optional<DataType>>& stored) {
  std::vector<ValueId> open = find_statistics(graph, order);
  open.insert(open.end(), graph.outputs().begin(), graph.outputs().end());
  for (NodeId id : order) {
    const Node& node = graph.node(id);
    if (!node.inputs.empty() && node.inputs[0] && reads_wide(graph, node))
      open.push_back(node.inputs[0]);
    if (!decides(graph, node)) continue;
    const std::vector<ValueId> terms = find_terms(node);
    open.insert(open.end(), terms.begin(), terms.end());
  }
  while (!open.empty()) {
    const ValueId id = open.back();
    open.pop_back();
    const Value& value = graph.value(id);
    std::optional<DataType>& type = stored[static_cast<size_t>(id.index)];
    if (type || value.type.dtype != DataType::Float || value.constant) continue;
    if (value.producer && is_half_table(graph, graph.node(value.producer), config)) continue;
    type = DataType::Float;
    if (!value.producer) continue;
    const std::vector<ValueId> terms = find_terms(graph.node(value.producer));
    open.insert(open.end(), terms.begin(), terms.end());
  }
}

}  // namespace

std::vector<Precisions> choose_precisions(const Graph& graph, const std::vector<NodeId>& order,
                                          const BuilderConfig& config) {
  std::vector<Precisions> out;
  for (NodeId id : order) {
    const Node& node = graph.node(id);
    std::vector<DataType> list = precisions_by_flags(graph, node, config);
    if (is_half_table(graph, node, config)) list = {DataType::Half};
    if (!is_constrained(config) || !node.precision || core::is_integer(*node.precision)) {
      out.push_back({list, {}});
    } else if (config.flag(BuilderFlag::ObeyPrecisionConstraints)) {
      out.push_back({{*node.precision}, {}});
    } else {
      out.push_back({{*node.precision}, list});
    }
  }
  return out;
}

std::vector<std::optional<DataType>> choose_stored_types(const Graph& graph,
                                                         const std::vector<NodeId>& order,
                                                         const BuilderConfig& config) {
  std::vector<std::optional<DataType>> stored(graph.num_value_ids());
  for (NodeId id : order) {
    const Node& node = graph.node(id);
    for (size_t o = 0; o < node.outputs.size(); ++o) {
      const std::optional<DataType>& type = node.output_types[o];
      if (type && core::is_float(*type) && core::is_float(graph.value(node.outputs[o]).type.dtype))
        stored[static_cast<size_t>(node.outputs[o].index)] = type;
    }
  }
  keep_declared(graph, order, stored);
  if (multiplies_bf16(config) || config.flag(BuilderFlag::FP16))
    keep_wide(graph, order, config, stored);
  return stored;
}

std::vector<bool> find_strict(const Graph& graph, const std::vector<NodeId>& order) {
  std::set<ValueId> whole;
  std::vector<bool> out(order.size());
  for (size_t n = order.size(); n-- > 0;) {
    const Node& node = graph.node(order[n]);
    const auto is_whole = [&](ValueId id) { return whole.contains(id); };
    out[n] = std::any_of(node.outputs.begin(), node.outputs.end(), is_whole);
    if (!out[n] && !makes_integers(graph, node)) continue;
    const std::vector<ValueId> terms = find_terms(node);
    whole.insert(terms.begin(), terms.end());
  }
  return out;
}

bool fits_half(const void* data, DataType dtype, const Dims& dims) {
  constexpr int64_t kSmall = 4096;
  constexpr float kSmallestNormal = 0x1p-14f;
  const int64_t count = core::elems(dims);
  if (dtype != DataType::Float || count < kSmall) return false;
  const float largest = find_largest(data, count);
  return largest <= kLargestHalf && largest >= kSmallestNormal;
}

void drop_idle_constraints(Graph& graph, const BuilderConfig& config) {
  const bool is_idle = !is_constrained(config);
  for (NodeId id : graph.nodes()) {
    Node& node = graph.mutable_node(id);
    if (is_idle) node.precision.reset();
    for (size_t o = 0; is_idle && o < node.outputs.size(); ++o)
      if (!graph.value(node.outputs[o]).is_output) node.output_types[o].reset();
    for (size_t r = 0; r < node.regions.size(); ++r) {
      Graph region = node.regions[r]->clone();
      drop_idle_constraints(region, config);
      // What leaves a region has the type that the network declares.
      for (const ValueId output : region.outputs())
        if (const NodeId producer = region.producer(output))
          for (auto& type : region.mutable_node(producer).output_types) type.reset();
      graph.set_region(id, r, std::make_shared<const Graph>(std::move(region)));
    }
  }
}

}  // namespace trtlike::builder
