// OneHot: a new axis along which one element is "on" where the index says, and all others "off".
#include "ops/host_values.h"
#include "ops/indexing.h"

namespace trtlike::ops {
namespace {

int new_axis(const Attributes& attributes, const Dims& indices) {
  return core::normalize_axis(attributes.get_int("axis"), indices.rank() + 1, "attribute 'axis'");
}

void infer(const InferArgs& args) {
  const TensorType &indices = args.inputs[0], &values = args.inputs[1], &depth = args.inputs[2];
  TRTLIKE_CHECK(core::is_integer(indices.dtype), "[ops] input 0 'indices': expected integers, got ",
                core::dtype_name(indices.dtype), ".");
  TRTLIKE_CHECK(values.dims.rank() == 1 && (values.dims[0] == 2 || values.dims[0] < 0),
                "[ops] input 1 'values': expected shape [2] (off and on), got ", values.dims, ".");
  TRTLIKE_CHECK(
      core::is_integer(depth.dtype) && core::is_static(depth.dims) && core::elems(depth.dims) == 1,
      "[ops] input 2 'depth': expected one integer, got ", core::dtype_name(depth.dtype),
      " with shape ", depth.dims, ".");
  const HostValue& count = args.host_value(2);
  int64_t extent = core::kUnknownDim;
  if (is_known(count)) {
    extent = count->front();
    TRTLIKE_CHECK(extent >= 0, "[ops] input 2 'depth': expected at least 0, got ", extent, ".");
  }
  const int axis = new_axis(args.attributes, indices.dims);
  args.outputs[0] = {values.dtype, {}};
  for (int d = 0; d <= indices.dims.rank(); ++d)
    args.outputs[0].dims.push_back(d == axis ? extent : indices.dims[d < axis ? d : d - 1]);
}

void reference(const ReferenceArgs& args) {
  const core::TensorView& out = args.outputs[0];
  const int axis = new_axis(args.attributes, args.inputs[0].dims);
  const std::vector<int64_t> indices = int_elements(args.inputs[0]);
  const Dims index_strides = core::dense_strides(args.inputs[0].dims);
  const ElementMover mover(args.inputs[1], out, "OneHot");
  for_each_index(out.dims, [&](const Dims& index, int64_t n) {
    int64_t position = 0;
    for (int d = 0; d < index_strides.rank(); ++d)
      position += index[d < axis ? d : d + 1] * index_strides[d];
    int64_t on = indices[static_cast<size_t>(position)];
    if (on < 0) on += out.dims[axis];
    mover.copy(on == index[axis] ? 1 : 0, n);
  });
}

}  // namespace

const OpDefinition& one_hot_op() {
  static const OpDefinition op{
      .name = "OneHot",
      .meaning =
          "a new axis along which one element is on and all others are off; an index below zero "
          "counts from the back, one outside turns none on",
      .layer_type = LayerType::OneHot,
      .attributes = {{"axis", int64_t{-1}}},
      .inputs = {{.name = "indices"}, {.name = "values"}, {.name = "depth"}},
      .host_inputs = {2},
      .infer = infer,
      .reference = reference,
      .rounding = {0, always, never, always},
  };
  return op;
}

}  // namespace trtlike::ops
