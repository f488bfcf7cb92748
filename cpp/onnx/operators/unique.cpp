// Unique: lists as long as they can be at most, cut to what is filled.
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

Outputs unique(NodeContext& node, ValueId x, int64_t axis, bool is_sorted) {
  const auto found = node.add_many("Unique", {x}, {{"axis", axis}, {"sorted", is_sorted}});
  const auto filled = [&](size_t list, int64_t along) {
    return node.add("Slice", {found[list], {}, found[4]},
                    {{"axes", std::vector<int64_t>{along}},
                     {"start", std::vector<int64_t>{0}},
                     {"stride", std::vector<int64_t>{1}}},
                    "filled");
  };
  return {filled(0, axis), filled(1, 0), found[2], filled(3, 0)};
}

Outputs import_unique(NodeContext& node) {
  ValueId x = node.input(0);
  int64_t axis = 0;
  if (node.has_attribute("axis"))
    axis = node.normalize_axis(node.get_int("axis"), node.rank(x));
  else
    x = reshape(node, x, {-1}, "flatten");
  return unique(node, x, axis, node.get_int("sorted", 1) != 0);
}

/// ONNX Runtime's: a list's elements in their order, where they went, and how many of each.
Outputs import_unsorted(NodeContext& node) {
  node.check_rank(0, 1);
  const Outputs found = unique(node, node.input(0), 0, false);
  return {found[0], found[2], found[3]};
}

constexpr Importer kImporters[] = {{"Unique", import_unique},
                                   {"Unique", import_unsorted, 0, "com.microsoft"}};

}  // namespace

std::span<const Importer> unique_importers() { return kImporters; }

}  // namespace trtlike::onnx
