// Slices as parts of their input.
#include "engine/alias_slice.h"

#include "engine/alias_tree.h"

namespace trtlike::engine {
namespace {

using kernels::Layout;
using kernels::TensorDesc;

/// The logical axis that lies at this position in memory.
int axis_at(const TensorDesc& desc, int position) {
  if (desc.layout != Layout::ChannelsLast || position == 0) return position;
  return position == desc.dims.rank() - 1 ? 1 : position + 1;
}

/// Dense in memory: extents of 1, then one axis that is cut, then whole axes.
std::optional<SliceBand> find_dense(const TensorDesc& in, const TensorDesc& out,
                                    const Dims& first) {
  int64_t offset = 0, stride = 1;
  bool cut = false;
  for (int p = in.dims.rank() - 1; p >= 0; --p) {
    const int axis = axis_at(in, p);
    if (cut && out.dims[axis] != 1) return std::nullopt;
    offset += first[axis] * stride;
    stride *= in.dims[axis];
    cut = cut || out.dims[axis] != in.dims[axis];
  }
  return SliceBand{offset * static_cast<int64_t>(core::dtype_bytes(in.dtype, 1)), 0};
}

}  // namespace

std::optional<SliceBand> find_slice_band(const ConcretePlan& concrete, size_t index) {
  const PlanStep& step = concrete.plan_step(index);
  const auto find_box = concrete.steps[index].op->find_box;
  if (find_box == nullptr || step.inputs[0] < 0 || step.outputs[0] < 0) return std::nullopt;
  const TensorDesc &in = concrete.desc(step.inputs[0]), &out = concrete.desc(step.outputs[0]);
  if (in.dtype != out.dtype || in.layout != out.layout || in.quantization != out.quantization ||
      out.bytes() == 0)
    return std::nullopt;
  const std::optional<Dims> first = find_box(StepArgs(concrete, index).args());
  if (!first) return std::nullopt;
  if (in.pitch == 0)
    if (const auto dense = find_dense(in, out, *first)) return dense;
  if (in.layout != Layout::ChannelsLast) return std::nullopt;
  for (int d = 0; d < in.dims.rank(); ++d)
    if (d != 1 && in.dims[d] != out.dims[d]) return std::nullopt;
  return SliceBand{(*first)[1] * static_cast<int64_t>(core::dtype_bytes(in.dtype, 1)),
                   in.pixel_pitch()};
}

}  // namespace trtlike::engine
