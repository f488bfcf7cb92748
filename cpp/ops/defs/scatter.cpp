// Scatter: a copy of a tensor with elements or blocks replaced (or combined) where an index tensor
// says. An index below zero counts from the back; one outside ends the run.
#include "ops/host_values.h"
#include "ops/indexing.h"
#include "ops/shapes/scatter_shape.h"

namespace trtlike::ops {
namespace {

void check_element_mode(const Dims& data, const Dims& indices, const Dims& updates, int axis) {
  bool fits = data.rank() == indices.rank() && indices.rank() == updates.rank();
  for (int d = 0; fits && d < data.rank(); ++d)
    fits = indices[d] == updates[d] || indices[d] < 0 || updates[d] < 0;
  TRTLIKE_CHECK(fits, "[ops] input 2 'updates': expected the extents of the indices ", indices,
                " and the rank of the data ", data, ", got ", updates, ".");
  for (int d = 0; fits && d < data.rank(); ++d)
    fits = d == axis || data[d] < 0 || std::max(indices[d], updates[d]) <= data[d];
  TRTLIKE_CHECK(fits, "[ops] input 1 'indices': expected at most the extents of the data ", data,
                " except on axis ", axis, ", got ", indices, ".");
}

void check_nd_mode(const Dims& data, const Dims& indices, const Dims& updates) {
  const int64_t indexed = indices.rank() > 0 ? indices[indices.rank() - 1] : 0;
  TRTLIKE_CHECK(indexed >= 1 && indexed <= data.rank(),
                "[ops] input 1 'indices': expected a last extent in [1, ", data.rank(),
                "] for data of shape ", data, ", got ", indices, ".");
  Dims expected;
  for (int d = 0; d + 1 < indices.rank(); ++d) expected.push_back(indices[d]);
  for (int d = static_cast<int>(indexed); d < data.rank(); ++d) expected.push_back(data[d]);
  bool fits = expected.rank() == updates.rank();
  for (int d = 0; fits && d < updates.rank(); ++d)
    fits = expected[d] == updates[d] || expected[d] < 0 || updates[d] < 0;
  TRTLIKE_CHECK(fits, "[ops] input 2 'updates': expected shape ", expected, ", got ", updates, ".");
}

void infer(const InferArgs& args) {
  const TensorType &data = args.inputs[0], &indices = args.inputs[1], &updates = args.inputs[2];
  const int64_t mode = args.attributes.get_int("mode");
  const int64_t reduction = args.attributes.get_int("reduction");
  TRTLIKE_CHECK(mode == 0 || mode == 1,
                "[ops] attribute 'mode': expected ELEMENT (0) or ND (1), got ", mode, ".");
  TRTLIKE_CHECK(reduction >= 0 && reduction <= 4,
                "[ops] attribute 'reduction': expected none (0), add (1), mul (2), max (3) or min "
                "(4), got ",
                reduction, ".");
  TRTLIKE_CHECK(core::is_integer(indices.dtype), "[ops] input 1 'indices': expected integers, got ",
                core::dtype_name(indices.dtype), ".");
  TRTLIKE_CHECK(updates.dtype == data.dtype, "[ops] input 2 'updates': expected ",
                core::dtype_name(data.dtype), " as input 0, got ", core::dtype_name(updates.dtype),
                ".");
  if (mode == 0) {
    const int axis =
        core::normalize_axis(args.attributes.get_int("axis"), data.dims.rank(), "attribute 'axis'");
    check_element_mode(data.dims, indices.dims, updates.dims, axis);
    check_constant_indices(args, 1, "indices", data.dims, [&](int64_t) { return axis; });
  } else {
    check_nd_mode(data.dims, indices.dims, updates.dims);
    const int64_t indexed = indices.dims[indices.dims.rank() - 1];
    check_constant_indices(args, 1, "indices", data.dims,
                           [&](int64_t i) { return static_cast<int>(i % indexed); });
  }
  args.outputs[0] = data;
}

/// Calls f(n, offset) with the element of the data that element n of the updates goes to.
template <typename F>
void for_each_update(const ReferenceArgs& args, F&& f) {
  const Dims &data = args.inputs[0].dims, &indices = args.inputs[1].dims;
  const Dims &updates = args.inputs[2].dims, strides = core::dense_strides(data);
  const Dims index_strides = core::dense_strides(indices);
  const std::vector<int64_t> values = int_elements(args.inputs[1]);
  const auto resolve = [&](int64_t position, int axis) {
    return resolve_index(values[static_cast<size_t>(position)], data, axis);
  };
  if (args.attributes.get_enum<ScatterMode>("mode") == ScatterMode::Element) {
    const int axis =
        core::normalize_axis(args.attributes.get_int("axis"), data.rank(), "attribute 'axis'");
    for_each_index(updates, [&](const Dims& index, int64_t n) {
      Dims at = index;
      at[axis] = resolve(n, axis);
      f(n, offset_of(at, strides));
    });
    return;
  }
  const int last = indices.rank() - 1, indexed = static_cast<int>(indices[last]);
  for_each_index(updates, [&](const Dims& index, int64_t n) {
    int64_t position = 0, offset = 0;
    for (int d = 0; d < last; ++d) position += index[d] * index_strides[d];
    for (int d = 0; d < indexed; ++d) offset += resolve(position + d, d) * strides[d];
    for (int d = indexed; d < data.rank(); ++d) offset += index[last + d - indexed] * strides[d];
    f(n, offset);
  });
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &data = args.inputs[0], &updates = args.inputs[2], &out = args.outputs[0];
  const auto reduction = args.attributes.get_enum<ScatterReduction>("reduction");
  if (out.bytes() > 0) std::memcpy(out.data, data.data, out.bytes());
  core::dispatch_dtype(out.dtype, "Scatter", [&](auto tag) {
    using T = decltype(tag);
    for_each_update(args, [&](int64_t n, int64_t offset) {
      combine(out.as<T>()[offset], updates.as<T>()[n], reduction);
    });
  });
}

bool adds_up(const InferArgs& args) {
  const auto reduction = args.attributes.get_enum<ScatterReduction>("reduction");
  return reduction == ScatterReduction::Add || reduction == ScatterReduction::Multiply;
}
bool moves(const InferArgs& args) { return !adds_up(args); }

}  // namespace

const OpDefinition& scatter_op() {
  static const OpDefinition op{
      .name = "Scatter",
      .meaning = "a tensor with elements or blocks replaced where an index tensor says",
      .layer_type = LayerType::Scatter,
      .attributes = {{"mode", int64_t{0}}, {"axis", int64_t{0}}, {"reduction", int64_t{0}}},
      .inputs = {{.name = "data"}, {.name = "indices"}, {.name = "updates"}},
      .infer = infer,
      .reference = reference,
      .rounding = {0, adds_up, adds_up, moves},
  };
  return op;
}

}  // namespace trtlike::ops
