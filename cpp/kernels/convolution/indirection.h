// Indirection buffers: pointers to the input pixels under each output pixel, for the register
// tiles. A grid is a regular set of output pixels that all use the same taps: all pixels of a
// convolution, or those of one phase of a deconvolution.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "ops/shapes/convolution_shape.h"

namespace trtlike::kernels::convolution {

using Axes = ops::WindowAxes;

/// a / b, rounded up. b is positive.
inline int64_t ceil_div(int64_t a, int64_t b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }

/// Grid point q reads input pixel q * stride + offset of each tap, and writes output pixel
/// q * out_step + out_first, by axis.
struct IndirectionGrid {
  int64_t batch = 1;
  Axes input{1, 1, 1};
  Axes points{1, 1, 1};
  Axes stride{1, 1, 1};
  Axes output{1, 1, 1};
  Axes out_step{1, 1, 1};
  Axes out_first{0, 0, 0};
  /// Per tap: the kernel's element (row-major index) and the offset of its input pixel.
  std::vector<int64_t> kernel_elements;
  std::vector<Axes> offsets;

  int64_t size() const { return batch * points[0] * points[1] * points[2]; }
  int64_t taps() const { return static_cast<int64_t>(offsets.size()); }
};

IndirectionGrid convolution_grid(const ops::ConvolutionShape& shape);
/// One grid for each phase of the strides. Taps depend on the attributes and the kernel's extents
/// only; a phase may have no taps or no points.
std::vector<IndirectionGrid> deconvolution_grids(const ops::ConvolutionShape& shape);

/// table[t * row_stride + i]: the pixel (of `pitch` elements of `bytes` each) under tap t of grid
/// point first + i, or `zeros`.
void fill_indirection(const IndirectionGrid& grid, const void* input, int64_t pitch_bytes,
                      const void* zeros, int64_t first, int64_t count, const void** table,
                      int64_t row_stride);
/// table[i]: the output pixel of grid point first + i.
void fill_output_indirection(const IndirectionGrid& grid, void* output, int64_t pitch_bytes,
                             int64_t first, int64_t count, void** table);

}  // namespace trtlike::kernels::convolution
