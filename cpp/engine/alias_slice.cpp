// Slices as parts of their input.
#include "engine/alias_slice.h"

#include "engine/alias_tree.h"
#include "ops/host_values.h"
#include "ops/shapes/slice_shape.h"

namespace trtlike::engine {
namespace {

using kernels::Layout;
using kernels::TensorDesc;

/// The ranges on all axes; nothing when they are not known or reach outside of the input.
std::optional<std::vector<ops::SliceAxis>> find_ranges(const ConcretePlan& concrete,
                                                       const PlanStep& step) {
  std::vector<ops::TensorType> inputs;
  std::vector<ops::HostValue> host;
  for (int32_t value : step.inputs) {
    const TensorDesc desc = value < 0 ? TensorDesc{} : concrete.desc(value);
    inputs.push_back({desc.dtype, desc.dims});
    host.push_back(value < 0 ? ops::HostValue{} : concrete.known[static_cast<size_t>(value)]);
  }
  std::vector<ops::TensorType> outputs(1);
  const ops::InferArgs args{nullptr, step.attributes, inputs, host, outputs};
  const ops::HostValue start = ops::ints_argument(args, 1, "start"),
                       shape = ops::ints_argument(args, 2, "shape"),
                       stride = ops::ints_argument(args, 3, "stride"),
                       axes = ops::ints_argument(args, 5, "axes");
  if (!ops::is_known(start) || !ops::is_known(shape) || !ops::is_known(stride) ||
      !ops::is_known(axes))
    return std::nullopt;
  const Dims& dims = inputs[0].dims;
  std::vector<ops::SliceAxis> ranges =
      ops::slice_axes({.start = *start,
                       .shape = *shape,
                       .stride = *stride,
                       .axes = *axes,
                       .clamp_ends = step.attributes.get_bool("clamp_ends"),
                       .mode = ops::sample_mode(step.attributes, "mode")},
                      dims);
  for (int d = 0; d < dims.rank(); ++d) {
    const ops::SliceAxis& range = ranges[static_cast<size_t>(d)];
    if ((range.stride != 1 && range.extent != 1) || range.start < 0 ||
        range.start + range.extent > dims[d])
      return std::nullopt;
  }
  return ranges;
}

/// The logical axis that lies at this position in memory.
int axis_at(const TensorDesc& desc, int position) {
  if (desc.layout != Layout::ChannelsLast || position == 0) return position;
  return position == desc.dims.rank() - 1 ? 1 : position + 1;
}

/// Dense in memory: extents of 1, then one axis that is cut, then whole axes.
std::optional<SliceBand> find_dense(const TensorDesc& in, const TensorDesc& out,
                                    const std::vector<ops::SliceAxis>& ranges) {
  int64_t offset = 0, stride = 1;
  bool cut = false;
  for (int p = in.dims.rank() - 1; p >= 0; --p) {
    const int axis = axis_at(in, p);
    if (cut && out.dims[axis] != 1) return std::nullopt;
    offset += ranges[static_cast<size_t>(axis)].start * stride;
    stride *= in.dims[axis];
    cut = cut || out.dims[axis] != in.dims[axis];
  }
  return SliceBand{offset * static_cast<int64_t>(core::dtype_bytes(in.dtype, 1)), 0};
}

}  // namespace

std::optional<SliceBand> find_slice_band(const ConcretePlan& concrete, size_t index) {
  const PlanStep& step = concrete.plan_step(index);
  if (step.op != "Slice" || step.inputs[0] < 0 || step.outputs[0] < 0) return std::nullopt;
  const TensorDesc &in = concrete.desc(step.inputs[0]), &out = concrete.desc(step.outputs[0]);
  if (in.dtype != out.dtype || in.layout != out.layout || in.quantization != out.quantization ||
      out.bytes() == 0)
    return std::nullopt;
  const auto ranges = find_ranges(concrete, step);
  if (!ranges) return std::nullopt;
  if (in.pitch == 0)
    if (const auto dense = find_dense(in, out, *ranges)) return dense;
  if (in.layout != Layout::ChannelsLast) return std::nullopt;
  for (int d = 0; d < in.dims.rank(); ++d)
    if (d != 1 && in.dims[d] != out.dims[d]) return std::nullopt;
  return SliceBand{(*ranges)[1].start * static_cast<int64_t>(core::dtype_bytes(in.dtype, 1)),
                   in.pixel_pitch()};
}

}  // namespace trtlike::engine
