// Output extents and padding of sliding windows.
#include "ops/shapes/window.h"

#include <algorithm>

#include "core/check.h"

namespace trtlike::ops {
namespace {

void resolve_same(Window& window, size_t axis, bool upper) {
  const int64_t stride = window.stride[axis];
  window.output[axis] = (window.input[axis] + stride - 1) / stride;
  const int64_t total =
      std::max<int64_t>(0, (window.output[axis] - 1) * stride +
                               window.span(static_cast<int>(axis)) - window.input[axis]);
  window.pre[axis] = upper ? total / 2 : total - total / 2;
  window.post[axis] = total - window.pre[axis];
}

void resolve_explicit(Window& window, size_t axis, bool round_up) {
  const int64_t stride = window.stride[axis], span = window.span(static_cast<int>(axis));
  const int64_t room = window.input[axis] + window.pre[axis] + window.post[axis] - span;
  TRTLIKE_CHECK(room >= 0, "[ops] input 0 'input': expected spatial extents of at least ",
                span - window.pre[axis] - window.post[axis], " for the window, got ",
                window.input[axis], ".");
  window.output[axis] = (room + (round_up ? stride - 1 : 0)) / stride + 1;
  if (round_up && (window.output[axis] - 1) * stride >= window.input[axis] + window.pre[axis])
    --window.output[axis];
}

}  // namespace

PaddingMode get_padding_mode(const Attributes& attributes) {
  const int64_t mode = attributes.get_int("padding_mode");
  TRTLIKE_CHECK(mode >= 0 && mode <= 3, "[ops] attribute 'padding_mode': expected ",
                "EXPLICIT_ROUND_DOWN (0), EXPLICIT_ROUND_UP (1), SAME_UPPER (2) or ",
                "SAME_LOWER (3), got ", mode, ".");
  return static_cast<PaddingMode>(mode);
}

int64_t Window::touched_post(int axis) const {
  const auto i = static_cast<size_t>(axis);
  return std::max<int64_t>(0, (output[i] - 1) * stride[i] + span(axis) - pre[i] - input[i]);
}

WindowAxes read_window_axes(const Attributes& attributes, const char* name, int spatial_axes,
                            int64_t least, int64_t fill) {
  WindowAxes out{fill, fill, fill};
  const std::vector<int64_t>& list = attributes.get_ints(name);
  if (list.empty()) return out;
  TRTLIKE_CHECK(static_cast<int>(list.size()) == spatial_axes, "[ops] attribute '", name,
                "': expected ", spatial_axes, " numbers, got [", core::join(list), "].");
  TRTLIKE_CHECK(std::all_of(list.begin(), list.end(), [&](int64_t v) { return v >= least; }),
                "[ops] attribute '", name, "': expected numbers of at least ", least, ", got [",
                core::join(list), "].");
  TRTLIKE_CHECK(*std::max_element(list.begin(), list.end()) <= kMaxWindowNumber,
                "[ops] attribute '", name, "': expected numbers of at most ", kMaxWindowNumber,
                ", got [", core::join(list), "].");
  std::copy(list.begin(), list.end(), out.end() - spatial_axes);
  return out;
}

Window resolve_window(const Attributes& attributes, std::span<const int64_t> spatial,
                      std::span<const int64_t> kernel) {
  const int axes = static_cast<int>(spatial.size());
  TRTLIKE_ASSERT(axes >= 1 && axes <= kWindowAxes && kernel.size() == spatial.size(),
                 "spatial axes ", axes);
  const PaddingMode mode = get_padding_mode(attributes);
  Window window;
  std::copy(spatial.begin(), spatial.end(), window.input.end() - axes);
  std::copy(kernel.begin(), kernel.end(), window.kernel.end() - axes);
  window.stride = read_window_axes(attributes, "stride", axes, 1, 1);
  window.dilation = read_window_axes(attributes, "dilation", axes, 1, 1);
  const bool same = mode == PaddingMode::SameUpper || mode == PaddingMode::SameLower;
  if (!same) {
    window.pre = read_window_axes(attributes, "pre_padding", axes, 0, 0);
    window.post = read_window_axes(attributes, "post_padding", axes, 0, 0);
  }
  for (size_t i = 0; i < kWindowAxes; ++i) {
    if (!core::is_known(window.input[i])) {
      window.output[i] = core::kUnknownDim;
    } else if (same) {
      resolve_same(window, i, mode == PaddingMode::SameUpper);
    } else {
      resolve_explicit(window, i, mode == PaddingMode::ExplicitRoundUp);
    }
  }
  return window;
}

}  // namespace trtlike::ops
