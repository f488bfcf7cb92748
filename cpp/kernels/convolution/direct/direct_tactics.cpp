// Tactics of direct convolution, channels-last to channels-last, one for each tile width.
#include "core/strings.h"
#include "kernels/convolution/computed_weights.h"
#include "kernels/convolution/grid_slice.h"
#include "kernels/convolution/tactics.h"

namespace trtlike::kernels {
namespace convolution {
namespace {

class DirectKernel final : public Kernel {
 public:
  DirectKernel(const Problem& problem, const Tiles<F32>& tiles, std::span<const std::byte> packed)
      : epilogue_(problem, isa_of_lanes(tiles.lanes)), computed_(problem, shape_of(problem)) {
    const ops::ConvolutionShape shape = shape_of(problem);
    grid_ = convolution_grid(shape);
    pass_.tiles = &tiles;
    pass_.panels = plan_panels(shape, grid_.taps(), tiles.lanes, tiles.max_vectors);
    if (computed_.are_computed()) {
      computed_.add(pass_.panels, grid_.kernel_elements, 0);
      slices_ = {computed_.slices(problem.threads)};
      shared_bytes_ = static_cast<size_t>(pass_.panels.floats) * sizeof(float);
    } else {
      pass_.packed = read_floats(packed, pass_.panels.floats);
      slices_.clear();
    }
    pass_.epilogue = &epilogue_;
    blocking_ = plan_blocking(pass_.panels, grid_.size(), problem.threads);
    zeros_.assign(static_cast<size_t>(shape.input_channels), 0.0f);
    operands_ = {problem.inputs[0].pixel_pitch() * static_cast<int64_t>(sizeof(float)),
                 problem.outputs[0].pixel_pitch() * static_cast<int64_t>(sizeof(float)),
                 zeros_.data()};
    scratch_ = BlockScratch::plan(pass_, blocking_.block_pixels());
    scratch_bytes_ = scratch_.bytes();
    slices_.push_back(blocking_.slices());
  }

  void run(const RunArgs& args, int phase, int slice) const noexcept override {
    if (phase + 1 < static_cast<int>(slices_.size())) return computed_.pack(args, slice);
    run_grid_slice(grid_, pass_, blocking_, scratch_, operands_, args, slice);
  }

 private:
  Epilogue epilogue_;
  ComputedPanels computed_;
  IndirectionGrid grid_;
  DirectPass<F32> pass_;
  Blocking blocking_;
  BlockScratch scratch_;
  PixelOperands operands_;
  std::vector<float> zeros_;
};

template <const Tiles<F32>& kTiles>
struct Direct {
  static std::optional<std::string> refuse(const Problem& problem) {
    return refuse_operands(problem, Layout::ChannelsLast, Layout::ChannelsLast, DataType::Float,
                           Weights::Any);
  }

  static Packed pack(const Problem& problem) {
    const ops::ConvolutionShape shape = shape_of(problem);
    const IndirectionGrid grid = convolution_grid(shape);
    const PanelPlan plan = plan_panels(shape, grid.taps(), kTiles.lanes, kTiles.max_vectors);
    const std::vector<float> weights = constant_floats(problem, 1);
    const PackedFloats out(plan.floats);
    const int64_t inputs = shape.input_channels / shape.groups;
    pack_panels(
        plan, shape,
        [&](int64_t k, int64_t c, int64_t t) {
          return weights[static_cast<size_t>((k * inputs + c) * grid.taps() + t)];
        },
        constant_floats(problem, 2), out.data);
    return out.packed;
  }

  static std::unique_ptr<Kernel> prepare(const Problem& problem,
                                         std::span<const std::byte> packed) {
    return std::make_unique<DirectKernel>(problem, kTiles, packed);
  }
};

/// Panels of an odd number of vectors, for numbers of channels that twice as many do not divide.
template <const Tiles<F32>& kTiles>
struct OddDirect : Direct<kTiles> {
  static std::optional<std::string> refuse(const Problem& problem) {
    if (auto reason = Direct<kTiles>::refuse(problem)) return reason;
    const ops::ConvolutionShape shape = shape_of(problem);
    const int64_t channels = shape.output_channels / shape.groups;
    const int64_t columns = kTiles.max_vectors * kTiles.lanes;
    if (channels % (2 * columns) != columns)
      return core::str("needs an odd multiple of ", columns, " output channels, got ", channels);
    return std::nullopt;
  }
};

}  // namespace
}  // namespace convolution

#define TRTLIKE_DIRECT(name, needs, types, tile) \
  TRTLIKE_DEFINE_TACTIC(name) =                  \
      convolution::kFunctions<convolution::Direct<convolution::tiles::name>>;
#define TRTLIKE_DIRECT_ODD(name, needs, types, tile) \
  TRTLIKE_DEFINE_TACTIC(name) =                      \
      convolution::kFunctions<convolution::OddDirect<convolution::tiles::name>>;
#define TRTLIKE_TACTIC(...)
#include "kernels/convolution/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
