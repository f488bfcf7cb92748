// What QuantizedConvolution and QuantizedMatrixMultiply share: products of integers that stand for
// real numbers, and what is done to their sums.
#pragma once

#include <vector>

#include "ops/op.h"
#include "ops/pointwise/pointwise_program.h"

namespace trtlike::ops {

/// INT8 or UINT8.
inline bool is_byte(DataType dtype) { return dtype == DataType::Int8 || dtype == DataType::UInt8; }

/// The two rows of input 2: a factor and a summand for each output channel.
///
///   output = program(factor[k] * sum over (x - zero_point) w + summand[k], operands ...)
///
/// x are elements of input 0 (s8 or u8), w those of input 1 (s8); what pads a window is zero_point.
inline constexpr size_t kRescale = 2;
inline constexpr size_t kFirstQuantizedOperand = 3;

/// "zero_point" of input 0, "program" (none changes nothing), "to_type" of the output, which
/// saturates.
std::vector<AttributeSpec> quantized_attributes();
std::vector<InputSpec> quantized_inputs();

/// The attribute's program; without one the output is input 0 of it.
PointwiseProgram quantized_program(const Attributes& attributes);

/// Throws UserError for operands that are not quantized so, or do not go with `channels` output
/// channels and an output of extents `out`. Returns the output's type.
DataType check_quantized(const InferArgs& args, int64_t channels, const Dims& out);

/// Input 0 less its zero point, as floats, which are exact.
std::vector<float> centred_input(const ReferenceArgs& args);

/// Stores what becomes of the sums, whose channel is i / inner % channels.
void store_quantized(const ReferenceArgs& args, const std::vector<double>& sums, int64_t channels,
                     int64_t inner);

}  // namespace trtlike::ops
