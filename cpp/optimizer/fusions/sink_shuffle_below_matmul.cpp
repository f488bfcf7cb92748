// A shuffle that keeps the last axis commutes with a product whose weights work on that axis:
// transposes of batch and sequence then meet those behind the product.
#include "optimizer/match.h"
#include "optimizer/rule.h"
#include "optimizer/shuffle_map.h"

namespace trtlike::optimizer {
namespace {

constexpr int64_t kNone = enum_number(MatrixOperation::None);

/// The map with another extent of the last axis, which it must keep.
std::optional<ShuffleMap> with_last_extent(const ShuffleMap& map, int64_t extent) {
  const int in = map.input.rank() - 1, out = map.output.rank() - 1;
  if (in < 1 || out < 1 || map.input[in] != map.output[out]) return std::nullopt;
  const int64_t old_extent = map.input[in];
  if (old_extent == 1) return std::nullopt;
  ShuffleMap rows{map.input, map.output, {}};
  rows.input[in] = rows.output[out] = extent;
  if (map.is_reshape()) return reshape_map(rows.input, rows.output);
  for (const Atom& atom : map.atoms) {
    if (atom.stride % old_extent == 0) {
      rows.atoms.push_back({atom.extent, atom.stride / old_extent * extent});
    } else if (atom.stride == 1 && atom.extent % old_extent == 0 && &atom == &map.atoms.back()) {
      rows.atoms.push_back({atom.extent / old_extent * extent, 1});
    } else {
      return std::nullopt;
    }
  }
  return rows;
}

/// True when a shuffle follows, perhaps behind element-wise nodes: the two may cancel.
bool meets_shuffle(const ir::Graph& graph, ir::ValueId value) {
  const ir::NodeId reader = only_reader(graph, value);
  if (!reader) return false;
  if (is_op(graph, reader, "Shuffle")) return true;
  const bool passes = is_op(graph, reader, "ElementWise") || is_op(graph, reader, "Activation");
  return passes && meets_shuffle(graph, graph.node(reader).outputs[0]);
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  const ir::NodeId shuffle = graph.producer_of(node.inputs[0], "Shuffle");
  if (!shuffle || only_reader(graph, node.inputs[0]) != id || !is_constant(graph, node.inputs[1]) ||
      node.attributes.get_int("op0") != kNone)
    return std::nullopt;
  const auto map = shuffle_map(graph, shuffle);
  const Dims& weights = dims_of(graph, node.inputs[1]);
  const Dims& product = dims_of(graph, node.outputs[0]);
  if (!map || product.rank() != map->output.rank()) return std::nullopt;
  if (!map->is_reshape() && !meets_shuffle(graph, node.outputs[0])) return std::nullopt;
  for (int i = 0; i + 2 < weights.rank(); ++i)
    if (weights[i] != 1) return std::nullopt;
  const auto moved = with_last_extent(*map, product[product.rank() - 1]);
  if (!moved || moved->input.rank() < 2 || (!map->is_reshape() && !shuffle_attributes(*moved)))
    return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  const ir::Value& constant = graph.value(node.inputs[1]);
  Dims dims = Dims::filled(moved->input.rank(), 1);
  for (int i = 1; i <= 2; ++i) dims[dims.rank() - i] = weights[weights.rank() - i];
  const ir::ValueId same =
      patch.add_constant(constant.name, constant.type.dtype, dims, *constant.constant);
  const ir::ValueId rows = patch.add("MatrixMultiply", node.name,
                                     {graph.node(shuffle).inputs[0], same}, attribute_list(node));
  patch.replace(node.outputs[0], add_shuffle(patch, graph.node(shuffle).name, rows, *moved));
  return patch;
}

}  // namespace

Rule sink_shuffle_below_matmul() {
  return {"sink_shuffle_below_matmul",
          "MatrixMultiply(Shuffle(x), w) -> Shuffle(MatrixMultiply(x, w))", "MatrixMultiply", 55,
          rewrite};
}

}  // namespace trtlike::optimizer
