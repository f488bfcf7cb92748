// Finds the images in a Resize.
#include "core/check.h"
#include "kernels/resize/resize.h"

namespace trtlike::kernels::resize {
namespace {

std::vector<ops::ResizeAxis> all_axes(const Problem& problem) {
  const bool by_shape = problem.has_input(1) || !problem.attributes->get_ints("shape").empty();
  return ops::resize_axes(*problem.attributes, problem.inputs[0].dims, problem.outputs[0].dims,
                          by_shape);
}

}  // namespace

std::optional<std::string> refuse_axes(const Problem& problem) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  if (problem.has_input(2)) return "needs scales that are known when it is prepared";
  if (in.dtype != out.dtype)
    return core::str("needs equal types, got ", core::dtype_short_name(in.dtype), " and ",
                     core::dtype_short_name(out.dtype));
  if (in.layout != out.layout)
    return core::str("needs one layout of linear and channels_last, got ", layout_name(in.layout),
                     " and ", layout_name(out.layout));
  const int rank = in.dims.rank();
  if (rank < 1 || core::elems(out.dims) == 0) return "needs elements";
  if (in.layout == Layout::ChannelsLast && rank != 3 && rank != 4)
    return core::str("needs rank 3 or 4 in channels_last, got ", rank);
  const std::vector<ops::ResizeAxis> axes = all_axes(problem);
  const int last_kept = in.layout == Layout::ChannelsLast ? 2 : rank - 2;
  for (int d = 0; d < last_kept; ++d)
    if (!axes[static_cast<size_t>(d)].is_identity)
      return core::str("needs to keep all axes but the last two, got ", in.dims, " to ", out.dims);
  const int most = in.layout == Layout::ChannelsLast ? kMaxTaps : kMostPlanarTaps;
  for (const ops::ResizeAxis& axis : axes) {
    if (!axis.outside.empty()) return "needs all elements inside the input";
    if (axis.taps > most) return core::str("needs at most ", most, " taps, got ", axis.taps);
  }
  return std::nullopt;
}

Images find_images(const Problem& problem) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  const int rank = in.dims.rank();
  const bool interleaved = in.layout == Layout::ChannelsLast;
  std::vector<ops::ResizeAxis> axes = all_axes(problem);
  Images images;
  images.x = std::move(axes.back());
  images.y = {.in = 1, .out = 1, .taps = 1, .indices = {0}, .weights = {1.0f}, .is_identity = true};
  const bool has_y = rank >= (interleaved ? 4 : 2);
  if (has_y) images.y = std::move(axes[static_cast<size_t>(rank - 2)]);
  if (interleaved) {
    images.planes = in.dims[0];
    images.channels = in.dims[1];
    images.in_pitch = in.pixel_pitch();
    images.out_pitch = out.pixel_pitch();
  } else {
    images.planes = core::elems_between(in.dims, 0, has_y ? rank - 2 : rank - 1);
  }
  return images;
}

}  // namespace trtlike::kernels::resize
