// Concat to Concatenation, Split to one Slice an output.
#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

Outputs import_concat(NodeContext& node) {
  const int rank = node.rank(node.input(0));
  const int64_t axis = node.normalize_axis(node.get_int("axis", node.opset() < 4 ? 1 : 0), rank);
  return {node.add("Concatenation", node.inputs(), {{"axis", axis}})};
}

/// Sizes along the axis, given or equal (the last one smaller where they do not fit).
Extents split_sizes(NodeContext& node, int axis) {
  if (node.has_input(1)) return read_extents(node, node.input(1));
  if (node.has_attribute("split")) {
    const auto sizes = node.get_ints("split");
    return {sizes.begin(), sizes.end()};
  }
  const auto count = node.get_int("num_outputs", static_cast<int64_t>(node.num_outputs()));
  if (count < 1)
    node.fail_attribute("num_outputs", core::str("expected 1 or more, got ", count, "."));
  node.spend_work(count);
  const Extent whole = extent_of(node, node.input(0), axis);
  const Extent part = floor_divide(node, add(node, whole, count - 1), count);
  Extents sizes(static_cast<size_t>(count - 1), part);
  sizes.push_back(subtract(node, whole, multiply(node, part, count - 1)));
  return sizes;
}

/// The parts are the whole, as far as their sizes are known.
void check_split(NodeContext& node, int axis, const Extents& sizes) {
  const auto known = known_extents(sizes);
  const int64_t whole = node.dims(node.input(0))[axis];
  if (!known || !core::is_known(whole)) return;
  Extent sum = 0;
  for (const int64_t size : *known) {
    if (size < 0)
      node.fail(Code::InvalidNode, core::str("expected sizes of at least 0, got ", size, "."));
    sum = add(node, sum, size);
  }
  if (!sum.is(whole))
    node.fail(Code::InvalidNode, core::str("expected sizes whose sum is the extent ", whole,
                                           " of axis ", axis, ", got [", core::join(*known), "]."));
}

Outputs import_split(NodeContext& node) {
  const ValueId x = node.input(0);
  const int axis = node.normalize_axis(node.get_int("axis", 0), node.rank(x));
  const Extents sizes = split_sizes(node, axis);
  if (sizes.size() < node.num_outputs())
    node.fail(Code::InvalidNode, core::str("expected a size for each of ", node.num_outputs(),
                                           " outputs, got ", sizes.size(), "."));
  check_split(node, axis, sizes);
  Outputs outputs;
  Extent start = 0;
  for (size_t i = 0; i < node.num_outputs(); ++i) {
    AttributeList attributes{{"axes", std::vector<int64_t>{axis}},
                             {"stride", std::vector<int64_t>{1}}};
    std::vector<ValueId> inputs{x, {}, {}};
    const auto give = [&](const char* name, size_t input, const Extent& extent) {
      if (extent.known)
        attributes.emplace_back(name, std::vector<int64_t>{*extent.known});
      else
        inputs[input] = extent.value;
    };
    give("start", 1, start);
    give("shape", 2, sizes[i]);
    outputs.push_back(node.add("Slice", inputs, attributes, i == 0 ? "" : core::str(i)));
    start = add(node, start, sizes[i]);
  }
  return outputs;
}

constexpr Importer kImporters[] = {{"Concat", import_concat}, {"Split", import_split}};

}  // namespace

std::span<const Importer> concat_importers() { return kImporters; }

}  // namespace trtlike::onnx
