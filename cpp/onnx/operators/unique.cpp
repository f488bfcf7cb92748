// Unique: lists as long as they can be at most, cut to what is filled.
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

Outputs import_unique(NodeContext& node) {
  ValueId x = node.input(0);
  int64_t axis = 0;
  if (node.has_attribute("axis"))
    axis = node.normalize_axis(node.get_int("axis"), node.rank(x));
  else
    x = reshape(node, x, {-1}, "flatten");
  const auto found =
      node.add_many("Unique", {x}, {{"axis", axis}, {"sorted", node.get_int("sorted", 1) != 0}});
  const auto filled = [&](size_t list, int64_t along) {
    return node.add("Slice", {found[list], {}, found[4]},
                    {{"axes", std::vector<int64_t>{along}},
                     {"start", std::vector<int64_t>{0}},
                     {"stride", std::vector<int64_t>{1}}},
                    "filled");
  };
  return {filled(0, axis), filled(1, 0), found[2], filled(3, 0)};
}

constexpr Importer kImporters[] = {{"Unique", import_unique}};

}  // namespace

std::span<const Importer> unique_importers() { return kImporters; }

}  // namespace trtlike::onnx
