// DepthToSpace and SpaceToDepth: reshape, transpose, reshape.
#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

ValueId rearrange(NodeContext& node, const Extents& split, const std::vector<int64_t>& permutation,
                  const Extents& joined) {
  const ValueId parts = reshape_to(node, node.input(0), split, "split");
  const ValueId moved = transpose(node, parts, permutation, "transpose");
  return reshape_to(node, moved, joined);
}

int64_t block_size(NodeContext& node) {
  node.check_rank(0, 4);
  const int64_t block = node.get_int("blocksize");
  if (block < 1)
    node.fail_attribute("blocksize", core::str("expected 1 or more, got ", block, "."));
  return block;
}

Outputs import_depth_to_space(NodeContext& node) {
  const int64_t b = block_size(node);
  const std::string mode = node.get_string("mode", "DCR");
  if (mode != "DCR" && mode != "CRD")
    node.fail_attribute("mode", core::str("expected DCR or CRD, got '", mode, "'."));
  const Extents x = extents_of(node, node.input(0));
  const Extent channels = floor_divide(node, x[1], multiply(node, b, b));
  const Extents joined{x[0], channels, multiply(node, x[2], b), multiply(node, x[3], b)};
  if (mode == "DCR")
    return {rearrange(node, {x[0], b, b, channels, x[2], x[3]}, {0, 3, 4, 1, 5, 2}, joined)};
  return {rearrange(node, {x[0], channels, b, b, x[2], x[3]}, {0, 1, 4, 2, 5, 3}, joined)};
}

Outputs import_space_to_depth(NodeContext& node) {
  const int64_t b = block_size(node);
  const Extents x = extents_of(node, node.input(0));
  const Extent height = floor_divide(node, x[2], b), width = floor_divide(node, x[3], b);
  return {rearrange(node, {x[0], x[1], height, b, width, b}, {0, 3, 5, 1, 2, 4},
                    {x[0], multiply(node, x[1], multiply(node, b, b)), height, width})};
}

constexpr Importer kImporters[] = {
    {"DepthToSpace", import_depth_to_space},
    {"SpaceToDepth", import_space_to_depth},
};

}  // namespace

std::span<const Importer> depth_to_space_importers() { return kImporters; }

}  // namespace trtlike::onnx
