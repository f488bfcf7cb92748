// CenterCropPad to a Slice that may begin before the input and end behind it.
#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

/// Half the difference, toward zero: what is cut off or added before the input.
Extent half_of(NodeContext& node, const Extent& difference) {
  if (difference.known) return *difference.known / 2;
  const Extent cut = floor_divide(node, maximum(node, difference, 0), 2);
  const Extent added = floor_divide(node, maximum(node, subtract(node, 0, difference), 0), 2);
  return subtract(node, cut, added);
}

Outputs import_center_crop_pad(NodeContext& node) {
  const ValueId x = node.input(0);
  const int rank = node.rank(x);
  SliceArguments arguments;
  arguments.mode = enum_number(SampleMode::Fill);
  arguments.axes = axes_between(0, rank);
  if (node.has_attribute("axes")) {
    arguments.axes = node.get_ints("axes");
    for (int64_t& axis : arguments.axes) axis = node.normalize_axis(axis, rank);
  }
  arguments.shape = read_extents(node, node.input(1));
  if (arguments.shape.size() != arguments.axes.size())
    node.fail_input(Code::InvalidNode, 1,
                    core::str("expected ", arguments.axes.size(), " extents, got ",
                              arguments.shape.size(), "."));
  if (arguments.axes.empty()) return {x};
  for (size_t i = 0; i < arguments.axes.size(); ++i) {
    const Extent extent = extent_of(node, x, static_cast<int>(arguments.axes[i]));
    arguments.start.push_back(half_of(node, subtract(node, extent, arguments.shape[i])));
    arguments.stride.push_back(1);
  }
  return {slice(node, x, arguments)};
}

constexpr Importer kImporters[] = {{"CenterCropPad", import_center_crop_pad}};

}  // namespace

std::span<const Importer> center_crop_pad_importers() { return kImporters; }

}  // namespace trtlike::onnx
