// Elements of constants in the format that a step reads them in.
#pragma once

#include <memory>

#include "kernels/tensor_desc.h"

namespace trtlike::kernels {

/// Dense row-major elements of type `from` as dense elements of `to`: in another type, quantized,
/// or channels last.
std::shared_ptr<const void> convert_elements(const void* data, DataType from, const TensorDesc& to);

}  // namespace trtlike::kernels
