// Sizes and names of layouts.
#include "kernels/tensor_desc.h"

#include "core/strings.h"

namespace trtlike::kernels {

const char* layout_name(Layout layout) {
  static constexpr const char* kNames[] = {"linear", "channels_last"};
  return kNames[static_cast<int>(layout)];
}

size_t TensorDesc::bytes() const {
  if (is_absent()) return 0;
  const int64_t n = core::elems(dims);
  if (n == 0) return 0;
  if (layout == Layout::ChannelsLast && pitch != 0)
    return core::dtype_bytes(dtype, (n / dims[1] - 1) * pitch + dims[1]);
  return core::dtype_bytes(dtype, n);
}

std::string TensorDesc::to_string() const {
  if (is_absent()) return "absent";
  std::string text = core::str(core::dtype_short_name(dtype), dims.to_string());
  if (layout != Layout::Linear) text += core::str(" ", layout_name(layout));
  if (pitch != 0) text += core::str(" pitch ", pitch);
  if (quantization) text += core::str(" ", quantization.scheme());
  return text;
}

}  // namespace trtlike::kernels
