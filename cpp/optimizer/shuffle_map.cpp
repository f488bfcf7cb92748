// The algebra of shuffle maps.
#include "optimizer/shuffle_map.h"

#include <algorithm>
#include <string_view>

#include "core/check.h"

namespace trtlike::optimizer {
namespace {

int64_t count_of(const std::vector<Atom>& atoms) {
  int64_t count = 1;
  for (const Atom& atom : atoms) count *= atom.extent;
  return count;
}

void normalise(std::vector<Atom>& atoms) {
  std::vector<Atom> out;
  for (const Atom& atom : atoms) {
    if (atom.extent == 1) continue;
    if (!out.empty() && out.back().stride == atom.stride * atom.extent) {
      out.back() = {out.back().extent * atom.extent, atom.stride};
    } else {
      out.push_back(atom);
    }
  }
  atoms = std::move(out);
}

/// The part of `atoms` (the digits of a position, most significant first) that counts steps of
/// `step`, `extent` of them. Nothing when a cut falls inside a run that it does not divide.
std::optional<std::vector<Atom>> cut(const std::vector<Atom>& atoms, int64_t extent, int64_t step) {
  std::vector<Atom> out;
  int64_t low = 1;
  const int64_t end = extent * step;
  for (auto atom = atoms.rbegin(); atom != atoms.rend(); ++atom) {
    const int64_t high = low * atom->extent;
    const int64_t from = std::max(low, step), to = std::min(high, end);
    if (from < to) {
      if (from % low != 0 || high % to != 0 || to % from != 0) return std::nullopt;
      out.insert(out.begin(), {to / from, atom->stride * (from / low)});
    }
    low = high;
  }
  if (count_of(out) != extent) return std::nullopt;
  return out;
}

/// Reshape dimensions: -1 for an extent that is not known.
std::vector<int64_t> reshape_list(const Dims& dims) {
  std::vector<int64_t> out;
  for (const int64_t extent : dims) out.push_back(extent % kUnknownExtent == 0 ? -1 : extent);
  return out;
}

/// `output` with its unknown extent as a multiple of the input's.
std::optional<Dims> with_element_count(const Dims& output, int64_t count) {
  Dims out = output;
  int unknown = -1;
  for (int i = 0; i < out.rank(); ++i) {
    if (out[i] >= 0) continue;
    if (unknown >= 0) return std::nullopt;
    unknown = i;
    out[i] = 1;
  }
  const int64_t known = core::elems(out);
  if (known == 0 || count % known != 0 || (unknown < 0 && known != count)) return std::nullopt;
  if (unknown >= 0) out[unknown] = count / known;
  return out;
}

std::vector<int64_t> extents_of(const std::vector<Atom>& atoms) {
  std::vector<int64_t> out;
  for (const Atom& atom : atoms) out.push_back(atom.extent);
  return out;
}

/// Runs in the order of the input.
std::vector<Atom> in_input_order(std::vector<Atom> atoms) {
  std::sort(atoms.begin(), atoms.end(),
            [](const Atom& a, const Atom& b) { return a.stride > b.stride; });
  return atoms;
}

/// Where each run of the output stands in the input.
std::vector<int64_t> positions(const std::vector<Atom>& atoms) {
  const std::vector<Atom> sorted = in_input_order(atoms);
  std::vector<int64_t> out;
  for (const Atom& atom : atoms)
    out.push_back(std::find(sorted.begin(), sorted.end(), atom) - sorted.begin());
  return out;
}

/// The map's runs cut so that each axis of the input above 1 is one of them.
std::optional<std::vector<Atom>> one_for_each_input_axis(const ShuffleMap& map) {
  const Dims strides = core::dense_strides(map.input);
  std::vector<Atom> out;
  for (const Atom& atom : map.atoms) {
    int64_t covered = 1;
    for (int i = 0; i < map.input.rank(); ++i) {
      const int64_t extent = map.input[i], stride = strides[i];
      if (extent == 1 || stride < atom.stride || stride * extent > atom.stride * atom.extent)
        continue;
      out.push_back({extent, stride});
      covered *= extent;
    }
    if (covered != atom.extent) return std::nullopt;
  }
  return out;
}

/// The map's runs cut so that each axis of the output above 1 is one of them.
std::optional<std::vector<Atom>> one_for_each_output_axis(const ShuffleMap& map) {
  const Dims strides = core::dense_strides(map.output);
  std::vector<Atom> out;
  for (int i = 0; i < map.output.rank(); ++i) {
    if (map.output[i] == 1) continue;
    auto part = cut(map.atoms, map.output[i], strides[i]);
    if (!part) return std::nullopt;
    normalise(*part);
    if (part->size() != 1) return std::nullopt;
    out.push_back(part->front());
  }
  return out;
}

/// Axes above 1 of `shape` in this order among themselves, the others where they are.
std::vector<int64_t> with_unit_axes(const Dims& shape, const std::vector<int64_t>& order) {
  std::vector<int64_t> axes, permutation;
  for (int i = 0; i < shape.rank(); ++i)
    if (shape[i] != 1) axes.push_back(i);
  size_t next = 0;
  for (int i = 0; i < shape.rank(); ++i)
    permutation.push_back(shape[i] == 1 ? i : axes[static_cast<size_t>(order[next++])]);
  return permutation;
}

}  // namespace

ShuffleMap reshape_map(const Dims& input, const Dims& output) {
  ShuffleMap map{input, output, {{core::elems(input), 1}}};
  normalise(map.atoms);
  return map;
}

ShuffleMap transpose_map(const Dims& input, const std::vector<int64_t>& permutation) {
  if (permutation.empty()) return reshape_map(input, input);
  const Dims strides = core::dense_strides(input);
  ShuffleMap map{input, Dims{}, {}};
  for (const int64_t axis : permutation) {
    map.output.push_back(input[static_cast<int>(axis)]);
    map.atoms.push_back({input[static_cast<int>(axis)], strides[static_cast<int>(axis)]});
  }
  normalise(map.atoms);
  return map;
}

std::optional<ShuffleMap> compose(const ShuffleMap& first, const ShuffleMap& second) {
  ShuffleMap out{first.input, second.output, {}};
  for (const Atom& atom : second.atoms) {
    const auto part = cut(first.atoms, atom.extent, atom.stride);
    if (!part) return std::nullopt;
    out.atoms.insert(out.atoms.end(), part->begin(), part->end());
  }
  normalise(out.atoms);
  return out;
}

std::optional<Dims> with_unknown_extent(const Dims& dims) {
  Dims out = dims;
  int unknown = 0;
  for (int i = 0; i < out.rank(); ++i) {
    // A known extent with this factor would be taken for the unknown one.
    if (out[i] == 0 || (out[i] > 0 && out[i] % kUnknownExtent == 0)) return std::nullopt;
    if (out[i] > 0) continue;
    out[i] = kUnknownExtent;
    ++unknown;
  }
  return unknown <= 1 ? std::optional(out) : std::nullopt;
}

std::optional<ShuffleMap> shuffle_map(const ir::Graph& graph, ir::NodeId id) {
  if (!id) return std::nullopt;
  const ir::Node& node = graph.node(id);
  const std::string_view op = node.op->name;
  if (op != "Shuffle" && op != "Squeeze" && op != "Unsqueeze") return std::nullopt;
  const auto input = with_unknown_extent(graph.value(node.inputs[0]).type.dims);
  const Dims& declared = graph.value(node.outputs[0]).type.dims;
  const auto output = input && declared.rank() >= 0
                          ? with_element_count(declared, core::elems(*input))
                          : std::nullopt;
  if (!output) return std::nullopt;
  if (op != "Shuffle") return reshape_map(*input, *output);
  const auto& second = node.attributes.get_ints("second_transpose");
  Dims reshaped = *output;
  for (size_t i = 0; i < second.size(); ++i)
    reshaped[static_cast<int>(second[i])] = (*output)[static_cast<int>(i)];
  const ShuffleMap transposed = transpose_map(*input, node.attributes.get_ints("first_transpose"));
  const auto middle = compose(transposed, reshape_map(transposed.output, reshaped));
  return middle ? compose(*middle, transpose_map(reshaped, second)) : std::nullopt;
}

std::optional<ir::AttributeList> shuffle_attributes(const ShuffleMap& map) {
  ir::AttributeList attributes = {{"has_reshape", true}, {"zero_is_placeholder", false}};
  if (map.is_reshape()) {
    attributes.emplace_back("reshape_dims", reshape_list(map.output));
    return attributes;
  }
  if (const auto atoms = one_for_each_input_axis(map)) {
    const std::vector<int64_t> permutation = with_unit_axes(map.input, positions(*atoms));
    if (transpose_map(map.input, permutation).output == map.output)
      return ir::AttributeList{{"first_transpose", permutation}};
    attributes.emplace_back("first_transpose", permutation);
    attributes.emplace_back("reshape_dims", reshape_list(map.output));
    return attributes;
  }
  const auto atoms = one_for_each_output_axis(map);
  if (!atoms) return std::nullopt;
  const std::vector<int64_t> permutation = with_unit_axes(map.output, positions(*atoms));
  Dims reshaped = map.output;
  for (size_t i = 0; i < permutation.size(); ++i)
    reshaped[static_cast<int>(permutation[i])] = map.output[static_cast<int>(i)];
  attributes.emplace_back("reshape_dims", reshape_list(reshaped));
  attributes.emplace_back("second_transpose", permutation);
  return attributes;
}

ir::ValueId add_shuffle(ir::Patch& patch, const std::string& name, ir::ValueId x,
                        const ShuffleMap& map) {
  if (const auto attributes = shuffle_attributes(map))
    return patch.add("Shuffle", name, {x}, *attributes);
  const Dims middle(extents_of(in_input_order(map.atoms)));
  const ir::ValueId cut_up =
      patch.add("Shuffle", name, {x}, *shuffle_attributes(reshape_map(map.input, middle)));
  const auto rest = compose(reshape_map(middle, map.input), map);
  TRTLIKE_ASSERT(rest && shuffle_attributes(*rest), "a shuffle of two nodes at '", name, "'");
  return patch.add("Shuffle", name, {cut_up}, *shuffle_attributes(*rest));
}

}  // namespace trtlike::optimizer
