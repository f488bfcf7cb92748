// Gather: elements, rows or blocks of a tensor chosen by an index tensor. An index below zero
// counts from the back; one outside ends the run.
#include "ops/host_values.h"
#include "ops/indexing.h"
#include "ops/shapes/gather_shape.h"

namespace trtlike::ops {
namespace {

void check_batch_dims(const GatherShape& shape, const Dims& data, const Dims& indices) {
  for (int d = 0; d < shape.batch_dims; ++d)
    TRTLIKE_CHECK(data[d] == indices[d] || data[d] < 0 || indices[d] < 0,
                  "[ops] input 1 'indices': expected the same ", shape.batch_dims,
                  " leading extents as the data ", data, ", got ", indices, ".");
}

Dims default_output(const GatherShape& shape, const Dims& data, const Dims& indices) {
  Dims out;
  for (int d = 0; d < shape.axis; ++d) out.push_back(data[d]);
  for (int d = shape.batch_dims; d < indices.rank(); ++d) out.push_back(indices[d]);
  for (int d = shape.axis + 1; d < data.rank(); ++d) out.push_back(data[d]);
  return out;
}

Dims element_output(const GatherShape& shape, const Dims& data, const Dims& indices) {
  bool fits = data.rank() == indices.rank();
  for (int d = 0; fits && d < data.rank(); ++d)
    fits = d == shape.axis || data[d] < 0 || indices[d] <= data[d];
  TRTLIKE_CHECK(fits, "[ops] input 1 'indices': expected at most the extents of the data ", data,
                " except on axis ", shape.axis, ", got ", indices, ".");
  return indices;
}

Dims nd_output(const GatherShape& shape, const Dims& data, const Dims& indices) {
  const int64_t indexed = indices.rank() > 0 ? indices[indices.rank() - 1] : 0;
  TRTLIKE_CHECK(indexed >= 1 && shape.batch_dims + indexed <= data.rank(),
                "[ops] input 1 'indices': expected a last extent in [1, ",
                data.rank() - shape.batch_dims, "] for data of shape ", data, ", got ", indices,
                ".");
  Dims out;
  for (int d = 0; d + 1 < indices.rank(); ++d) out.push_back(indices[d]);
  for (int d = shape.batch_dims + static_cast<int>(indexed); d < data.rank(); ++d)
    out.push_back(data[d]);
  return out;
}

void infer(const InferArgs& args) {
  const TensorType &data = args.inputs[0], &indices = args.inputs[1];
  TRTLIKE_CHECK(core::is_integer(indices.dtype), "[ops] input 1 'indices': expected integers, got ",
                core::dtype_name(indices.dtype), ".");
  const GatherShape shape = gather_shape(args.attributes, data.dims, indices.dims);
  args.outputs[0] = {data.dtype, shape.output};
  check_constant_indices(args, 1, "indices", data.dims, [&](int64_t i) {
    if (shape.mode != GatherMode::Nd) return shape.axis;
    return shape.batch_dims + static_cast<int>(i % indices.dims[indices.dims.rank() - 1]);
  });
}

/// Where in the data the output element at `index` comes from.
int64_t source(const GatherShape& shape, const Dims& data, const Dims& indices,
               const std::vector<int64_t>& values, const Dims& index) {
  const Dims strides = core::dense_strides(data), index_strides = core::dense_strides(indices);
  const auto value = [&](int64_t n) { return values[static_cast<size_t>(n)]; };
  if (shape.mode == GatherMode::Element) {
    const int64_t row = resolve_index(value(offset_of(index, index_strides)), data, shape.axis);
    Dims at = index;
    at[shape.axis] = row;
    return offset_of(at, strides);
  }
  int64_t offset = 0, position = 0;
  if (shape.mode == GatherMode::Default) {
    const int index_dims = indices.rank() - shape.batch_dims;
    for (int d = 0; d < shape.batch_dims; ++d) position += index[d] * index_strides[d];
    for (int d = 0; d < index_dims; ++d)
      position += index[shape.axis + d] * index_strides[shape.batch_dims + d];
    const int64_t row = resolve_index(value(position), data, shape.axis);
    for (int d = 0; d < data.rank(); ++d)
      offset +=
          strides[d] * (d == shape.axis ? row : index[d < shape.axis ? d : d + index_dims - 1]);
    return offset;
  }
  const int last = indices.rank() - 1;
  for (int d = 0; d < last; ++d) position += index[d] * index_strides[d];
  for (int d = 0; d < shape.batch_dims; ++d) offset += index[d] * strides[d];
  const int indexed = static_cast<int>(indices[last]);
  for (int d = 0; d < indexed; ++d) {
    const int axis = shape.batch_dims + d;
    offset += resolve_index(value(position + d), data, axis) * strides[axis];
  }
  for (int d = shape.batch_dims + indexed; d < data.rank(); ++d)
    offset += index[last + d - shape.batch_dims - indexed] * strides[d];
  return offset;
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &data = args.inputs[0], &indices = args.inputs[1], &out = args.outputs[0];
  const GatherShape shape = gather_shape(args.attributes, data.dims, indices.dims);
  const std::vector<int64_t> values = int_elements(indices);
  const ElementMover mover(data, out, "Gather");
  for_each_index(out.dims, [&](const Dims& index, int64_t n) {
    mover.copy(source(shape, data.dims, indices.dims, values, index), n);
  });
}

void propagate(const InferArgs& args, std::span<HostValue> outputs) {
  move_host_values(args, reference, 1, outputs);
}

}  // namespace

GatherShape gather_shape(const Attributes& attributes, const Dims& data, const Dims& indices) {
  GatherShape shape;
  const int64_t mode = attributes.get_int("mode"),
                batch = attributes.get_int("num_elementwise_dims");
  TRTLIKE_CHECK(mode >= 0 && mode <= 2,
                "[ops] attribute 'mode': expected DEFAULT (0), ELEMENT (1) or ND (2), got ", mode,
                ".");
  shape.mode = static_cast<GatherMode>(mode);
  // The last extent of indices into several axes is their number.
  const int index_rank = indices.rank() - (shape.mode == GatherMode::Nd ? 1 : 0);
  TRTLIKE_CHECK(batch >= 0 && batch <= std::min(data.rank(), index_rank) &&
                    (batch == 0 || shape.mode != GatherMode::Element),
                "[ops] attribute 'num_elementwise_dims': expected extents that both ", data,
                " and ", indices, " have (none in mode ELEMENT), got ", batch, ".");
  shape.batch_dims = static_cast<int>(batch);
  check_batch_dims(shape, data, indices);
  if (shape.mode == GatherMode::Nd) {
    shape.output = nd_output(shape, data, indices);
    return shape;
  }
  shape.axis = core::normalize_axis(attributes.get_int("axis"), data.rank(), "attribute 'axis'");
  TRTLIKE_CHECK(shape.axis >= shape.batch_dims,
                "[ops] attribute 'axis': expected an axis after the ", batch,
                " elementwise extents, got ", shape.axis, ".");
  shape.output = shape.mode == GatherMode::Element ? element_output(shape, data, indices)
                                                   : default_output(shape, data, indices);
  return shape;
}

const OpDefinition& gather_op() {
  static const OpDefinition op{
      .name = "Gather",
      .meaning = "elements, rows or blocks of a tensor chosen by an index tensor",
      .layer_type = LayerType::Gather,
      .attributes = {{"mode", int64_t{0}},
                     {"axis", int64_t{0}},
                     {"num_elementwise_dims", int64_t{0}}},
      .inputs = {{.name = "data"}, {.name = "indices"}},
      .infer = infer,
      .reference = reference,
      .propagate = propagate,
      .rounding = kMoved,
      .picks_elements = true,
      .is_lookup = true,
  };
  return op;
}

}  // namespace trtlike::ops
