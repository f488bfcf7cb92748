// The transposes that split heads before an attention and join them after it become part of it:
// kernels read [batch, sequence, heads * depth] as it is.
#include "optimizer/match.h"
#include "optimizer/rule.h"
#include "optimizer/shuffle_map.h"

namespace trtlike::optimizer {
namespace {

using ir::Graph;
using ir::NodeId;
using ir::ValueId;

using Axes = std::vector<int64_t>;
const Axes kSwapHeads = {0, 2, 1, 3};

/// True for a reshape that keeps the first two extents.
bool copies_batch_and_sequence(const ir::Node& shuffle, size_t rank) {
  const auto& dims = shuffle.attributes.get_ints("reshape_dims");
  return dims.size() == rank && dims[0] == 0 && dims[1] == 0 &&
         shuffle.attributes.get_bool("zero_is_placeholder");
}

/// What stands before [batch, heads, sequence, depth] is split.
struct Joined {
  ValueId value;
  /// The reshape that it needs, if any.
  std::optional<ShuffleMap> shape = {};
};

/// With one unknown extent at most: any spelling of the split.
std::optional<Joined> match_static(const Graph& graph, NodeId shuffle) {
  const auto map = shuffle_map(graph, shuffle);
  if (!map || map->output.rank() != 4) return std::nullopt;
  const Dims& d = map->output;
  const Dims split{d[0], d[2], d[1], d[3]}, joined{d[0], d[2], d[1] * d[3]};
  const auto expected = compose(reshape_map(joined, split), transpose_map(split, kSwapHeads));
  if (!expected || expected->atoms != map->atoms) return std::nullopt;
  Joined out{graph.node(shuffle).inputs[0]};
  if (map->input != joined) out.shape = reshape_map(map->input, joined);
  return out;
}

/// With several unknown extents: a reshape that copies batch and sequence, then a transpose.
std::optional<Joined> match_dynamic(const Graph& graph, NodeId shuffle) {
  const ir::Node& node = graph.node(shuffle);
  const Dims &in = dims_of(graph, node.inputs[0]), &out = dims_of(graph, node.outputs[0]);
  if (in.rank() != 3 || out.rank() != 4 || !node.attributes.get_ints("first_transpose").empty() ||
      node.attributes.get_ints("second_transpose") != kSwapHeads)
    return std::nullopt;
  const bool same = out[1] > 0 && out[3] > 0 && in[2] == out[1] * out[3];
  return same && copies_batch_and_sequence(node, 4) ? std::optional(Joined{node.inputs[0]})
                                                    : std::nullopt;
}

std::optional<Joined> match_split(const Graph& graph, ValueId x) {
  const NodeId shuffle = graph.producer_of(x, "Shuffle");
  if (!shuffle) return std::nullopt;
  const auto joined = match_static(graph, shuffle);
  return joined ? joined : match_dynamic(graph, shuffle);
}

/// The Shuffle that joins the heads of `x` again, and what is left of it behind the joined heads.
struct Join {
  NodeId shuffle;
  std::optional<ShuffleMap> shape = {};
};

std::optional<Join> match_join_static(const Graph& graph, NodeId shuffle) {
  const auto map = shuffle_map(graph, shuffle);
  if (!map || map->input.rank() != 4) return std::nullopt;
  const Dims& d = map->input;
  const Dims split{d[0], d[2], d[1], d[3]}, joined{d[0], d[2], d[1] * d[3]};
  // What the joined heads would be split into again, then goes through the shuffle.
  const auto apart = compose(reshape_map(joined, split), transpose_map(split, kSwapHeads));
  const auto rest = apart ? compose(*apart, *map) : std::nullopt;
  if (!rest || !shuffle_attributes(*rest)) return std::nullopt;
  return rest->is_reshape() && rest->output == joined ? Join{shuffle} : Join{shuffle, rest};
}

std::optional<Join> match_join(const Graph& graph, ValueId x) {
  const NodeId shuffle = only_reader(graph, x);
  if (!is_op(graph, shuffle, "Shuffle")) return std::nullopt;
  if (const auto join = match_join_static(graph, shuffle)) return join;
  const Dims &in = dims_of(graph, x), &out = dims_of(graph, graph.node(shuffle).outputs[0]);
  const ir::Node& node = graph.node(shuffle);
  if (node.attributes.get_ints("first_transpose") != kSwapHeads ||
      !node.attributes.get_ints("second_transpose").empty())
    return std::nullopt;
  const bool same = out.rank() == 3 && in[1] > 0 && in[3] > 0 && out[2] == in[1] * in[3];
  return same && copies_batch_and_sequence(node, 3) ? std::optional(Join{shuffle}) : std::nullopt;
}

std::optional<ir::Patch> rewrite(const Graph& graph, NodeId id) {
  const ir::Node& node = graph.node(id);
  const Dims heads = dims_of(graph, node.inputs[0]);
  if (node.attributes.get_int("num_heads") != 0 || heads[1] <= 0) return std::nullopt;
  const auto join = match_join(graph, node.outputs[0]);
  const auto query = match_split(graph, node.inputs[0]), key = match_split(graph, node.inputs[1]),
             value = match_split(graph, node.inputs[2]);
  if (!join || !query || !key || !value) return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  const std::string name = joined_name(graph, {id, join->shuffle});
  const auto joined = [&](const Joined& x) {
    return x.shape ? add_shuffle(patch, name, x.value, *x.shape) : x.value;
  };
  std::vector<ValueId> inputs = {joined(*query), joined(*key), joined(*value)};
  if (has_input(node, 3)) inputs.push_back(node.inputs[3]);
  ValueId out = patch.add("Attention", name, inputs,
                          {{"num_heads", heads[1]},
                           {"scale", node.attributes.get_float("scale")},
                           {"causal", node.attributes.get_bool("causal")}});
  const ValueId result = graph.node(join->shuffle).outputs[0];
  if (join->shape) out = add_shuffle(patch, name, out, *join->shape);
  patch.replace(result, out);
  return patch;
}

}  // namespace

Rule fuse_attention_heads() {
  return {"fuse_attention_heads",
          "join(Attention(split(q), split(k), split(v))) -> Attention(q, k, v) {num_heads}",
          "Attention", 65, rewrite};
}

}  // namespace trtlike::optimizer
