// Tactics of deconvolution, channels-last to channels-last: each phase of the strides is a direct
// convolution of stride 1 with the kernel elements that reach its outputs.
#include <algorithm>

#include "kernels/convolution/computed_weights.h"
#include "kernels/convolution/grid_slice.h"
#include "kernels/convolution/tactics.h"

namespace trtlike::kernels {
namespace convolution {
namespace {

class DeconvolutionKernel final : public Kernel {
 public:
  DeconvolutionKernel(const Problem& problem, const Tiles<F32>& tiles,
                      std::span<const std::byte> packed)
      : epilogue_(problem, isa_of_lanes(tiles.lanes)), computed_(problem, shape_of(problem)) {
    const ops::ConvolutionShape shape = shape_of(problem);
    zeros_.assign(static_cast<size_t>(shape.input_channels), 0.0f);
    operands_ = {problem.inputs[0].pixel_pitch() * static_cast<int64_t>(sizeof(float)),
                 problem.outputs[0].pixel_pitch() * static_cast<int64_t>(sizeof(float)),
                 zeros_.data()};
    int64_t floats = 0;
    int slices = 0;
    for (IndirectionGrid& grid : deconvolution_grids(shape)) {
      Phase phase;
      phase.pass.tiles = &tiles;
      phase.pass.panels = plan_panels(shape, grid.taps(), tiles.lanes, tiles.max_vectors);
      phase.pass.epilogue = &epilogue_;
      phase.pass.shared_offset = floats;
      floats += phase.pass.panels.floats;
      phase.blocking = plan_blocking(phase.pass.panels, grid.size(), problem.threads);
      phase.scratch = BlockScratch::plan(phase.pass, phase.blocking.block_pixels());
      phase.first_slice = slices;
      slices += phase.blocking.slices();
      scratch_bytes_ = std::max(scratch_bytes_, phase.scratch.bytes());
      phase.grid = std::move(grid);
      phases_.push_back(std::move(phase));
    }
    if (computed_.are_computed()) {
      for (const Phase& phase : phases_)
        computed_.add(phase.pass.panels, phase.grid.kernel_elements, phase.pass.shared_offset);
      slices_ = {computed_.slices(problem.threads), slices};
      shared_bytes_ = static_cast<size_t>(floats) * sizeof(float);
      return;
    }
    slices_ = {slices};
    const float* start = read_floats(packed, floats);
    for (Phase& phase : phases_) phase.pass.packed = start + phase.pass.shared_offset;
  }

  void run(const RunArgs& args, int packing_or_sums, int slice) const noexcept override {
    if (packing_or_sums + 1 < static_cast<int>(slices_.size())) return computed_.pack(args, slice);
    size_t i = phases_.size() - 1;
    while (phases_[i].first_slice > slice) --i;
    const Phase& phase = phases_[i];
    run_grid_slice(phase.grid, phase.pass, phase.blocking, phase.scratch, operands_, args,
                   slice - phase.first_slice);
  }

 private:
  struct Phase {
    IndirectionGrid grid;
    DirectPass<F32> pass;
    Blocking blocking;
    BlockScratch scratch;
    int first_slice = 0;
  };
  Epilogue epilogue_;
  ComputedPanels computed_;
  PixelOperands operands_;
  std::vector<Phase> phases_;
  std::vector<float> zeros_;
};

template <const Tiles<F32>& kTiles>
struct Transposed {
  static std::optional<std::string> refuse(const Problem& problem) {
    return refuse_operands(problem, Layout::ChannelsLast, Layout::ChannelsLast, DataType::Float,
                           Weights::Any);
  }

  static Packed pack(const Problem& problem) {
    const ops::ConvolutionShape shape = shape_of(problem);
    const std::vector<IndirectionGrid> grids = deconvolution_grids(shape);
    std::vector<PanelPlan> plans;
    int64_t floats = 0;
    for (const IndirectionGrid& grid : grids) {
      plans.push_back(plan_panels(shape, grid.taps(), kTiles.lanes, kTiles.max_vectors));
      floats += plans.back().floats;
    }
    const std::vector<float> weights = constant_floats(problem, 1);
    const std::vector<float> bias = constant_floats(problem, 2);
    const int64_t elements = shape.kernel[0] * shape.kernel[1] * shape.kernel[2];
    const int64_t inputs = shape.input_channels / shape.groups;
    const int64_t outputs = shape.output_channels / shape.groups;
    const PackedFloats out(floats);
    float* to = out.data;
    for (size_t i = 0; i < grids.size(); ++i) {
      pack_panels(
          plans[i], shape,
          [&](int64_t k, int64_t c, int64_t t) {
            const int64_t row = (k / outputs * inputs + c) * outputs + k % outputs;
            return weights[static_cast<size_t>(row * elements +
                                               grids[i].kernel_elements[static_cast<size_t>(t)])];
          },
          bias, to);
      to += plans[i].floats;
    }
    return out.packed;
  }

  static std::unique_ptr<Kernel> prepare(const Problem& problem,
                                         std::span<const std::byte> packed) {
    return std::make_unique<DeconvolutionKernel>(problem, kTiles, packed);
  }
};

}  // namespace
}  // namespace convolution

#define TRTLIKE_TRANSPOSED(name, needs, types, tile, direct) \
  TRTLIKE_DEFINE_TACTIC(name) =                              \
      convolution::kFunctions<convolution::Transposed<convolution::tiles::direct>>;
#define TRTLIKE_TACTIC(...)
#include "kernels/convolution/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
