// Models that hang together as bytes do not: nodes of any operators on tensors of any shapes, and
// changes of one part of a model.
#pragma once

#include <random>
#include <string>

#include "onnx.pb.h"

namespace trtlike::test {

/// One to five nodes that read inputs, initializers and each other, with attributes that operators
/// of these names may have.
::onnx::ModelProto random_model(std::mt19937& random);

/// Changes extents, types, numbers, names or bytes at one or two places.
void change_model(::onnx::ModelProto& model, std::mt19937& random);

}  // namespace trtlike::test
