// Segments of axes and their combinations.
#include "kernels/copy/slice_boxes.h"

namespace trtlike::kernels::copy {
namespace {

struct Segment {
  int64_t out_start = 0;
  int64_t count = 1;
  int64_t in_start = 0;  ///< below zero: fill
  int64_t in_step = 0;
};

std::vector<Segment> cut_axis(const ops::SliceAxis& axis, int64_t extent, ops::SampleMode mode) {
  std::vector<Segment> out;
  for (int64_t i = 0; i < axis.extent; ++i) {
    const int64_t at = ops::sample_position(axis.start + i * axis.stride, extent, mode);
    if (!out.empty()) {
      Segment& last = out.back();
      const bool fills = at < 0 && last.in_start < 0;
      const bool starts = at >= 0 && last.in_start >= 0 && last.count == 1;
      if (starts) last.in_step = at - last.in_start;
      if (fills || starts ||
          (at >= 0 && last.in_start >= 0 && at == last.in_start + last.count * last.in_step)) {
        ++last.count;
        continue;
      }
    }
    out.push_back({i, 1, at, 0});
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
                                const std::vector<ops::SliceAxis>& axes, ops::SampleMode mode,
                                int fill) {
  std::vector<Piece> pieces;
  if (core::elems(out.dims) == 0) return pieces;
  std::vector<std::vector<Segment>> segments;
  for (size_t d = 0; d < axes.size(); ++d)
    segments.push_back(cut_axis(axes[d], in.dims[static_cast<int>(d)], mode));
  Combiner(in, out, fill).combine(0, empty_box(out), segments, pieces);
  return pieces;
}

}  // namespace trtlike::kernels::copy
