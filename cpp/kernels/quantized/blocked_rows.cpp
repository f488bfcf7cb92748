// Blocks, gathering and the walk over register tiles.
#include "kernels/quantized/blocked_rows.h"

#include <algorithm>

#include "core/os/memory.h"

namespace trtlike::kernels::quantized {

BlockedRows::BlockedRows(const Setup& setup, const Tiles& tiles, const PanelLayout& layout)
    : setup_(setup),
      tiles_(tiles),
      layout_(layout),
      // Read where they are: bytes as they are multiplied, whole steps of them.
      reads_in_place_(tiles.form == Form::Bytes && !setup.is_signed && setup.is_dense() &&
                      setup.channels % tiles.depth() == 0),
      blocks_((setup.rows() + kBlockRows - 1) / kBlockRows),
      row_bytes_(layout.steps * 4),
      zeros_(static_cast<size_t>(setup.channels), static_cast<std::byte>(setup.zero_point)) {
  const int64_t wanted = setup.threads > 1 ? int64_t{4} * setup.threads : 1;
  chunks_ = std::clamp<int64_t>((wanted + blocks_ - 1) / blocks_, 1, layout.total_panels());
  const int64_t table = reads_in_place_ ? 0 : setup.grid.taps() * kBlockRows;
  table_bytes_ = core::align_up(static_cast<size_t>(table) * sizeof(void*));
  a_bytes_ = core::align_up(static_cast<size_t>(reads_in_place_ ? 0 : kBlockRows * row_bytes_));
  sums_bytes_ = core::align_up(static_cast<size_t>(kBlockRows * layout.width) * sizeof(float));
}

BlockedRows::Part BlockedRows::part(int slice) const {
  const int64_t block = slice / chunks_, chunk = slice % chunks_, panels = layout_.total_panels();
  const int64_t first = setup_.rows() * block / blocks_;
  return {first, setup_.rows() * (block + 1) / blocks_ - first, panels * chunk / chunks_,
          panels * (chunk + 1) / chunks_};
}

BlockedRows::Rows BlockedRows::find(const std::byte* input, const Part& part, void* scratch) const {
  if (reads_in_place_) return {input + part.first * setup_.in_pitch, setup_.in_pitch};
  const auto** table = static_cast<const void**>(scratch);
  std::byte* const to = static_cast<std::byte*>(scratch) + table_bytes_;
  convolution::fill_indirection(setup_.grid, input, setup_.in_pitch, zeros_.data(), part.first,
                                part.rows, table, kBlockRows);
  tiles_.gather({.table = table,
                 .table_stride = kBlockRows,
                 .rows = part.rows,
                 .taps = setup_.grid.taps(),
                 .channels = setup_.channels,
                 .is_signed = setup_.is_signed,
                 .zero_point = setup_.zero_point,
                 .to = to,
                 .row_bytes = row_bytes_});
  return {to, row_bytes_};
}

void BlockedRows::multiply(TileArgs tile, const Rows& a, int64_t rows, int64_t panel) const {
  const int vectors = layout_.vectors(panel % layout_.panels);
  auto* const c = reinterpret_cast<std::byte*>(tile.c);
  tile.a_stride = a.stride;
  tile.steps = layout_.steps;
  const int64_t count = (rows + tiles_.max_rows - 1) / tiles_.max_rows;
  for (int64_t t = 0; t < count; ++t) {
    const int64_t at = rows * t / count, next = rows * (t + 1) / count;
    tile.a = a.first + at * a.stride;
    tile.c = reinterpret_cast<float*>(c + at * tile.c_stride);
    tiles_.functions[next - at][vectors](tile);
  }
}

}  // namespace trtlike::kernels::quantized
