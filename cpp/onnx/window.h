// The sliding window of convolutions and poolings: kernel_shape, strides, dilations, pads,
// auto_pad.
#pragma once

#include <string>
#include <vector>

#include "onnx/node_context.h"

namespace trtlike::onnx {

/// TensorRT's PaddingMode values.
inline constexpr int64_t kRoundDown = enum_number(PaddingMode::ExplicitRoundDown);
inline constexpr int64_t kRoundUp = enum_number(PaddingMode::ExplicitRoundUp);
inline constexpr int64_t kSameUpper = enum_number(PaddingMode::SameUpper);
inline constexpr int64_t kSameLower = enum_number(PaddingMode::SameLower);

struct Window {
  std::vector<int64_t> kernel;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;
  std::vector<int64_t> pre_padding;
  std::vector<int64_t> post_padding;
  int64_t padding_mode = kRoundDown;
};

/// Fails unless each value of the attribute is at least `least` and fits TensorRT's 32-bit Dims.
void check_range(NodeContext& node, const char* name, const std::vector<int64_t>& values,
                 int64_t least);
/// Reads the window of a node over `spatial` dimensions. `kernel` holds where kernel_shape is
/// missing; when both are there they must agree.
Window read_window(NodeContext& node, int spatial, const std::vector<int64_t>& kernel);

}  // namespace trtlike::onnx
