// The kernel around the tiles: gathers blocks of rows of A, walks panels, finishes what tiles made.
#include <algorithm>
#include <cstring>

#include "core/check.h"
#include "core/os/memory.h"
#include "kernels/packed.h"
#include "kernels/quantized/setup.h"

namespace trtlike::kernels {
namespace quantized {
namespace {

/// Rows of A that all panels are applied to while they are in the second-level cache.
constexpr int64_t kBlockRows = 48;

class QuantizedKernel final : public Kernel {
 public:
  QuantizedKernel(Setup setup, const Tiles& tiles, std::span<const std::byte> packed)
      : setup_(std::move(setup)),
        tiles_(tiles),
        layout_(tiles, setup_),
        packed_(read_packed(packed, layout_.bytes())),
        finisher_(make_finisher(setup_, tiles.needs)) {
    // Read where they are: bytes as they are multiplied, whole steps of them.
    reads_in_place_ = tiles.form == Form::Bytes && !setup_.is_signed && setup_.is_dense() &&
                      setup_.channels % tiles.depth() == 0;
    blocks_ = (setup_.rows() + kBlockRows - 1) / kBlockRows;
    const int64_t wanted = setup_.threads > 1 ? int64_t{4} * setup_.threads : 1;
    chunks_ = std::clamp<int64_t>((wanted + blocks_ - 1) / blocks_, 1, layout_.total_panels());
    slices_ = {static_cast<int>(blocks_ * chunks_)};
    row_bytes_ = layout_.steps * 4;
    zeros_.assign(static_cast<size_t>(setup_.channels), static_cast<std::byte>(setup_.zero_point));
    plan_scratch();
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const int64_t block = slice / chunks_, chunk = slice % chunks_;
    const int64_t first = setup_.rows() * block / blocks_;
    const int64_t rows = setup_.rows() * (block + 1) / blocks_ - first;
    const int64_t begin = layout_.total_panels() * chunk / chunks_;
    const int64_t end = layout_.total_panels() * (chunk + 1) / chunks_;
    auto* scratch = static_cast<std::byte*>(args.scratch);
    const auto* input = static_cast<const std::byte*>(args.inputs[0]);
    int64_t gathered = -1;
    for (int64_t panel = begin; panel < end; ++panel) {
      const int64_t group = panel / layout_.panels;
      const std::byte* a = input + first * setup_.in_pitch + group * setup_.channels;
      if (!reads_in_place_) {
        if (group != gathered) gather(input + group * setup_.channels, first, rows, scratch);
        gathered = group;
        a = scratch + table_bytes_;
      }
      run_panel(args, a, first, rows, panel);
    }
  }

 private:
  /// Pointers to pixels, rows of A, sums of a panel, and what finishes them.
  void plan_scratch() {
    const int64_t table = reads_in_place_ ? 0 : setup_.grid.taps() * kBlockRows;
    table_bytes_ = core::align_up(static_cast<size_t>(table) * sizeof(void*));
    a_bytes_ = core::align_up(static_cast<size_t>(reads_in_place_ ? 0 : kBlockRows * row_bytes_));
    sums_bytes_ = core::align_up(static_cast<size_t>(kBlockRows * layout_.width) * sizeof(float));
    scratch_bytes_ = table_bytes_ + a_bytes_ + sums_bytes_ + finisher_.scratch_bytes();
  }

  void gather(const std::byte* input, int64_t first, int64_t rows, std::byte* scratch) const {
    const auto** table = reinterpret_cast<const void**>(scratch);
    convolution::fill_indirection(setup_.grid, input, setup_.in_pitch, zeros_.data(), first, rows,
                                  table, kBlockRows);
    tiles_.gather({.table = table,
                   .table_stride = kBlockRows,
                   .rows = rows,
                   .taps = setup_.grid.taps(),
                   .channels = setup_.channels,
                   .is_signed = setup_.is_signed,
                   .zero_point = setup_.zero_point,
                   .to = scratch + table_bytes_,
                   .row_bytes = row_bytes_});
  }

  void run_panel(const RunArgs& args, const std::byte* a, int64_t first, int64_t rows,
                 int64_t index) const {
    auto* scratch = static_cast<std::byte*>(args.scratch);
    auto* sums = reinterpret_cast<float*>(scratch + table_bytes_ + a_bytes_);
    const int64_t group = index / layout_.panels, panel = index % layout_.panels;
    const int vectors = layout_.vectors(panel);
    const int64_t stride = vectors * layout_.lanes;
    const auto* columns =
        packed_ + layout_.groups * layout_.group_bytes + index * layout_.width * 4;
    TileArgs tile;
    tile.a_stride = reads_in_place_ ? setup_.in_pitch : row_bytes_;
    tile.b = packed_ + group * layout_.group_bytes + panel * layout_.panel_bytes;
    tile.steps = layout_.steps;
    tile.offsets = reinterpret_cast<const int32_t*>(columns);
    tile.factors = reinterpret_cast<const float*>(columns + layout_.column_bytes());
    tile.summands = reinterpret_cast<const float*>(columns + 2 * layout_.column_bytes());
    tile.c_stride = stride * static_cast<int64_t>(sizeof(float));
    const int64_t count = (rows + tiles_.max_rows - 1) / tiles_.max_rows;
    for (int64_t t = 0; t < count; ++t) {
      const int64_t at = rows * t / count, next = rows * (t + 1) / count;
      tile.a = a + at * tile.a_stride;
      tile.c = sums + at * stride;
      tiles_.functions[next - at][vectors](tile);
    }
    finish_rows(finisher_, args, setup_.matrix_rows,
                {sums, stride, first, rows, group * layout_.outputs + panel * layout_.width,
                 layout_.columns(panel)},
                scratch + table_bytes_ + a_bytes_ + sums_bytes_);
  }

  Setup setup_;
  const Tiles& tiles_;
  PanelLayout layout_;
  const std::byte* packed_;
  epilogue::Finisher finisher_;
  bool reads_in_place_ = false;
  int64_t blocks_ = 1, chunks_ = 1;
  int64_t row_bytes_ = 0;
  size_t table_bytes_ = 0, a_bytes_ = 0, sums_bytes_ = 0;
  std::vector<std::byte> zeros_;
};

std::optional<std::string> refuse(const Problem& problem) {
  Setup setup;
  std::string refusal = read_problem(problem, setup);
  return refusal.empty() ? std::nullopt : std::optional(std::move(refusal));
}

ops::InputSet packed_inputs(const Problem&) { return {1, 2}; }

template <const Tiles& tiles>
Packed pack_for(const Problem& problem) {
  return pack(problem, tiles);
}

template <const Tiles& tiles>
std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte> packed) {
  Setup setup;
  const std::string refusal = read_problem(problem, setup);
  TRTLIKE_ASSERT(refusal.empty(), refusal);
  return std::make_unique<QuantizedKernel>(std::move(setup), tiles, packed);
}

}  // namespace
}  // namespace quantized

#define TRTLIKE_QUANTIZED(name, needs, types, tile)                                   \
  TRTLIKE_DEFINE_TACTIC(name) = {.refuse = quantized::refuse,                         \
                                 .packed_inputs = quantized::packed_inputs,           \
                                 .pack = quantized::pack_for<quantized::tiles::name>, \
                                 .prepare = quantized::prepare<quantized::tiles::name>};
#define TRTLIKE_TACTIC(...)
#include "kernels/quantized/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
