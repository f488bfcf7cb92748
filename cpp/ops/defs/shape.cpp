// Shape: the extents of a tensor.
#include "ops/op.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  args.outputs[0] = {DataType::Int64, {args.inputs[0].dims.rank()}};
}

void reference(const ReferenceArgs& args) {
  const Dims& dims = args.inputs[0].dims;
  for (int axis = 0; axis < dims.rank(); ++axis) args.outputs[0].as<int64_t>()[axis] = dims[axis];
}

void propagate(const InferArgs& args, std::span<HostValue> outputs) {
  const Dims& dims = args.inputs[0].dims;
  std::vector<int64_t> elements(dims.begin(), dims.end());
  bool any_known = elements.empty();
  for (int64_t& element : elements) {
    if (element < 0) element = kUnknownElement;
    any_known |= element != kUnknownElement;
  }
  if (any_known) outputs[0] = std::move(elements);
}

}  // namespace

const OpDefinition& shape_op() {
  static const OpDefinition op{
      .name = "Shape",
      .meaning = "the extents of a tensor, as a list",
      .layer_type = LayerType::Shape,
      .attributes = {},
      .inputs = {{.name = "input"}},
      .infer = infer,
      .reference = reference,
      .propagate = propagate,
      .rounding = kDiminished,
      .reads_extents_only = true,
  };
  return op;
}

}  // namespace trtlike::ops
