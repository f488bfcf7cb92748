// Walks over the tiles of a plan and moves each with the inner loops of this CPU.
#include <algorithm>
#include <bit>
#include <cstring>

#include "kernels/copy/copy.h"
#include "kernels/simd/loops_of_this_cpu.h"

namespace trtlike::kernels::copy {
namespace {

template <typename T>
void move_strided(const char* in, char* out, const CopyAxis& rows, const CopyAxis& inner) {
  for (int64_t r = 0; r < rows.count; ++r) {
    const char* from = in + r * rows.in_stride;
    char* to = out + r * rows.out_stride;
    T value;
    if (inner.in_stride == 0) {
      std::memcpy(&value, from, sizeof(T));
      if (inner.out_stride == static_cast<int64_t>(sizeof(T))) {
        std::fill_n(reinterpret_cast<T*>(to), inner.count, value);
        continue;
      }
    }
    for (int64_t i = 0; i < inner.count; ++i) {
      std::memcpy(&value, from, sizeof(T));
      std::memcpy(to, &value, sizeof(T));
      from += inner.in_stride;
      to += inner.out_stride;
    }
  }
}

void move_strided(int64_t element_bytes, const char* in, char* out, const CopyAxis& rows,
                  const CopyAxis& inner) {
  switch (element_bytes) {
    case 1:
      return move_strided<uint8_t>(in, out, rows, inner);
    case 2:
      return move_strided<uint16_t>(in, out, rows, inner);
    case 4:
      return move_strided<uint32_t>(in, out, rows, inner);
    default:
      return move_strided<uint64_t>(in, out, rows, inner);
  }
}

/// The place of a tile: its indices on the outer axes, the rows and the inner axis, and where that
/// is in memory.
struct Cursor {
  std::array<int64_t, Box::kMaxAxes> index{};
  int64_t row_tile = 0;
  int64_t inner_tile = 0;
  int64_t in = 0;
  int64_t out = 0;

  Cursor(const CopyPlan& plan, int64_t tile) : in(plan.in_offset), out(plan.out_offset) {
    inner_tile = tile % plan.inner_tiles;
    tile /= plan.inner_tiles;
    row_tile = tile % plan.row_tiles;
    tile /= plan.row_tiles;
    for (int i = plan.num_outer - 1; i >= 0; --i) {
      const CopyAxis& axis = plan.outer[static_cast<size_t>(i)];
      const int64_t at = tile % axis.count;
      tile /= axis.count;
      index[static_cast<size_t>(i)] = at;
      in += at * axis.in_stride;
      out += at * axis.out_stride;
    }
  }

  void advance(const CopyPlan& plan) {
    if (++inner_tile < plan.inner_tiles) return;
    inner_tile = 0;
    if (++row_tile < plan.row_tiles) return;
    row_tile = 0;
    for (int i = plan.num_outer - 1; i >= 0; --i) {
      const CopyAxis& axis = plan.outer[static_cast<size_t>(i)];
      int64_t& at = index[static_cast<size_t>(i)];
      in += axis.in_stride;
      out += axis.out_stride;
      if (++at < axis.count) return;
      at = 0;
      in -= axis.count * axis.in_stride;
      out -= axis.count * axis.out_stride;
    }
  }
};

}  // namespace

const InnerLoops& inner_loops() { return loops_of_this_cpu<kPortable, kAvx2, kAvx512>(); }

void run_tiles(const CopyPlan& plan, int64_t begin, int64_t end, const char* in,
               char* out) noexcept {
  if (begin >= end) return;
  static const InnerLoops& loops = inner_loops();
  Cursor cursor(plan, begin);
  for (int64_t tile = begin; tile < end; ++tile, cursor.advance(plan)) {
    const int64_t row = cursor.row_tile * plan.rows_a_tile;
    const int64_t column = cursor.inner_tile * plan.inner_a_tile;
    CopyAxis rows = plan.rows, inner = plan.inner;
    rows.count = std::min(plan.rows_a_tile, rows.count - row);
    inner.count = std::min(plan.inner_a_tile, inner.count - column);
    const char* from = in + cursor.in + row * rows.in_stride + column * inner.in_stride;
    char* to = out + cursor.out + row * rows.out_stride + column * inner.out_stride;
    switch (plan.inner_kind) {
      case Inner::Rows:
        loops.copy_rows(from, rows.in_stride, to, rows.out_stride, rows.count, inner.count);
        break;
      case Inner::Transpose:
        loops.transpose[static_cast<size_t>(
            std::countr_zero(static_cast<uint64_t>(plan.element_bytes)))](
            from, rows.in_stride, to, inner.out_stride, rows.count, inner.count);
        break;
      case Inner::Strided:
        move_strided(plan.element_bytes, from, to, rows, inner);
        break;
    }
  }
}

}  // namespace trtlike::kernels::copy
