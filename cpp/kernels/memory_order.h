// A tensor's axes in the order in which they lie in memory.
#pragma once

#include <array>

#include "kernels/tensor_desc.h"

namespace trtlike::kernels {

/// Step in elements from one index of each logical axis to the next. Not for Blocked16.
Dims element_steps(const TensorDesc& desc);

/// The logical axes from the outermost to the innermost in memory.
std::array<int, Dims::kMaxDims> axes_in_memory(const TensorDesc& desc);

}  // namespace trtlike::kernels
