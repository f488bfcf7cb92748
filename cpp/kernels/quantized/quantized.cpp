// The kernel around the tiles: gathers blocks of rows of A, walks panels, finishes what tiles made.
#include <algorithm>
#include <cstring>

#include "core/check.h"
#include "core/os/memory.h"
#include "kernels/packed.h"
#include "kernels/quantized/blocked_rows.h"

namespace trtlike::kernels {
namespace quantized {
namespace {

class QuantizedKernel final : public Kernel {
 public:
  QuantizedKernel(Setup setup, const Tiles& tiles, std::span<const std::byte> packed)
      : setup_(std::move(setup)),
        layout_(tiles, setup_),
        rows_(setup_, tiles, layout_),
        packed_(read_packed(packed, core::align_up(layout_.bytes()))),
        finisher_(make_finisher(setup_, tiles.needs)) {
    slices_ = {rows_.num_slices()};
    scratch_bytes_ = rows_.scratch_bytes() + finisher_.scratch_bytes();
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const BlockedRows::Part part = rows_.part(slice);
    BlockedRows::Rows a{};
    int64_t gathered = -1;
    for (int64_t panel = part.first_panel; panel < part.last_panel; ++panel) {
      const int64_t group = panel / layout_.panels;
      if (group != gathered)
        a = rows_.find(static_cast<const std::byte*>(args.inputs[0]) + group * setup_.channels,
                       part, args.scratch);
      gathered = group;
      run_panel(args, a, part, panel);
    }
  }

 private:
  void run_panel(const RunArgs& args, const BlockedRows::Rows& a, const BlockedRows::Part& part,
                 int64_t index) const {
    auto* sums = rows_.sums<float>(args.scratch);
    const int64_t group = index / layout_.panels, panel = index % layout_.panels;
    const int64_t stride = layout_.vectors(panel) * layout_.lanes;
    const auto* columns =
        packed_ + layout_.groups * layout_.group_bytes + index * layout_.width * 4;
    TileArgs tile{};
    tile.b = packed_ + group * layout_.group_bytes + panel * layout_.panel_bytes;
    tile.offsets = reinterpret_cast<const int32_t*>(columns);
    tile.factors = reinterpret_cast<const float*>(columns + layout_.column_bytes());
    tile.summands = reinterpret_cast<const float*>(columns + 2 * layout_.column_bytes());
    tile.c = sums;
    tile.c_stride = stride * static_cast<int64_t>(sizeof(float));
    rows_.multiply(tile, a, part.rows, panel);
    finish_rows(finisher_, args, setup_.matrix_rows,
                {sums, stride, part.first, part.rows,
                 group * layout_.outputs + panel * layout_.width, layout_.columns(panel)},
                static_cast<std::byte*>(args.scratch) + rows_.scratch_bytes());
  }

  Setup setup_;
  PanelLayout layout_;
  BlockedRows rows_;
  const std::byte* packed_;
  epilogue::Finisher finisher_;
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
