// A reshape or transpose before an element-wise node moves behind it: a convolution or product in
// front of both then meets its epilogue, and shuffles meet each other. After attention is
// recognised, whose scales stand between shuffles.
#include <algorithm>
#include <string_view>

#include "optimizer/match.h"
#include "optimizer/pointwise_form.h"
#include "optimizer/rule.h"
#include "optimizer/shuffle_map.h"

namespace trtlike::optimizer {
namespace {

using ir::Graph;
using ir::NodeId;
using ir::ValueId;

bool is_shuffle(const Graph& graph, NodeId id) {
  return is_op(graph, id, "Shuffle") || is_op(graph, id, "Squeeze") ||
         is_op(graph, id, "Unsqueeze");
}

/// The only operand that is not a constant, when it comes from a shuffle that nobody else reads.
std::optional<ValueId> match_shuffled(const Graph& graph, NodeId id, const PointwiseForm& form) {
  std::optional<ValueId> found;
  for (const ValueId operand : form.operands) {
    if (is_constant(graph, operand)) continue;
    if (found || only_reader(graph, operand) != id || !is_shuffle(graph, graph.producer(operand)))
      return std::nullopt;
    found = operand;
  }
  return found;
}

/// The shape in front of the shuffle of a constant behind it: one that varies along an axis that
/// the shuffle only moves.
std::optional<Dims> constant_dims_before(const ShuffleMap& map, const Dims& constant) {
  Dims before = Dims::filled(map.input.rank(), 1);
  int varies = -1;
  for (int i = 0; i < constant.rank(); ++i) {
    if (constant[i] == 1) continue;
    if (varies >= 0) return std::nullopt;
    varies = i;
  }
  if (varies < 0) return before;
  const Dims inputs = core::dense_strides(map.input), outputs = core::dense_strides(map.output);
  for (int i = 0; i < map.input.rank(); ++i) {
    if (map.input[i] != constant[varies]) continue;
    // The axis alone, sent through the map, must come out as the axis alone.
    const auto moved = compose(map, reshape_map(map.output, map.output));
    int64_t low = 1;
    for (auto atom = moved->atoms.rbegin(); atom != moved->atoms.rend(); ++atom) {
      const int64_t high = low * atom->extent, stride = outputs[varies];
      const bool inside = low <= stride && stride * constant[varies] <= high && stride % low == 0;
      if (inside && atom->stride * (stride / low) == inputs[i]) {
        before[i] = constant[varies];
        return before;
      }
      low = high;
    }
  }
  return std::nullopt;
}

/// The constant as an operand in front of the shuffle; none when it cannot be one.
ValueId constant_before(const Graph& graph, ir::Patch& patch, const std::optional<ShuffleMap>& map,
                        const ir::Node& shuffle, ValueId operand) {
  const ir::Value& constant = graph.value(operand);
  const DataType dtype = constant.type.dtype;
  if (const auto scalar = ir::constant_scalar(graph, operand)) {
    const int rank = dims_of(graph, shuffle.inputs[0]).rank();
    return patch.add_constant(constant.name, dtype, Dims::filled(rank, 1),
                              std::vector<double>{*scalar});
  }
  const auto dims = map ? constant_dims_before(*map, constant.type.dims) : std::nullopt;
  return dims ? patch.add_constant(constant.name, dtype, *dims, *constant.constant) : ValueId{};
}

std::optional<ir::Patch> rewrite(const Graph& graph, NodeId id) {
  const auto form = pointwise_form(graph, id);
  if (!form) return std::nullopt;
  const ir::Node& node = graph.node(id);
  const ops::TensorType& type = graph.value(node.outputs[0]).type;
  const auto shuffled = match_shuffled(graph, id, *form);
  if (!shuffled || !core::is_float(type.dtype) || dtype_of(graph, *shuffled) != type.dtype ||
      dims_of(graph, *shuffled) != type.dims)
    return std::nullopt;
  const ir::Node& shuffle = graph.node(graph.producer(*shuffled));
  const auto map = shuffle_map(graph, graph.producer(*shuffled));
  ir::Patch patch(graph);
  patch.inherit_from(id);
  std::vector<ValueId> operands;
  for (const ValueId input : node.inputs) {
    const auto operand =
        input == *shuffled ? shuffle.inputs[0] : constant_before(graph, patch, map, shuffle, input);
    if (operand == ValueId{}) return std::nullopt;
    operands.push_back(operand);
  }
  const ValueId computed = patch.add(node.op->name, node.name, operands, attribute_list(node));
  std::vector<ValueId> inputs = shuffle.inputs;
  inputs[0] = computed;
  patch.replace(node.outputs[0],
                patch.add(shuffle.op->name, shuffle.name, inputs, attribute_list(shuffle)));
  return patch;
}

}  // namespace

Rule sink_shuffle() { return {"sink_shuffle", "f(Shuffle(x)) -> Shuffle(f(x))", "", 75, rewrite}; }

}  // namespace trtlike::optimizer
