// Shape (whole or from start to end) and Size.
#include <algorithm>

#include "onnx/extents.h"
#include "onnx/layers.h"
#include "ops/shapes/reduce_shape.h"

namespace trtlike::onnx {
namespace {

Outputs import_shape(NodeContext& node) {
  const ValueId x = node.input(0);
  const int64_t rank = node.rank(x);
  const ValueId shape = node.add("Shape", {x});
  const auto clamp = [&](int64_t at) {
    return std::clamp(at < 0 ? at + rank : at, int64_t{0}, rank);
  };
  const int64_t start = clamp(node.get_int("start", 0));
  const int64_t end = clamp(node.get_int("end", rank));
  if (start == 0 && end == rank) return {shape};
  SliceArguments arguments;
  arguments.start = {start};
  arguments.shape = {std::max(int64_t{0}, end - start)};
  arguments.stride = {1};
  return {slice(node, shape, arguments)};
}

Outputs import_size(NodeContext& node) {
  const ValueId x = node.input(0);
  if (core::is_static(node.dims(x)))
    return {
        node.add_constant(DataType::Int64, {}, {static_cast<double>(core::elems(node.dims(x)))})};
  return {reduce(node, static_cast<int64_t>(ReduceOperation::Prod),
                 node.add("Shape", {x}, {}, "shape"), {0}, false)};
}

constexpr Importer kImporters[] = {{"Shape", import_shape}, {"Size", import_size}};

}  // namespace

std::span<const Importer> shape_importers() { return kImporters; }

}  // namespace trtlike::onnx
