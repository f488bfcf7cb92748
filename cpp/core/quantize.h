// Real numbers to elements of quantized tensors.
#pragma once

#include "core/quantization.h"

namespace trtlike::core {

/// Which of the scales is that of an element, given by its place in a row-major tensor of known
/// extents.
int64_t scale_of(const Quantization& quantization, const Dims& dims, int64_t element);

/// The element that stands for `number` at this place, as ONNX rounds (half to even). Not
/// saturated: the storage type does that.
double quantize(const Quantization& quantization, const Dims& dims, int64_t element, double number);

}  // namespace trtlike::core
