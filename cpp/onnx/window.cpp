// Attributes of a window, checked against its number of dimensions.
#include "onnx/window.h"

#include "core/strings.h"

namespace trtlike::onnx {
namespace {

using core::str;

/// Of kernels, strides, dilations and paddings, as in TensorRT's 32-bit Dims.
constexpr int64_t kMaxAttribute = INT32_MAX;

std::vector<int64_t> read_per_dimension(NodeContext& node, const char* name, int spatial) {
  const auto ones = std::vector<int64_t>(static_cast<size_t>(spatial), 1);
  auto values = node.get_ints(name, ones);
  if (values.empty()) values = ones;
  if (values.size() != ones.size())
    node.fail_attribute(name, str("expected ", spatial, " values, got ", values.size(), "."));
  check_range(node, name, values, 1);
  return values;
}

}  // namespace

void check_range(NodeContext& node, const char* name, const std::vector<int64_t>& values,
                 int64_t least) {
  for (const int64_t value : values)
    if (value < least || value > kMaxAttribute)
      node.fail_attribute(
          name, str("expected values from ", least, " to ", kMaxAttribute, ", got ", value, "."));
}

Window read_window(NodeContext& node, int spatial, const std::vector<int64_t>& kernel) {
  Window window;
  window.kernel = node.get_ints("kernel_shape", kernel);
  if (window.kernel.size() != static_cast<size_t>(spatial))
    node.fail_attribute("kernel_shape",
                        str("expected ", spatial, " values, got ", window.kernel.size(), "."));
  if (!kernel.empty() && kernel != window.kernel)
    node.fail_attribute("kernel_shape",
                        str("expected the extents of input 1, [", core::join(kernel), "], got [",
                            core::join(window.kernel), "]."));
  check_range(node, "kernel_shape", window.kernel, 0);
  window.strides = read_per_dimension(node, "strides", spatial);
  window.dilations = read_per_dimension(node, "dilations", spatial);
  const auto zeros = std::vector<int64_t>(static_cast<size_t>(spatial), 0);
  window.pre_padding = window.post_padding = zeros;
  const std::string auto_pad = node.get_string("auto_pad", "NOTSET");
  if (auto_pad == "SAME_UPPER") {
    window.padding_mode = kSameUpper;
  } else if (auto_pad == "SAME_LOWER") {
    window.padding_mode = kSameLower;
  } else if (auto_pad == "NOTSET" || auto_pad.empty()) {
    const auto pads = node.get_ints("pads", std::vector<int64_t>(zeros.size() * 2, 0));
    if (pads.empty()) return window;
    if (pads.size() != zeros.size() * 2)
      node.fail_attribute("pads",
                          str("expected ", zeros.size() * 2, " values, got ", pads.size(), "."));
    check_range(node, "pads", pads, -kMaxAttribute);
    const auto half = pads.begin() + spatial;
    window.pre_padding.assign(pads.begin(), half);
    window.post_padding.assign(half, pads.end());
  } else if (auto_pad != "VALID") {
    node.fail_attribute(
        "auto_pad", str("expected NOTSET, VALID, SAME_UPPER or SAME_LOWER, got '", auto_pad, "'."));
  }
  return window;
}

}  // namespace trtlike::onnx
