// Arithmetic on extents of which some are known only at run time: numbers stay numbers, the rest
// becomes layers on shape tensors.
#pragma once

#include <optional>
#include <vector>

#include "onnx/node_context.h"

namespace trtlike::onnx {

/// One integer: known, or the only element of an INT64 tensor of shape [1].
struct Extent {
  std::optional<int64_t> known;
  ValueId value;

  Extent() = default;
  Extent(int64_t number) : known(number) {}
  explicit Extent(ValueId tensor) : value(tensor) {}
  bool is(int64_t number) const { return known == number; }
};
using Extents = std::vector<Extent>;

Extent extent_of(NodeContext& node, ValueId value, int axis);
Extents extents_of(NodeContext& node, ValueId value);
/// The elements of a shape tensor of rank 0 or 1 and known size.
Extents read_extents(NodeContext& node, ValueId tensor);

Extent add(NodeContext& node, const Extent& a, const Extent& b);
Extent subtract(NodeContext& node, const Extent& a, const Extent& b);
Extent multiply(NodeContext& node, const Extent& a, const Extent& b);
Extent floor_divide(NodeContext& node, const Extent& a, const Extent& b);
Extent maximum(NodeContext& node, const Extent& a, const Extent& b);
Extent minimum(NodeContext& node, const Extent& a, const Extent& b);
Extent product(NodeContext& node, const Extents& extents);

/// The numbers when every one is known.
std::optional<std::vector<int64_t>> known_extents(const Extents& extents);
/// An INT64 tensor of shape [extents.size()].
ValueId shape_tensor(NodeContext& node, const Extents& extents);
/// Extents as Dims, -1 where they are not known.
Dims to_dims(const Extents& extents);

/// To these extents exactly (0 is an empty extent, -1 no wildcard).
ValueId reshape_to(NodeContext& node, ValueId value, const Extents& extents,
                   std::string_view suffix = "");
/// A Slice in TensorRT's terms; attributes where numbers are known.
struct SliceArguments {
  /// Dimensions that the lists are for; empty means all.
  std::vector<int64_t> axes;
  Extents start;
  Extents shape;
  Extents stride;
  int64_t mode = 0;
  ValueId fill;
};
ValueId slice(NodeContext& node, ValueId value, const SliceArguments& arguments,
              std::string_view suffix = "");
/// 0, 1, 2, ... as an INT64 tensor of this one extent.
ValueId count_up(NodeContext& node, const Extent& extent);
/// Repeats extents of 1 until `value` has these extents (of at least its rank).
ValueId expand_to(NodeContext& node, ValueId value, const Extents& extents,
                  std::string_view suffix = "");

}  // namespace trtlike::onnx
