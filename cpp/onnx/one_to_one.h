// Operators that are an op of the IR under another name: same inputs, attributes of the same names.
// Listed in ops/ops.inc beside the op.
#pragma once

#include "onnx/registry.h"

namespace trtlike::onnx {

std::span<const Importer> one_to_one_importers();

}  // namespace trtlike::onnx
