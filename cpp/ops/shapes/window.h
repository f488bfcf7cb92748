// Sliding windows over one to three spatial axes: what pooling and convolution make of kernel,
// stride, dilation, padding and padding mode.
#pragma once

#include <array>
#include <span>

#include "ops/op.h"

namespace trtlike::ops {

inline constexpr int kWindowAxes = 3;
using WindowAxes = std::array<int64_t, kWindowAxes>;

inline int64_t volume(const WindowAxes& axes) { return axes[0] * axes[1] * axes[2]; }

/// Windows on an input. Fewer than three spatial axes are preceded by axes of extent 1, so that
/// axis 2 is always the innermost one. Window o covers the elements o * stride - pre + i * dilation
/// for i in [0, kernel).
struct Window {
  WindowAxes input{1, 1, 1};
  WindowAxes output{1, 1, 1};  ///< -1 where the input's extent is
  WindowAxes kernel{1, 1, 1};
  WindowAxes stride{1, 1, 1};
  WindowAxes dilation{1, 1, 1};
  /// Padding before the first element. Zero for the SAME modes while the extent is unknown.
  WindowAxes pre{0, 0, 0};
  /// Padding that the caller asked for behind the last element.
  WindowAxes post{0, 0, 0};

  /// Padding that windows do touch behind the last element of an axis: more than `post` where the
  /// output's extent is rounded up, less (but not below 0) where it is rounded down.
  int64_t touched_post(int axis) const;
  /// Elements from the first to the last one that a window covers.
  int64_t span(int axis) const {
    return (kernel[static_cast<size_t>(axis)] - 1) * dilation[static_cast<size_t>(axis)] + 1;
  }
};

/// The attribute of this name; throws UserError for other numbers than a mode's.
PaddingMode get_padding_mode(const Attributes& attributes);

/// Strides, dilations and padding beyond this are refused, so that products of them fit 64 bits.
inline constexpr int64_t kMaxWindowNumber = int64_t{1} << 30;

/// A list attribute with one number from `least` to kMaxWindowNumber a spatial axis, right-aligned
/// into three; an empty list gives `fill` everywhere. Throws UserError naming the attribute.
WindowAxes read_window_axes(const Attributes& attributes, const char* name, int spatial_axes,
                            int64_t least, int64_t fill);

/// Reads "stride", "dilation", "pre_padding", "post_padding" and "padding_mode". `spatial` are the
/// input's one to three spatial extents, -1 where unknown; `kernel` has as many. An extent that is
/// rounded up has no window that begins behind the input (ONNX's ceil_mode). Throws UserError for
/// attributes that do not fit, and for windows that are larger than the padded input.
Window resolve_window(const Attributes& attributes, std::span<const int64_t> spatial,
                      std::span<const int64_t> kernel);

}  // namespace trtlike::ops
