// NonZero: where the elements other than 0 are. How many there are is known from the elements only.
#include "core/check.h"
#include "ops/host_values.h"
#include "ops/op.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  const TensorType& input = args.inputs[0];
  TRTLIKE_CHECK(!core::is_narrow(input.dtype),
                "[ops] input 0 'input': expected a type of whole bytes, got ",
                core::dtype_name(input.dtype), ".");
  const auto indices = args.attributes.get_enum<DataType>("indices_type");
  TRTLIKE_CHECK(indices == DataType::Int32 || indices == DataType::Int64,
                "[ops] attribute 'indices_type': expected INT32 (3) or INT64 (8), got ",
                args.attributes.get_int("indices_type"), ".");
  int64_t count = core::kUnknownDim;
  if (is_known(args.host_value(0))) {
    count = 0;
    for (const int64_t element : *args.host_value(0)) count += element != 0 ? 1 : 0;
  }
  args.outputs[0] = {indices, {input.dims.rank(), count}};
}

void bound_extents(const InferArgs& args) {
  args.outputs[0].dims[1] = core::elems(args.inputs[0].dims);
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &input = args.inputs[0], &out = args.outputs[0];
  const Dims strides = core::dense_strides(input.dims);
  const int64_t count = out.dims[1];
  int64_t found = 0;
  for (int64_t i = 0; i < input.elems() && found < count; ++i) {
    if (input.at(i) == 0) continue;
    for (int axis = 0; axis < input.dims.rank(); ++axis)
      out.set(axis * count + found, static_cast<double>(i / strides[axis] % input.dims[axis]));
    ++found;
  }
}

}  // namespace

const OpDefinition& non_zero_op() {
  static const OpDefinition op{
      .name = "NonZero",
      .meaning = "the indices of the elements other than 0, one column an element",
      .layer_type = LayerType::NonZero,
      .attributes = {{"indices_type", static_cast<int64_t>(DataType::Int64)}},
      .inputs = {{.name = "input"}},
      .host_inputs = {0},
      .infer = infer,
      .reference = reference,
      .bound_extents = bound_extents,
      .is_data_dependent = true,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
