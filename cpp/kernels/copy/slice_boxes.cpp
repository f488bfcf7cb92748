// Segments of axes and their combinations.
#include "kernels/copy/slice_boxes.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace trtlike::kernels::copy {
namespace {

struct Segment {
  int64_t out_start = 0;
  int64_t count = 1;
  int64_t in_start = 0;  ///< below zero: fill
  int64_t in_step = 0;
};

/// Elements that begin at `at` and lie `step` apart, until one is outside of [low, high].
int64_t steps_inside(int64_t at, int64_t step, int64_t low, int64_t high) {
  if (step == 0) return std::numeric_limits<int64_t>::max();
  return (step > 0 ? high - at : at - low) / std::abs(step) + 1;
}

/// The longest run from element `i` of the axis on whose inputs lie at one stride, or outside.
Segment find_run(const ops::SliceAxis& axis, int64_t i, int64_t extent, SampleMode mode) {
  const int64_t raw = axis.start + i * axis.stride, step = axis.stride, rest = axis.extent - i;
  const bool is_inside = raw >= 0 && raw < extent;
  Segment run{i, rest, ops::sample_position(raw, extent, mode), 0};
  int64_t length = rest;
  if (is_inside || mode == SampleMode::Wrap) {
    run.in_step = step;
    length = steps_inside(run.in_start, step, 0, extent - 1);
  } else if (mode == SampleMode::Reflect && extent > 1) {
    const int64_t period = 2 * (extent - 1), place = (raw % period + period) % period;
    const bool is_forward = place < extent;
    run.in_step = is_forward ? step : -step;
    length = is_forward ? steps_inside(place, step, 0, extent - 1)
                        : steps_inside(place, step, extent, period - 1);
  } else {
    if (raw < 0 && step > 0) length = (-1 - raw) / step + 1;
    if (raw >= extent && step < 0) length = (raw - extent) / -step + 1;
  }
  run.count = std::min(rest, length);
  return run;
}

/// True when `last` could take `run` in; a single element has no stride of its own.
bool extend(Segment& last, const Segment& run) {
  if (last.in_start < 0 || run.in_start < 0) {
    if (last.in_start >= 0 || run.in_start >= 0) return false;
    last.count += run.count;
    return true;
  }
  const int64_t step = last.count == 1 ? run.in_start - last.in_start : last.in_step;
  if (run.in_start != last.in_start + last.count * step || (run.count > 1 && run.in_step != step))
    return false;
  last.in_step = step;
  last.count += run.count;
  return true;
}

/// Stops once there are more than `most` segments.
std::vector<Segment> cut_axis(const ops::SliceAxis& axis, int64_t extent, SampleMode mode,
                              size_t most) {
  std::vector<Segment> out;
  for (int64_t i = 0; i < axis.extent && out.size() <= most;) {
    const Segment run = find_run(axis, i, extent, mode);
    i += run.count;
    if (out.empty() || !extend(out.back(), run)) out.push_back(run);
  }
  return out;
}

class Combiner {
 public:
  Combiner(const TensorDesc& in, const TensorDesc& out, int fill)
      : out_(out), in_strides_(byte_strides(in)), out_strides_(byte_strides(out)), fill_(fill) {}

  /// Adds the boxes of all segments from axis `d` on to `box`, which has those before.
  void combine(size_t d, const Box& box, const std::vector<std::vector<Segment>>& segments,
               std::vector<Piece>& pieces) const {
    if (d == segments.size()) {
      pieces.push_back({plan_copy(box), 0});
      return;
    }
    for (const Segment& segment : segments[d]) {
      Box next = box;
      next.out_offset += segment.out_start * out_strides_[d];
      if (segment.in_start < 0) {
        pieces.push_back(fill_box(d, next, segment.count));
        continue;
      }
      next.in_offset += segment.in_start * in_strides_[d];
      next.add({segment.count, segment.in_step * in_strides_[d], out_strides_[d]});
      combine(d + 1, next, segments, pieces);
    }
  }

 private:
  /// `count` elements of axis d and all of the axes after it.
  Piece fill_box(size_t d, Box box, int64_t count) const {
    box.in_offset = 0;
    for (int i = 0; i < box.num_axes; ++i) box.axes[static_cast<size_t>(i)].in_stride = 0;
    box.add({count, 0, out_strides_[d]});
    for (size_t later = d + 1; later < static_cast<size_t>(out_.dims.rank()); ++later)
      box.add({out_.dims[static_cast<int>(later)], 0, out_strides_[later]});
    return {plan_copy(box), fill_};
  }

  const TensorDesc& out_;
  std::array<int64_t, Dims::kMaxDims> in_strides_;
  std::array<int64_t, Dims::kMaxDims> out_strides_;
  int fill_;
};

}  // namespace

std::vector<Piece> slice_pieces(const TensorDesc& in, const TensorDesc& out,
                                const std::vector<ops::SliceAxis>& axes, SampleMode mode,
                                int fill) {
  std::vector<Piece> pieces;
  if (core::elems(out.dims) == 0) return pieces;
  std::vector<std::vector<Segment>> segments;
  for (size_t d = 0; d < axes.size(); ++d)
    segments.push_back(cut_axis(axes[d], in.dims[static_cast<int>(d)], mode, kMaxPieces));
  Combiner(in, out, fill).combine(0, empty_box(out), segments, pieces);
  return pieces;
}

bool has_few_pieces(const Dims& in, const std::vector<ops::SliceAxis>& axes, SampleMode mode) {
  size_t pieces = 1;
  for (size_t d = 0; d < axes.size() && pieces <= kMaxPieces; ++d)
    pieces *=
        std::max<size_t>(1, cut_axis(axes[d], in[static_cast<int>(d)], mode, kMaxPieces).size());
  return pieces <= kMaxPieces;
}

}  // namespace trtlike::kernels::copy
