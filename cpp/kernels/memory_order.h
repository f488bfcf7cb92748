// A tensor's axes in the order in which they lie in memory.
#pragma once

#include <array>
#include <vector>

#include "kernels/tensor_desc.h"

namespace trtlike::kernels {

/// Step in elements from one index of each logical axis to the next.
Dims element_steps(const TensorDesc& desc);

/// The logical axes from the outermost to the innermost in memory.
std::array<int, Dims::kMaxDims> axes_in_memory(const TensorDesc& desc);

/// One or more axes of an input that lie together in its memory, in the output's too, and are all
/// marked or all not.
struct MemoryAxis {
  int64_t extent = 1;
  int64_t in_step = 0;
  int64_t out_step = 0;
  bool marked = false;
};

/// The input's axes from the outermost to the innermost in memory, merged where they can be;
/// extents of 1 are left out. `out_steps` are the output's steps along the input's logical axes;
/// bit i of `marked` is logical axis i. The innermost one has step 1: where no axis does, one of
/// extent 1 is added that is not marked.
std::vector<MemoryAxis> merge_axes(const TensorDesc& in, const Dims& out_steps, uint32_t marked);

}  // namespace trtlike::kernels
