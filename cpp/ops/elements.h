// Small tools of op definitions: elements as doubles, axis masks, loops over all indices of a
// shape.
#pragma once

#include <cstdint>
#include <vector>

#include "ops/op.h"
#include "ops/shapes/broadcast.h"

namespace trtlike::ops {

/// The elements of a dense tensor, row-major.
std::vector<double> read_elements(const core::TensorView& view);
/// Stores as many values as the tensor has elements, rounded to its type.
void write_elements(const std::vector<double>& values, const core::TensorView& view);

/// The axes whose bits are set, ascending. Throws UserError naming the attribute for a bit at or
/// above `rank`.
std::vector<int> masked_axes(const Attributes& attributes, const char* name, int rank);
/// The only axis of a mask; throws UserError when there is not exactly one.
int masked_axis(const Attributes& attributes, const char* name, int rank);

/// Throws UserError unless input `i` has one of the floating-point types.
void check_float(const InferArgs& args, size_t i, const char* name);

/// Throws UserError unless input 0 holds square matrices of floating-point numbers.
void check_square(const InferArgs& args);
/// True where the extents are these, as far as both are known.
bool may_be(const Dims& dims, const Dims& expected);
/// Throws UserError for an input that is there and holds no floating-point numbers or cannot have
/// these extents.
void check_extents(const InferArgs& args, size_t i, const char* name, const Dims& expected);
/// The attribute "to_type". Throws UserError for a number that no element type has.
DataType to_type(const Attributes& attributes);
/// Throws UserError for an input that is there and has not one element.
void check_one(const InferArgs& args, size_t i, const char* name);

/// True where the mask "axes" names one axis, or input 0 is no image: moments over the axes of an
/// image average roundings away.
bool is_in_rows(const InferArgs& args);

/// Row-major position -> offset with other strides.
int64_t strided_offset(int64_t index, const Dims& dims, const Dims& strides);

}  // namespace trtlike::ops
