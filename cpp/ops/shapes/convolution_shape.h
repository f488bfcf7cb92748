// The geometry of convolutions and deconvolutions of one to three spatial axes, and the direct sum
// that specifies them. Shared by the op definitions and by the kernels.
#pragma once

#include <vector>

#include "ops/shapes/window.h"

namespace trtlike::ops {

/// Attributes with their defaults filled in and padding modes resolved. Fewer than three spatial
/// axes are preceded by axes of extent 1, so that axis 2 is always the innermost one.
struct ConvolutionShape {
  int64_t batch = 1;
  int64_t input_channels = 1;
  int64_t output_channels = 1;
  int64_t groups = 1;
  WindowAxes input{1, 1, 1};
  WindowAxes output{1, 1, 1};
  WindowAxes kernel{1, 1, 1};
  WindowAxes stride{1, 1, 1};
  WindowAxes dilation{1, 1, 1};
  /// Zeros before the first element; what follows the last one is implied by the output's extent.
  /// A deconvolution drops that many of its outputs instead.
  WindowAxes padding{0, 0, 0};
};

/// The attribute rows that Convolution, FusedConvolution and Deconvolution have in common.
std::vector<AttributeSpec> convolution_attributes();

/// Throws UserError for operands or attributes that do not fit together. Extents of the input and
/// hence of the output may be unknown (-1); all of the kernel's extents must be known.
ConvolutionShape convolution_shape(const Attributes& attributes, const Dims& input,
                                   const Dims& kernel);
ConvolutionShape deconvolution_shape(const Attributes& attributes, const Dims& input,
                                     const Dims& kernel);

/// True for the op whose shape is a deconvolution_shape.
bool is_deconvolution(const OpDefinition& op);

/// The output's extents: batch, channels, then as many spatial axes as `rank` has.
Dims output_dims(const ConvolutionShape& shape, int rank);

/// Throws UserError unless input `bias` is absent or has as many elements as there are output
/// channels.
void check_bias(const InferArgs& args, size_t bias, int64_t output_channels);

/// Convolution of inputs 0 (input), 1 (kernel) and 2 (bias, if present), summed in double, in
/// row-major order of the output.
std::vector<double> convolve(const ConvolutionShape& shape, const ReferenceArgs& args);

}  // namespace trtlike::ops
