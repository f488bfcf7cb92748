// Expand and Tile as slices: a stride of 0 repeats, a wrapping index tiles.
#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

constexpr int64_t kWrap = enum_number(SampleMode::Wrap);

Outputs import_expand(NodeContext& node) {
  return {expand_to(node, node.input(0), read_extents(node, node.input(1)))};
}

/// Where the product may leave 64 bits, the repeats are first held to what is more than any tensor
/// has, which is refused when it runs.
Extent repeated(NodeContext& node, const Extent& extent, const Extent& repeat) {
  constexpr int64_t kFew = INT64_MAX / core::kMaxElems;
  const bool fits = repeat.known && *repeat.known >= 0 && *repeat.known <= kFew;
  if (fits || (extent.known && repeat.known)) return multiply(node, extent, repeat);
  const Extent divisor = maximum(node, extent, 1);
  const Extent too_many = add(node, floor_divide(node, core::kMaxElems, divisor), 1);
  return multiply(node, extent, maximum(node, minimum(node, repeat, too_many), -1));
}

Outputs import_tile(NodeContext& node) {
  const ValueId x = node.input(0);
  const Extents repeats = read_extents(node, node.input(1));
  if (static_cast<int>(repeats.size()) != node.rank(x))
    node.fail_input(Code::InvalidNode, 1,
                    core::str("expected ", node.rank(x), " elements, got ", repeats.size(), "."));
  SliceArguments arguments;
  arguments.mode = kWrap;
  for (int i = 0; i < node.rank(x); ++i) {
    const Extent& repeat = repeats[static_cast<size_t>(i)];
    if (repeat.is(1)) continue;
    arguments.axes.push_back(i);
    arguments.start.push_back(0);
    arguments.shape.push_back(repeated(node, extent_of(node, x, i), repeat));
    arguments.stride.push_back(1);
  }
  if (arguments.axes.empty()) return {node.add("Identity", {x})};
  return {slice(node, x, arguments)};
}

constexpr Importer kImporters[] = {{"Expand", import_expand}, {"Tile", import_tile}};

}  // namespace

std::span<const Importer> expand_importers() { return kImporters; }

}  // namespace trtlike::onnx
