// Slice: a range with a stride on each axis; outside of the input it wraps, clamps, reflects or
// fills, as its mode says.
#include "ops/host_values.h"
#include "ops/indexing.h"
#include "ops/shapes/slice_shape.h"

namespace trtlike::ops {
namespace {

/// The lists as far as they are known; nothing when an axis or a length is not.
std::optional<SliceLists> known_lists(const InferArgs& args) {
  const HostValue start = ints_argument(args, 1, "start"), shape = ints_argument(args, 2, "shape"),
                  stride = ints_argument(args, 3, "stride"), axes = ints_argument(args, 5, "axes");
  if (!start || !shape || !stride || !is_known(axes)) return std::nullopt;
  return SliceLists{.start = *start,
                    .shape = *shape,
                    .stride = *stride,
                    .axes = *axes,
                    .clamp_ends = args.attributes.get_bool("clamp_ends"),
                    .mode = sample_mode(args.attributes, "mode")};
}

void infer(const InferArgs& args) {
  const TensorType& input = args.inputs[0];
  if (args.has_input(4))
    TRTLIKE_CHECK(args.inputs[4].dtype == input.dtype, "[ops] input 4 'fill': expected ",
                  core::dtype_name(input.dtype), " as input 0, got ",
                  core::dtype_name(args.inputs[4].dtype), ".");
  TensorType& out = args.outputs[0];
  out = {input.dtype, Dims::filled(input.dims.rank(), core::kUnknownDim)};
  const std::optional<SliceLists> lists = known_lists(args);
  if (!lists) return;
  const std::vector<SliceAxis> axes = slice_axes(*lists, input.dims);
  for (int d = 0; d < out.dims.rank(); ++d) out.dims[d] = axes[static_cast<size_t>(d)].extent;
}

/// A range of an axis with a step; what repeats an element or reads outside has no bound.
void bound_extents(const InferArgs& args) {
  const std::optional<SliceLists> lists = known_lists(args);
  if (!lists || !is_known(lists->stride) || lists->mode != SampleMode::StrictBounds) return;
  const Dims& dims = args.inputs[0].dims;
  const std::vector<SliceAxis> axes = slice_axes(*lists, dims);
  for (int d = 0; d < dims.rank(); ++d) {
    const int64_t stride = std::abs(axes[static_cast<size_t>(d)].stride);
    if (args.outputs[0].dims[d] < 0 && stride > 0)
      args.outputs[0].dims[d] = dims[d] / stride + (dims[d] % stride != 0 ? 1 : 0);
  }
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &input = args.inputs[0], &out = args.outputs[0];
  const SliceLists lists = slice_lists(args);
  const std::vector<SliceAxis> axes = slice_axes(lists, input.dims);
  const Dims strides = core::dense_strides(input.dims);
  const ElementMover mover(input, out, "Slice");
  const bool filled = args.has_input(4);
  const ElementMover filler(filled ? args.inputs[4] : input, out, "Slice");
  for_each_index(out.dims, [&](const Dims& index, int64_t n) {
    int64_t from = 0;
    for (int d = 0; d < index.rank() && from >= 0; ++d) {
      const SliceAxis& axis = axes[static_cast<size_t>(d)];
      const int64_t at =
          sample_position(axis.start + index[d] * axis.stride, input.dims[d], lists.mode);
      from = at < 0 ? -1 : from + at * strides[d];
    }
    if (from >= 0) {
      mover.copy(from, n);
    } else if (filled) {
      filler.copy(0, n);
    } else {
      mover.clear(n);
    }
  });
}

void propagate(const InferArgs& args, std::span<HostValue> outputs) {
  move_host_values(args, reference, 1u | 1u << 4, outputs);
}

bool is_view(const InferArgs& args) {
  const std::optional<SliceLists> lists = known_lists(args);
  if (!lists || !core::is_static(args.inputs[0].dims)) return false;
  const std::vector<SliceAxis> axes = slice_axes(*lists, args.inputs[0].dims);
  for (size_t d = 0; d < axes.size(); ++d)
    if (axes[d].start != 0 || (axes[d].stride != 1 && axes[d].extent != 1) ||
        axes[d].extent != args.inputs[0].dims[static_cast<int>(d)])
      return false;
  return true;
}

std::optional<Dims> find_box(const InferArgs& args) {
  const std::optional<SliceLists> lists = known_lists(args);
  if (!lists || !is_known(lists->start) || !is_known(lists->shape) || !is_known(lists->stride))
    return std::nullopt;
  const Dims& dims = args.inputs[0].dims;
  const std::vector<SliceAxis> ranges = slice_axes(*lists, dims);
  Dims first;
  for (int d = 0; d < dims.rank(); ++d) {
    const SliceAxis& range = ranges[static_cast<size_t>(d)];
    if ((range.stride != 1 && range.extent != 1) || range.start < 0 ||
        range.start + range.extent > dims[d])
      return std::nullopt;
    first.push_back(range.start);
  }
  return first;
}

}  // namespace

const OpDefinition& slice_op() {
  static const OpDefinition op{
      .name = "Slice",
      .meaning = "a range with a stride on each axis",
      .layer_type = LayerType::Slice,
      .attributes = {{"start", std::vector<int64_t>{}},
                     {"shape", std::vector<int64_t>{}},
                     {"stride", std::vector<int64_t>{}},
                     {"axes", std::vector<int64_t>{}},
                     {"mode", int64_t{0}},
                     {"clamp_ends", false}},
      .inputs = {{.name = "input"},
                 {.name = "start", .optional = true},
                 {.name = "shape", .optional = true},
                 {.name = "stride", .optional = true},
                 {.name = "fill", .optional = true},
                 {.name = "axes", .optional = true}},
      .host_inputs = {1, 2, 3, 5},
      .infer = infer,
      .reference = reference,
      .propagate = propagate,
      .is_view = is_view,
      .bound_extents = bound_extents,
      .rounding = kMoved,
      .find_box = find_box,
      .picks_elements = true,
  };
  return op;
}

}  // namespace trtlike::ops
