// How a tensor lies in memory and what its elements stand for: type, extents, layout,
// quantization. What tactics are asked about.
#pragma once

#include <cstdint>
#include <string>

#include "core/dtype.h"
#include "core/quantization.h"
#include "core/shape.h"

namespace trtlike::kernels {

/// Memory layouts. Other than Linear they exist for rank 4 (and 3 as N, C, W; 5 as N, C, D, H, W)
/// activations only.
enum class Layout : int32_t {
  Linear = 0,        ///< row-major in the order of the extents (NCHW)
  ChannelsLast = 1,  ///< N, H, W, C: the second extent moves innermost
};
const char* layout_name(Layout layout);

/// Extents are always in logical order (N, C, H, W), whatever the layout.
struct TensorDesc {
  DataType dtype = DataType::Float;
  Dims dims = Dims::unknown_rank();
  Layout layout = Layout::Linear;
  /// ChannelsLast only: elements from one pixel to the next when the tensor is a band of channels
  /// inside a wider one; 0: dense.
  int64_t pitch = 0;
  /// Axes count in logical order.
  core::Quantization quantization = {};

  bool is_absent() const { return dims.rank() < 0; }
  bool operator==(const TensorDesc&) const = default;
  /// Elements from one pixel to the next in ChannelsLast.
  int64_t pixel_pitch() const { return pitch != 0 ? pitch : dims[1]; }
  /// Bytes that the tensor spans in memory.
  size_t bytes() const;
  /// "f32[1, 64, 56, 56] channels_last"; of a quantization the scheme, not the numbers, so that
  /// tensors that take the same time read the same.
  std::string to_string() const;
};

}  // namespace trtlike::kernels
