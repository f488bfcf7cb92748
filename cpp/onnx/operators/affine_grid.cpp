// AffineGrid to its arithmetic: one broadcast product an axis.
#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

/// The centres of `extent` pixels between -1 and 1: (2 i - (extent - 1)) / extent. With
/// align_corners the outer ones lie at -1 and 1; a single one lies at 0.
ValueId coordinates(NodeContext& node, const Extent& extent, bool align_corners, DataType dtype) {
  const auto number = [&](const Extent& value) {
    return cast(node, shape_tensor(node, {value}), DataType::Double);
  };
  const Extent last = subtract(node, extent, 1);
  const Extent steps = align_corners ? maximum(node, last, 1) : extent;
  const ValueId index = cast(node, count_up(node, extent), DataType::Double);
  const ValueId twice = elementwise(node, Op::Prod, index, 2.0, "twice");
  const ValueId centred = elementwise(node, Op::Sub, twice, number(last), "centre");
  return cast(node, elementwise(node, Op::Div, centred, number(steps), "coordinates"), dtype);
}

/// Column `j` of the transformation, [N, axes], as [N, 1, ..., axes].
ValueId column(NodeContext& node, int64_t j, int axes) {
  const ValueId index = node.add_constant(DataType::Int64, {}, {static_cast<double>(j)});
  const ValueId picked =
      node.add("Gather", {node.input(0), index}, {{"axis", int64_t{2}}}, "column");
  return unsqueeze(node, picked, axes_between(1, axes + 1));
}

Outputs import_affine_grid(NodeContext& node) {
  node.check_rank(0, 3);
  const Dims& theta = node.dims(node.input(0));
  const Extents size = read_extents(node, node.input(1));
  const int axes = static_cast<int>(size.size()) - 2;
  if (axes != 2 && axes != 3)
    node.fail_input(Code::InvalidNode, 1,
                    core::str("expected 4 or 5 extents, got ", size.size(), "."));
  const auto fits = [](int64_t extent, int expected) { return extent == expected || extent < 0; };
  if (!fits(theta[1], axes) || !fits(theta[2], axes + 1))
    node.fail_input(
        Code::InvalidNode, 0,
        core::str("expected shape [N, ", axes, ", ", axes + 1, "], got ", theta.to_string(), "."));
  const bool align_corners = node.get_int("align_corners", 0) != 0;
  ValueId grid = column(node, axes, axes);
  // Column 0 is for x, the last axis.
  for (int j = axes - 1; j >= 0; --j) {
    const int axis = axes - j;
    auto others = axes_between(0, axes + 2);
    others.erase(others.begin() + axis);
    const ValueId line = coordinates(node, size[static_cast<size_t>(axis + 1)], align_corners,
                                     node.dtype(node.input(0)));
    const ValueId term =
        elementwise(node, Op::Prod, column(node, j, axes), unsqueeze(node, line, others), "term");
    grid = elementwise(node, Op::Sum, term, grid, j == 0 ? "" : "sum");
  }
  return {grid};
}

constexpr Importer kImporters[] = {{"AffineGrid", import_affine_grid}};

}  // namespace

std::span<const Importer> affine_grid_importers() { return kImporters; }

}  // namespace trtlike::onnx
