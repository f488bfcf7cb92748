// Brings a box into its cheapest form: axes sorted by output stride, merged where both sides allow,
// and the two inner axes chosen.
#include <algorithm>

#include "kernels/copy/copy.h"

namespace trtlike::kernels::copy {
namespace {

/// A tile's bytes: small enough for the inner caches, large enough to hide the cost of finding it.
constexpr int64_t kTileBytes = 64 << 10;
/// Elements of more bytes are moved as runs.
constexpr int64_t kMaxElementBytes = 8;

/// Drops nothing but makes fewer axes of those that follow each other on both sides.
void sort_and_merge(Box& box) {
  CopyAxis* axes = box.axes.data();
  std::sort(axes, axes + box.num_axes, [](const CopyAxis& a, const CopyAxis& b) {
    return a.out_stride != b.out_stride ? a.out_stride > b.out_stride : a.in_stride > b.in_stride;
  });
  int kept = 0;
  for (int i = 0; i < box.num_axes; ++i) {
    const CopyAxis& axis = axes[i];
    if (axis.count == 1) continue;
    if (kept > 0) {
      CopyAxis& last = axes[kept - 1];
      if (last.in_stride == axis.in_stride * axis.count &&
          last.out_stride == axis.out_stride * axis.count) {
        last = {last.count * axis.count, axis.in_stride, axis.out_stride};
        continue;
      }
    }
    axes[kept++] = axis;
  }
  box.num_axes = kept;
}

/// Takes the contiguous axis at the end into the element while the element stays small.
void widen_element(Box& box) {
  while (box.num_axes > 0) {
    const CopyAxis& last = box.axes[static_cast<size_t>(box.num_axes - 1)];
    const int64_t bytes = last.count * box.element_bytes;
    const bool power = (bytes & (bytes - 1)) == 0;
    if (last.in_stride != box.element_bytes || last.out_stride != box.element_bytes || !power ||
        bytes > kMaxElementBytes)
      return;
    box.element_bytes = bytes;
    --box.num_axes;
  }
}

int find_contiguous_input(const Box& box) {
  for (int i = box.num_axes - 1; i >= 0; --i)
    if (box.axes[static_cast<size_t>(i)].in_stride == box.element_bytes) return i;
  return -1;
}

CopyAxis take(Box& box, int axis) {
  const CopyAxis out = box.axes[static_cast<size_t>(axis)];
  for (int i = axis; i + 1 < box.num_axes; ++i)
    box.axes[static_cast<size_t>(i)] = box.axes[static_cast<size_t>(i + 1)];
  --box.num_axes;
  return out;
}

CopyAxis take_last(Box& box) { return box.num_axes > 0 ? take(box, box.num_axes - 1) : CopyAxis{}; }

void choose_inner(CopyPlan& plan, Box& box) {
  const int64_t element = box.element_bytes;
  const CopyAxis last =
      box.num_axes > 0 ? box.axes[static_cast<size_t>(box.num_axes - 1)] : CopyAxis{};
  const int contiguous = find_contiguous_input(box);
  if (box.num_axes == 0 || element > kMaxElementBytes ||
      (last.in_stride == element && last.out_stride == element)) {
    plan.inner_kind = Inner::Rows;
    plan.inner = {element, 1, 1};
    if (last.in_stride == element && last.out_stride == element)
      plan.inner.count = take_last(box).count * element;
    plan.rows = take_last(box);
  } else if (last.out_stride == element && contiguous >= 0) {
    plan.inner_kind = Inner::Transpose;
    plan.inner = box.axes[static_cast<size_t>(contiguous)];
    plan.rows = last;
    take(box, box.num_axes - 1);
    take(box, contiguous);
  } else {
    plan.inner_kind = Inner::Strided;
    plan.inner = take_last(box);
    plan.rows = take_last(box);
  }
}

int64_t round_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

void cut_tiles(CopyPlan& plan) {
  const bool by_bytes = plan.inner_kind == Inner::Rows;
  const int64_t unit = by_bytes ? 1 : plan.element_bytes;
  // Tiles end at multiples of a cache line where the tensor does.
  const int64_t line = std::max<int64_t>(64 / unit, 1);
  plan.inner_a_tile = std::min(plan.inner.count, round_up(kTileBytes / unit, line));
  if (plan.inner_kind == Inner::Transpose)
    plan.inner_a_tile =
        std::min(plan.inner.count,
                 round_up(kTileBytes / (unit * std::min<int64_t>(plan.rows.count, 256)), line));
  const int64_t rows = kTileBytes / std::max<int64_t>(plan.inner_a_tile * unit, 1);
  plan.rows_a_tile =
      std::min(plan.rows.count, round_up(std::max<int64_t>(rows, 1), by_bytes ? 1 : line));
  const auto tiles = [](int64_t count, int64_t a_tile) { return (count + a_tile - 1) / a_tile; };
  plan.row_tiles = tiles(plan.rows.count, plan.rows_a_tile);
  plan.inner_tiles = tiles(plan.inner.count, plan.inner_a_tile);
  plan.num_tiles = plan.row_tiles * plan.inner_tiles;
  plan.bytes = plan.rows.count * plan.inner.count * unit;
  for (int i = 0; i < plan.num_outer; ++i) {
    plan.num_tiles *= plan.outer[static_cast<size_t>(i)].count;
    plan.bytes *= plan.outer[static_cast<size_t>(i)].count;
  }
}

}  // namespace

int64_t Box::elems() const {
  int64_t n = 1;
  for (int i = 0; i < num_axes; ++i) n *= axes[static_cast<size_t>(i)].count;
  return n;
}

CopyPlan plan_copy(const Box& given) {
  CopyPlan plan;
  if (given.elems() == 0) return plan;
  Box box = given;
  sort_and_merge(box);
  widen_element(box);
  plan.in_offset = box.in_offset;
  plan.out_offset = box.out_offset;
  plan.element_bytes = box.element_bytes;
  choose_inner(plan, box);
  plan.num_outer = box.num_axes;
  plan.outer = box.axes;
  cut_tiles(plan);
  return plan;
}

}  // namespace trtlike::kernels::copy
