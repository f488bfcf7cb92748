// Steps and axis order of linear and channels-last tensors.
#include "kernels/memory_order.h"

#include "core/check.h"

namespace trtlike::kernels {

Dims element_steps(const TensorDesc& desc) {
  Dims steps = core::dense_strides(desc.dims);
  if (desc.layout == Layout::Linear) return steps;
  int64_t step = desc.pixel_pitch();
  for (int i = desc.dims.rank() - 1; i >= 2; --i) {
    steps[i] = step;
    step *= desc.dims[i];
  }
  steps[0] = step;
  steps[1] = 1;
  return steps;
}

std::array<int, Dims::kMaxDims> axes_in_memory(const TensorDesc& desc) {
  std::array<int, Dims::kMaxDims> axes{0, 1, 2, 3, 4, 5, 6, 7};
  if (desc.layout != Layout::ChannelsLast) return axes;
  const auto last = static_cast<size_t>(desc.dims.rank() - 1);
  for (size_t i = 1; i < last; ++i) axes[i] = static_cast<int>(i) + 1;
  axes[last] = 1;
  return axes;
}

std::vector<MemoryAxis> merge_axes(const TensorDesc& in, const Dims& out_steps, uint32_t marked) {
  const Dims in_steps = element_steps(in);
  const auto order = axes_in_memory(in);
  std::vector<MemoryAxis> axes;
  for (int i = 0; i < in.dims.rank(); ++i) {
    const int axis = order[static_cast<size_t>(i)];
    const MemoryAxis next{in.dims[axis], in_steps[axis], out_steps[axis],
                          ((marked >> axis) & 1u) != 0};
    if (next.extent == 1) continue;
    if (!axes.empty() && axes.back().marked == next.marked &&
        axes.back().in_step == next.extent * next.in_step &&
        axes.back().out_step == next.extent * next.out_step) {
      const int64_t extent = axes.back().extent * next.extent;
      axes.back() = next;
      axes.back().extent = extent;
    } else {
      axes.push_back(next);
    }
  }
  if (!axes.empty() && axes.back().in_step != 1) axes.push_back({1, 1, 1, false});
  return axes;
}

}  // namespace trtlike::kernels
