// Types of what nodes with regions give: those of their graphs' outputs.
#include <array>

#include "core/check.h"
#include "ir/graph.h"
#include "ops/shapes/regions_shape.h"

namespace trtlike::ir {
namespace {

using ops::HostValue;
using ops::TensorType;

struct Results {
  std::vector<TensorType> types;
  std::vector<HostValue> host;
};

/// The outputs of a region for inputs of these types.
Results infer_region(const Graph& region, const Node& node, std::span<const TensorType> types,
                     std::span<const HostValue> host) {
  TRTLIKE_ASSERT(region.inputs().size() == types.size(), "inputs of a graph of '", node.name, "'");
  Graph copy = region.clone();
  for (size_t i = 0; i < types.size(); ++i) {
    Value& input = copy.mutable_value(copy.inputs()[i]);
    TRTLIKE_ASSERT(input.type.dtype == types[i].dtype, "type of '", input.name, "'");
    input.type = types[i];
    input.host = host[i];
  }
  copy.infer_all();
  Results out;
  for (const ValueId id : copy.outputs()) {
    out.types.push_back(copy.value(id).type);
    out.host.push_back(copy.value(id).host);
  }
  return out;
}

/// A branch that does not take such inputs is not taken; the reason goes to `refusal`.
std::optional<Results> try_branch(const Node& node, size_t branch,
                                  std::span<const TensorType> types,
                                  std::span<const HostValue> host, std::string& refusal) {
  try {
    return infer_region(*node.regions[branch], node, types, host);
  } catch (const UserError& e) {
    refusal = e.what();
    return std::nullopt;
  }
}

Results infer_branches(const Node& node, std::span<const TensorType> types,
                       std::span<const HostValue> host) {
  const auto captured = types.subspan(1);
  const auto captured_host = host.subspan(1);
  if (host[0] && host[0]->size() == 1 && host[0]->front() != ops::kUnknownElement)
    return infer_region(*node.regions[host[0]->front() != 0 ? 0 : 1], node, captured,
                        captured_host);
  std::array<std::string, 2> refusals;
  auto first = try_branch(node, 0, captured, captured_host, refusals[0]);
  const auto second = try_branch(node, 1, captured, captured_host, refusals[1]);
  TRTLIKE_CHECK(first || second, "expected a branch that takes its inputs, got none: ", refusals[0],
                " ", refusals[1]);
  if (!first) return *second;
  if (!second) return *first;
  for (size_t i = 0; i < first->types.size(); ++i) {
    first->types[i] = ops::join_types(first->types[i], second->types[i], "branches");
    first->host[i] = ops::join_host(first->host[i], second->host[i]);
  }
  return *first;
}

Results infer_turns(const Node& node, std::span<const TensorType> types,
                    std::span<const HostValue> host) {
  constexpr size_t kFirstValue = 2;
  const auto carried = static_cast<size_t>(node.attributes.get_int("num_carried"));
  const size_t first_result = node.attributes.get_bool("has_condition") ? 1 : 0;
  std::vector<TensorType> inputs = {{DataType::Int64, {}}};
  std::vector<HostValue> input_host(1 + types.size() - kFirstValue);
  inputs.insert(inputs.end(), types.begin() + kFirstValue, types.end());
  for (size_t i = carried; i + kFirstValue < types.size(); ++i)
    input_host[1 + i] = host[kFirstValue + i];
  Results turn;
  for (bool changed = true; changed;) {
    turn = infer_region(*node.regions[0], node, inputs, input_host);
    changed = false;
    for (size_t i = 0; i < carried; ++i) {
      const TensorType joined =
          ops::join_types(inputs[1 + i], turn.types[first_result + i], "turns");
      changed = changed || joined != inputs[1 + i];
      inputs[1 + i] = joined;
    }
  }
  Results out;
  for (size_t i = 0; i < carried; ++i) out.types.push_back(inputs[1 + i]);
  for (size_t i = first_result + carried; i < turn.types.size(); ++i) {
    Dims dims = {core::kUnknownDim};
    for (const int64_t extent : turn.types[i].dims) dims.push_back(extent);
    out.types.push_back({turn.types[i].dtype, dims});
  }
  const bool is_counted = first_result == 0 && !types[0].is_absent() && host[0] &&
                          host[0]->front() != ops::kUnknownElement;
  for (size_t i = carried; is_counted && i < out.types.size(); ++i)
    out.types[i].dims[0] = std::max<int64_t>(0, host[0]->front());
  out.host.resize(out.types.size());
  return out;
}

}  // namespace

Graph::Inferred Graph::infer_regions(const Node& node, std::span<const TensorType> types,
                                     std::span<const HostValue> host) const {
  const Results results = node.op->regions == ops::Regions::Branches
                              ? infer_branches(node, types, host)
                              : infer_turns(node, types, host);
  TRTLIKE_ASSERT(results.types.size() == node.outputs.size(), "outputs of '", node.name, "'");
  return {results.types, results.host};
}

}  // namespace trtlike::ir
