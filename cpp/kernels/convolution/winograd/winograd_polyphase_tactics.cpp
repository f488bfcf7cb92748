// Tactics of WinogradPolyphase. Each slice takes rows of tiles, one after the other, through all
// steps in the second-level cache.
#include <algorithm>

#include "core/os/memory.h"
#include "core/strings.h"
#include "kernels/convolution/indirection.h"
#include "kernels/convolution/tactics.h"
#include "kernels/convolution/winograd/winograd_output.h"
#include "kernels/convolution/winograd/winograd_polyphase.h"

namespace trtlike::kernels {
namespace convolution {
namespace {

constexpr int kTile = kPolyphaseSize.m;
constexpr int kT = kPolyphaseWindow;
/// Tiles of a row that are computed together.
constexpr int64_t kMostTiles = 32;
/// Panels whose products are kept together.
constexpr int64_t kMostPanels = 4;
/// Between rows of lanes, for whole vectors.
constexpr int64_t kRowPadding = 16;
constexpr int64_t kMostChannels = kPhaseHalf / 2;

/// Panels of one vector whose "input channels" are the weights that one input and row meet.
PanelPlan plan_phase_panels(const ops::ConvolutionShape& shape, int lanes) {
  ops::ConvolutionShape products = shape;
  products.input_channels = 2 * shape.input_channels * kPhaseProducts;
  return plan_panels(products, kT, lanes, 1);
}

class WinogradPolyphaseKernel final : public Kernel {
 public:
  WinogradPolyphaseKernel(const Problem& problem, const WinogradPolyphase& steps,
                          std::span<const std::byte> packed)
      : steps_(steps),
        output_(problem, isa_of_lanes(steps.lanes), kTile),
        shape_(shape_of(problem)),
        panels_(plan_phase_panels(shape_, steps.lanes)),
        packed_(read_floats(packed, panels_.floats)) {
    const TensorDesc& in = problem.inputs[0];
    const bool linear = in.layout == Layout::Linear;
    in_pixel_ = linear ? 1 : in.pixel_pitch();
    in_channel_ = linear ? shape_.input[1] * shape_.input[2] : 1;
    in_image_ = shape_.input[1] * shape_.input[2] * (linear ? in.dims[1] : in_pixel_);
    column_blocks_ = std::max<int64_t>(1, ceil_div(output_.tiles_w(), kMostTiles));
    const int64_t rows = shape_.batch * output_.tiles_h();
    row_blocks_ = std::clamp<int64_t>(rows / 2, 1, int64_t{8} * problem.threads);
    slices_ = {static_cast<int>(row_blocks_ * column_blocks_)};
    const int64_t tiles = ceil_div(output_.tiles_w(), column_blocks_);
    lane_floats_ = (tiles - 1) * kTile + kT + kRowPadding;
    row_floats_ = lane_floats_ * kPhasePixel;
    m_floats_ = int64_t{kT} * kTile * steps.lanes;
    const int64_t floats =
        (kT + 1) * row_floats_ +
        tiles * (kPolyphaseTile +
                 std::min<int64_t>(kMostPanels, static_cast<int64_t>(panels_.panels.size())) *
                     m_floats_);
    program_offset_ = core::align_up(static_cast<size_t>(floats) * sizeof(float));
    scratch_bytes_ = program_offset_ + output_.scratch_bytes();
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const int64_t block = slice % column_blocks_;
    const Range columns = share(output_.tiles_w(), block, column_blocks_);
    const Range rows = share(shape_.batch * output_.tiles_h(), slice / column_blocks_, row_blocks_);
    auto* const pixels = static_cast<float*>(args.scratch);
    float* const lanes = pixels + kT * row_floats_;
    std::fill_n(lanes, kPhasePixel * lane_floats_, 0.0f);
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      const bool follows = row != rows.begin && row % output_.tiles_h() != 0;
      constexpr int kept = kT - kTile;
      if (follows) std::copy_n(pixels + kTile * row_floats_, kept * row_floats_, pixels);
      fill_pixels(args, row, columns, follows ? kept : 0, pixels, lanes);
      run_row(args, row, columns, pixels);
    }
    output_.complete();
  }

 private:
  struct Range {
    int64_t begin, end;
    int64_t size() const { return end - begin; }
  };
  static Range share(int64_t all, int64_t index, int64_t count) {
    return {all * index / count, all * (index + 1) / count};
  }

  /// Rows [first, kT) of the phase pixels under a row of tiles.
  void fill_pixels(const RunArgs& args, int64_t row, const Range& columns, int first, float* pixels,
                   float* lanes) const {
    const int64_t n = row / output_.tiles_h(), top = row % output_.tiles_h() * kTile;
    const int64_t height = shape_.input[1], width = shape_.input[2];
    const int64_t count = (columns.size() - 1) * kTile + kT;
    const float* image = static_cast<const float*>(args.inputs[0]) + n * in_image_;
    for (int i = first; i < kT; ++i) {
      for (int parity = 0; parity < 4; ++parity) {
        const int64_t y = 2 * (top + i) + parity / 2 - shape_.padding[1];
        const bool inside = y >= 0 && y < height;
        const int64_t lane = parity % 2 * kPhaseHalf + parity / 2 * shape_.input_channels;
        for (int64_t c = 0; c < shape_.input_channels; ++c)
          steps_.fill_lane(
              {.row = inside ? image + y * width * in_pixel_ + c * in_channel_ : nullptr,
               .pixel_pitch = in_pixel_,
               .width = width,
               .x = 2 * columns.begin * kTile + parity % 2 - shape_.padding[2],
               .count = count,
               .to = lanes + (lane + c) * lane_floats_});
      }
      steps_.transpose(lanes, lane_floats_, count, pixels + i * row_floats_);
    }
  }

  void run_row(const RunArgs& args, int64_t row, const Range& columns, float* pixels) const {
    float* const v = pixels + (kT + 1) * row_floats_;
    float* const m = v + columns.size() * kPolyphaseTile;
    for (int64_t t = 0; t < columns.size(); ++t)
      steps_.input({.in = pixels + t * kTile * kPhasePixel,
                    .row_pitch = row_floats_,
                    .pixel_pitch = kPhasePixel,
                    .channels = kPhasePixel,
                    .v = v + t * kPolyphaseTile,
                    .plane = kPhasePixel});
    const int64_t first_tile = row * output_.tiles_w() + columns.begin;
    const auto panels = static_cast<int64_t>(panels_.panels.size());
    const int64_t groups = ceil_div(panels, kMostPanels);
    for (int64_t g = 0; g < groups; ++g) {
      const Range group = share(panels, g, groups);
      multiply(args, {first_tile, first_tile + columns.size()}, group, v, m);
      for (int64_t t = 0; t < columns.size(); ++t)
        for (int64_t p = group.begin; p < group.end; ++p) {
          const Panel& panel = panels_.panels[static_cast<size_t>(p)];
          output_.store(args, output_.place_of(first_tile + t),
                        {.m = m + (t * group.size() + p - group.begin) * m_floats_,
                         .plane = int64_t{kTile} * steps_.lanes,
                         .bias = packed_ + panel.bias,
                         .panel = &panel},
                        steps_.output, static_cast<char*>(args.scratch) + program_offset_);
        }
    }
  }

  /// Products of a row of tiles and a group of panels.
  void multiply(const RunArgs& args, const Range& tiles, const Range& group, const float* v,
                float* m) const {
    const int64_t calls = ceil_div(tiles.size(), steps_.max_tiles);
    for (int i = 0; i < kT; ++i)
      for (int64_t call = 0; call < calls; ++call) {
        const Range some = share(tiles.size(), call, calls);
        const WinogradOutput::TilePosition at = output_.place_of(tiles.begin + some.begin);
        for (int64_t p = group.begin; p < group.end; ++p) {
          const Panel& panel = panels_.panels[static_cast<size_t>(p)];
          if (i < kTile) output_.fetch_row(args, at, i, some.size() * kTile, panel);
          steps_.multiply(
              {.v = v + some.begin * kPolyphaseTile + i * kT * kPhasePixel,
               .weights = packed_ + panel.weights + i * panels_.channels * panels_.lanes,
               .inputs = (i + 1 < kT ? 2 : 1) * shape_.input_channels,
               .m = m + (some.begin * group.size() + p - group.begin) * m_floats_ +
                    i * kTile * steps_.lanes,
               .m_pitch = group.size() * m_floats_,
               .tiles = static_cast<int>(some.size())});
        }
      }
  }

  const WinogradPolyphase& steps_;
  WinogradOutput output_;
  ops::ConvolutionShape shape_;
  PanelPlan panels_;
  const float* packed_;
  int64_t in_pixel_ = 0, in_channel_ = 0, in_image_ = 0;
  int64_t column_blocks_ = 1, row_blocks_ = 1;
  int64_t lane_floats_ = 0, row_floats_ = 0, m_floats_ = 0;
  size_t program_offset_ = 0;
};

bool has_extent(int64_t kernel) { return kernel >= 5 && kernel <= 7; }

template <const WinogradPolyphase& kSteps>
struct WinogradPolyphaseFunctions {
  static std::optional<std::string> refuse(const Problem& problem) {
    const Layout input = problem.inputs[0].layout;
    if (auto reason = refuse_operands(
            problem, input == Layout::Linear ? input : Layout::ChannelsLast, Layout::ChannelsLast))
      return reason;
    if (problem.strict) return "does not keep the order of the direct sums";
    const ops::ConvolutionShape shape = shape_of(problem);
    const Axes strides{1, 2, 2}, ones{1, 1, 1};
    if (problem.inputs[0].dims.rank() != 4 || !has_extent(shape.kernel[1]) ||
        !has_extent(shape.kernel[2]) || shape.stride != strides || shape.dilation != ones ||
        shape.groups != 1)
      return "needs a kernel of 5x5 to 7x7 with strides of 2, no dilations or groups";
    if (shape.input_channels > kMostChannels)
      return core::str("needs ", kMostChannels, " input channels at most, got ",
                       shape.input_channels);
    return std::nullopt;
  }

  static Packed pack(const Problem& problem) {
    const ops::ConvolutionShape shape = shape_of(problem);
    const PanelPlan plan = plan_phase_panels(shape, kSteps.lanes);
    const std::vector<double> products = transformed_phases(shape, constant_floats(problem, 1));
    ops::ConvolutionShape streamed = shape;
    streamed.input_channels = plan.channels;
    const PackedFloats out(plan.floats);
    pack_panels(
        plan, streamed,
        [&](int64_t k, int64_t product, int64_t i) {
          const int64_t input = product / kPhaseProducts, j = product % kPhaseProducts;
          const int64_t filter =
              ((k * 2 + input / shape.input_channels) * 2 + j / kT) * shape.input_channels +
              input % shape.input_channels;
          return static_cast<float>(products[static_cast<size_t>((filter * kT + i) * kT + j % kT)]);
        },
        constant_floats(problem, 2), out.data);
    return out.packed;
  }

  static std::unique_ptr<Kernel> prepare(const Problem& problem,
                                         std::span<const std::byte> packed) {
    return std::make_unique<WinogradPolyphaseKernel>(problem, kSteps, packed);
  }

 private:
  /// G g G^T by output channel, row parity, column parity and channel.
  static std::vector<double> transformed_phases(const ops::ConvolutionShape& shape,
                                                const std::vector<float>& weights) {
    constexpr int kTaps = kPolyphaseSize.taps;
    const int64_t channels = shape.input_channels, filters = shape.output_channels * 4 * channels;
    std::vector<float> phases(static_cast<size_t>(filters * kTaps * kTaps));
    for (int64_t k = 0; k < shape.output_channels; ++k)
      for (int64_t c = 0; c < channels; ++c)
        for (int64_t a = 0; a < shape.kernel[1]; ++a)
          for (int64_t b = 0; b < shape.kernel[2]; ++b) {
            const int64_t filter = ((k * 2 + a % 2) * 2 + b % 2) * channels + c;
            phases[static_cast<size_t>((filter * kTaps + a / 2) * kTaps + b / 2)] =
                weights[static_cast<size_t>(
                    ((k * channels + c) * shape.kernel[1] + a) * shape.kernel[2] + b)];
          }
    std::vector<double> out(static_cast<size_t>(filters * kT * kT));
    transform_filters(kPolyphaseSize, phases.data(), static_cast<size_t>(filters), out.data());
    return out;
  }
};

}  // namespace
}  // namespace convolution

#if defined(__x86_64__)
using convolution::kFunctions;
using convolution::WinogradPolyphaseFunctions;
TRTLIKE_DEFINE_TACTIC(winograd_f32_4x4_polyphase_avx512) =
    kFunctions<WinogradPolyphaseFunctions<convolution::kPolyphaseAvx512>>;
TRTLIKE_DEFINE_TACTIC(winograd_f32_4x4_polyphase_avx2) =
    kFunctions<WinogradPolyphaseFunctions<convolution::kPolyphaseAvx2>>;
#endif

}  // namespace trtlike::kernels
