// Reshapes and transposes of known extents as maps: composed, compared and written back as Shuffle
// nodes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "ir/patch.h"

namespace trtlike::optimizer {

/// A run of positions: `extent` of them, `stride` elements of the input apart.
struct Atom {
  int64_t extent = 1;
  int64_t stride = 1;
  bool operator==(const Atom&) const = default;
};

/// Stands for an extent that is not known, of which a map may have one. As a prime that no known
/// extent has as a factor, it is cut nowhere, so that what holds for it holds for every extent.
inline constexpr int64_t kUnknownExtent = 1000003;

/// Which element of the dense input stands at each position of the dense output: the digits of an
/// output position, most significant first, as runs over the input. No run has extent 1, and no two
/// neighbours could be one; so equal maps have equal runs.
struct ShuffleMap {
  Dims input;
  Dims output;
  std::vector<Atom> atoms;  ///< extents of unknown size are multiples of kUnknownExtent

  /// True when elements keep their order: only the shape changes.
  bool is_reshape() const { return atoms.size() <= 1; }
};

/// Reshape from one shape to another of as many elements.
ShuffleMap reshape_map(const Dims& input, const Dims& output);
ShuffleMap transpose_map(const Dims& input, const std::vector<int64_t>& permutation);
/// `second` after `first`; nothing when a run would have to be cut where extents do not divide.
std::optional<ShuffleMap> compose(const ShuffleMap& first, const ShuffleMap& second);

/// The map of a Shuffle, Squeeze or Unsqueeze; nothing for other nodes and when an extent is
/// unknown or 0.
std::optional<ShuffleMap> shuffle_map(const ir::Graph& graph, ir::NodeId node);

/// The shape with kUnknownExtent in place of its unknown extent; nothing when it has several.
std::optional<Dims> with_unknown_extent(const Dims& dims);

/// The attributes of one Shuffle that is this map; nothing when it takes two.
std::optional<ir::AttributeList> shuffle_attributes(const ShuffleMap& map);
/// Adds the Shuffle nodes of the map to a patch: one or two.
ir::ValueId add_shuffle(ir::Patch& patch, const std::string& name, ir::ValueId x,
                        const ShuffleMap& map);

}  // namespace trtlike::optimizer
