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
        packed_(read_packed(packed, core::align_up(layout_.bytes()))),
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

/// The phases of a deconvolution, one after the other.
class QuantizedPhases final : public Kernel {
 public:
  QuantizedPhases(std::vector<Setup> setups, const Tiles& tiles,
                  std::span<const std::byte> packed) {
    slices_ = {0};
    size_t at = 0;
    for (Setup& setup : setups) {
      const size_t bytes = core::align_up(PanelLayout(tiles, setup).bytes());
      const auto element = static_cast<int64_t>(core::dtype_bytes(setup.out.dtype, 1));
      firsts_.push_back({slices_[0], setup.out_first * element});
      const size_t left = packed.size() - std::min(at, packed.size());
      phases_.push_back(std::make_unique<QuantizedKernel>(
          std::move(setup), tiles, packed.subspan(packed.size() - left, std::min(bytes, left))));
      at += bytes;
      slices_[0] += phases_.back()->slices()[0];
      scratch_bytes_ = std::max(scratch_bytes_, phases_.back()->scratch_bytes());
    }
    read_packed(packed, at);
  }

  void run(const RunArgs& args, int phase, int slice) const noexcept override {
    size_t i = phases_.size() - 1;
    while (firsts_[i].slice > slice) --i;
    void* const out = static_cast<std::byte*>(args.outputs[0]) + firsts_[i].out_bytes;
    RunArgs shifted = args;
    shifted.outputs = &out;
    phases_[i]->run(shifted, phase, slice - firsts_[i].slice);
  }

 private:
  struct First {
    int slice;
    int64_t out_bytes;
  };
  std::vector<std::unique_ptr<Kernel>> phases_;
  std::vector<First> firsts_;
};

/// One problem, or the phases of it.
std::string read_setups(const Problem& problem, std::vector<Setup>& setups) {
  if (is_deconvolution(problem)) return read_phases(problem, setups);
  return read_problem(problem, setups.emplace_back());
}

std::vector<Setup> get_setups(const Problem& problem) {
  std::vector<Setup> setups;
  const std::string refusal = read_setups(problem, setups);
  TRTLIKE_ASSERT(refusal.empty(), refusal);
  return setups;
}

std::optional<std::string> refuse(const Problem& problem) {
  std::vector<Setup> setups;
  std::string refusal = read_setups(problem, setups);
  return refusal.empty() ? std::nullopt : std::optional(std::move(refusal));
}

ops::InputSet packed_inputs(const Problem&) { return {1, 2}; }

template <const Tiles& tiles>
Packed pack_for(const Problem& problem) {
  const std::vector<Setup> setups = get_setups(problem);
  size_t bytes = 0;
  for (const Setup& setup : setups) bytes += core::align_up(PanelLayout(tiles, setup).bytes());
  std::shared_ptr<void> block = core::allocate_shared(bytes);
  auto* to = static_cast<std::byte*>(block.get());
  for (const Setup& setup : setups) {
    pack(static_cast<const int8_t*>(problem.constants[1]),
         static_cast<const float*>(problem.constants[2]), setup, tiles, to);
    to += core::align_up(PanelLayout(tiles, setup).bytes());
  }
  return {block, bytes};
}

template <const Tiles& tiles>
std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte> packed) {
  std::vector<Setup> setups = get_setups(problem);
  if (is_deconvolution(problem))
    return std::make_unique<QuantizedPhases>(std::move(setups), tiles, packed);
  return std::make_unique<QuantizedKernel>(std::move(setups[0]), tiles, packed);
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
