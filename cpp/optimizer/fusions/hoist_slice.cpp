// A slice of a reshaped or transposed tensor becomes a reshaped or transposed slice, on the way to
// an attention: query, key and value are then seen to be thirds of one tensor.
#include <algorithm>

#include "optimizer/match.h"
#include "optimizer/rule.h"
#include "optimizer/shuffle_map.h"
#include "optimizer/slices.h"

namespace trtlike::optimizer {
namespace {

using ir::Graph;
using ir::NodeId;
using ir::ValueId;

bool leads_to_attention(const Graph& graph, ValueId x) {
  for (const NodeId user : graph.value(x).users) {
    const std::string_view op = graph.node(user).op->name;
    if (op == "Attention") return true;
    const bool passes = op == "Shuffle" || op == "Squeeze" || op == "Unsqueeze";
    if (passes && leads_to_attention(graph, graph.node(user).outputs[0])) return true;
  }
  return false;
}

/// The run that an output axis is; nothing when it is none or several.
std::optional<Atom> run_of_axis(const ShuffleMap& map, int axis) {
  const auto along = compose(map, reshape_map(map.output, map.output));
  if (!along) return std::nullopt;
  const int64_t stride = core::dense_strides(map.output)[axis];
  int64_t low = 1;
  for (auto atom = map.atoms.rbegin(); atom != map.atoms.rend(); ++atom) {
    const int64_t high = low * atom->extent;
    if (low <= stride && stride * map.output[axis] <= high && stride % low == 0)
      return Atom{map.output[axis], atom->stride * (stride / low)};
    low = high;
  }
  return std::nullopt;
}

/// The range of the input's axis that a range of the run is, where the run is the axis's outermost
/// part.
std::optional<AxisSlice> input_slice(const Dims& input, const Atom& run, const AxisSlice& slice) {
  const Dims strides = core::dense_strides(input);
  for (int i = 0; i < input.rank(); ++i)
    if (input[i] > 1 && run.stride >= strides[i] &&
        run.stride * run.extent == strides[i] * input[i])
      return AxisSlice{i, slice.start * (run.stride / strides[i]),
                       slice.extent * (run.stride / strides[i])};
  return std::nullopt;
}

/// The map on the sliced input: the same runs, one of them shorter.
ShuffleMap sliced_map(const ShuffleMap& map, const Dims& sliced, const Atom& run,
                      const AxisSlice& slice, const AxisSlice& from) {
  const Dims strides = core::dense_strides(map.input);
  const int64_t inner = run.stride, outer = strides[from.axis] * map.input[from.axis];
  ShuffleMap out{sliced, map.output, {}};
  out.output[slice.axis] = slice.extent;
  const auto add = [&](int64_t extent, int64_t stride) {
    if (extent > 1)
      out.atoms.push_back({extent, stride >= outer ? stride / run.extent * slice.extent : stride});
  };
  for (const Atom& atom : map.atoms) {
    const int64_t end = atom.stride * atom.extent;
    if (atom.stride > inner || end < outer) {
      add(atom.extent, atom.stride);
      continue;
    }
    add(end / outer, outer);
    add(slice.extent, inner);
    add(inner / atom.stride, atom.stride);
  }
  return out;
}

std::optional<ir::Patch> rewrite(const Graph& graph, NodeId id) {
  const ir::Node& node = graph.node(id);
  const auto slice = axis_slice(graph, id);
  if (!slice || !leads_to_attention(graph, node.outputs[0])) return std::nullopt;
  const NodeId shuffle = graph.producer(node.inputs[0]);
  const auto map = shuffle_map(graph, shuffle);
  if (!map) return std::nullopt;
  const auto run = run_of_axis(*map, slice->axis);
  const auto from = run ? input_slice(map->input, *run, *slice) : std::nullopt;
  if (!from) return std::nullopt;
  Dims sliced = map->input;
  sliced[from->axis] = from->extent;
  const ShuffleMap moved = sliced_map(*map, sliced, *run, *slice, *from);
  const auto merged = compose(reshape_map(sliced, sliced), moved);
  if (!merged || !shuffle_attributes(*merged)) return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  const ValueId part =
      patch.add("Slice", node.name, {graph.node(shuffle).inputs[0]}, slice_attributes(*from));
  patch.replace(node.outputs[0], add_shuffle(patch, graph.node(shuffle).name, part, *merged));
  return patch;
}

}  // namespace

Rule hoist_slice() {
  return {"hoist_slice", "Slice(Shuffle(x)) -> Shuffle(Slice(x))", "Slice", 63, rewrite};
}

}  // namespace trtlike::optimizer
