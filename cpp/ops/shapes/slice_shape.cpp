// Ranges of Slice.
#include "ops/shapes/slice_shape.h"

#include <algorithm>

#include "ops/host_values.h"

namespace trtlike::ops {
namespace {

constexpr int64_t kNone = kUnknownElement;

int64_t clamp_to(int64_t v, int64_t low, int64_t high) { return std::min(std::max(v, low), high); }

SliceAxis clamped_axis(int64_t start, int64_t end, int64_t stride, int64_t extent) {
  if (start == kNone || end == kNone || stride == kNone || extent < 0)
    return {kNone, core::kUnknownDim, stride};
  return clamped_range(start, end, stride, extent);
}

/// Where the range ends; both positions fit 64 bits.
int64_t last_position(const SliceAxis& range, int axis) {
  int64_t reach = 0, last = 0;
  TRTLIKE_CHECK(!__builtin_mul_overflow(range.extent - 1, range.stride, &reach) &&
                    !__builtin_add_overflow(range.start, reach, &last),
                "[ops] Slice, axis ", axis, ": expected positions of 64 bits, got ", range.extent,
                " from ", range.start, " on in steps of ", range.stride, ".");
  return last;
}

void check_range(const SliceAxis& range, int64_t extent, SampleMode mode, int axis) {
  if (range.start == kNone || range.stride == kNone || range.extent <= 0) return;
  const int64_t last = last_position(range, axis);
  if (mode != SampleMode::StrictBounds || extent < 0) return;
  TRTLIKE_CHECK(range.start >= 0 && range.start < extent && last >= 0 && last < extent,
                "[ops] Slice, axis ", axis, ": expected elements in [0, ", extent, "), got ",
                range.start, " to ", last, ".");
}

}  // namespace

int64_t sample_position(int64_t position, int64_t extent, SampleMode mode) {
  if (position >= 0 && position < extent) return position;
  switch (mode) {
    case SampleMode::Wrap: {
      const int64_t rest = position % extent;
      return rest < 0 ? rest + extent : rest;
    }
    case SampleMode::Clamp:
      return clamp_to(position, 0, extent - 1);
    case SampleMode::Reflect: {
      if (extent == 1) return 0;
      const int64_t period = 2 * (extent - 1);
      int64_t rest = position % period;
      if (rest < 0) rest += period;
      return rest < extent ? rest : period - rest;
    }
    default:
      return -1;
  }
}

SliceAxis clamped_range(int64_t start, int64_t end, int64_t stride, int64_t extent) {
  const auto place = [&](int64_t v) { return v >= 0 ? v : v < -extent ? -1 : v + extent; };
  const int64_t high = stride > 0 ? extent : std::max<int64_t>(extent - 1, 0);
  const int64_t first = clamp_to(place(start), 0, high);
  const int64_t last = clamp_to(place(end), stride > 0 ? 0 : -1, stride > 0 ? extent : extent - 1);
  SliceAxis range{first, 0, stride};
  if (stride > 0 && last > first) range.extent = (last - first - 1) / stride + 1;
  if (stride < 0 && last < first) range.extent = (first - last - 1) / -stride + 1;
  return range;
}

std::vector<SliceAxis> slice_axes(const SliceLists& lists, const Dims& dims) {
  const size_t count = lists.start.size();
  const char* shape_name = lists.clamp_ends ? "ends" : "shape";
  TRTLIKE_CHECK(lists.shape.size() == count, "[ops] Slice, ", shape_name, ": expected ", count,
                " elements as start, got ", lists.shape.size(), ".");
  TRTLIKE_CHECK(lists.stride.empty() || lists.stride.size() == count,
                "[ops] Slice, stride: expected ", count, " elements as start, got ",
                lists.stride.size(), ".");
  TRTLIKE_CHECK(
      lists.axes.empty() ? count == static_cast<size_t>(dims.rank()) || lists.clamp_ends
                         : lists.axes.size() == count,
      "[ops] Slice, axes: expected an axis for each of the ", count, " elements of start, got ",
      lists.axes.empty() ? core::str("shape ", dims) : core::str("[", core::join(lists.axes), "]"),
      ".");
  std::vector<SliceAxis> out;
  for (const int64_t extent : dims) out.push_back({0, extent, 1});
  for (size_t i = 0; i < count; ++i) {
    const int64_t given = lists.axes.empty() ? static_cast<int64_t>(i) : lists.axes[i];
    const int axis = core::normalize_axis(given, dims.rank(), "axes");
    const int64_t stride = lists.stride.empty() ? 1 : lists.stride[i];
    TRTLIKE_CHECK(stride != 0 || !lists.clamp_ends,
                  "[ops] Slice, stride: expected other than 0, got 0 on axis ", axis, ".");
    SliceAxis& range = out[static_cast<size_t>(axis)];
    if (lists.clamp_ends) {
      range = clamped_axis(lists.start[i], lists.shape[i], stride, dims[axis]);
      continue;
    }
    const bool known = lists.shape[i] != kNone;
    TRTLIKE_CHECK(!known || lists.shape[i] >= 0,
                  "[ops] Slice, shape: expected extents of at least 0, got ", lists.shape[i], ".");
    range = {lists.start[i], known ? lists.shape[i] : core::kUnknownDim, stride};
    check_range(range, dims[axis], lists.mode, axis);
    TRTLIKE_CHECK(lists.mode == SampleMode::Fill || dims[axis] != 0 || range.extent <= 0,
                  "[ops] Slice, axis ", axis, ": expected elements to read, got shape ", dims, ".");
  }
  return out;
}

SampleMode sample_mode(const Attributes& attributes, const char* name) {
  const int64_t mode = attributes.get_int(name);
  TRTLIKE_CHECK(mode >= 0 && mode <= 4, "[ops] attribute '", name,
                "': expected STRICT_BOUNDS (0), WRAP (1), CLAMP (2), FILL (3) or REFLECT (4), got ",
                mode, ".");
  return static_cast<SampleMode>(mode);
}

SliceLists slice_lists(const ReferenceArgs& args) {
  return {.start = ints_argument(args, 1, "start"),
          .shape = ints_argument(args, 2, "shape"),
          .stride = ints_argument(args, 3, "stride"),
          .axes = ints_argument(args, 5, "axes"),
          .clamp_ends = args.attributes.get_bool("clamp_ends"),
          .mode = sample_mode(args.attributes, "mode")};
}

}  // namespace trtlike::ops
