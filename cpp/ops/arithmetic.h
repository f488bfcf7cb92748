// How many arithmetic operations an op performs: what a time is compared with. Products count
// twice: a multiplication and an addition.
#pragma once

#include <span>

#include "ops/op.h"

namespace trtlike::ops {

/// Multiplications and additions of the direct algorithm, whatever a tactic makes of it; one for
/// each element of an element-wise operation; 0 for ops that only move elements. All extents must
/// be known.
int64_t count_operations(const OpDefinition& op, const Attributes& attributes,
                         std::span<const TensorType> inputs, std::span<const TensorType> outputs);

// What definitions of ops count with.

/// The extents of an input; of unknown rank where it is absent.
const Dims& input_dims(const InferArgs& args, size_t i);
/// Elements of input 0, and of output 0.
int64_t count_inputs(const InferArgs& args);
int64_t count_outputs(const InferArgs& args);
/// Instructions of the program in this attribute.
int64_t count_instructions(const InferArgs& args, const char* attribute);
/// Instructions of the attribute "program", for each element of the output.
int64_t count_program(const InferArgs& args);
int64_t count_convolution(const InferArgs& args);
int64_t count_product(const InferArgs& args);
/// Of a cell with `gates` rows of weights a hidden element.
int64_t count_recurrent(const InferArgs& args, int64_t gates);

}  // namespace trtlike::ops
