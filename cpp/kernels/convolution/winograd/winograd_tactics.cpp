// Tactics of Winograd convolution. Either each slice takes a block of tiles through all three steps
// in the second-level cache ("blocks"), or, where tiles are few, the whole input is transformed
// first and slices share out the output channels ("channels").
#include <algorithm>

#include "core/os/cpu.h"
#include "core/os/memory.h"
#include "core/strings.h"
#include "kernels/convolution/direct/direct.h"
#include "kernels/convolution/indirection.h"
#include "kernels/convolution/tactics.h"
#include "kernels/convolution/winograd/winograd_output.h"

namespace trtlike::kernels {
namespace convolution {
namespace {

constexpr int64_t kRowPadding = 16;
/// Tiles of a block, of which the products take a multiple of every register tile's height. More
/// tiles share weights that come from beyond the second-level cache; fewer tiles stay in it.
constexpr int64_t kBlockTiles = 24, kCloseBlockTiles = 12;
constexpr int64_t kCloseWeights = (int64_t{1} << 20) / sizeof(float);
/// Register tiles of fewer are over before they have fetched anything.
constexpr int64_t kFetchingChannels = 64;
/// Weights of one product that do not stay in the first-level cache.
constexpr int64_t kFetchedWeights = 32 * 1024 / sizeof(float);

class WinogradKernel final : public Kernel {
 public:
  struct Options {
    WinogradSize size;
    bool by_channels;
    const Tiles<F32>* tiles;
    const WinogradTransforms* transforms;
  };

  WinogradKernel(const Problem& problem, const Options& options, std::span<const std::byte> packed)
      : options_(options),
        output_(problem, isa_of_lanes(options.tiles->lanes), options.size.m),
        shape_(shape_of(problem)) {
    const int lanes = options_.tiles->lanes;
    taps_ = options_.size.window() * options_.size.window();
    panels_ = plan_panels(shape_, taps_, lanes, options_.tiles->max_vectors);
    packed_ = read_floats(packed, panels_.floats);
    num_tiles_ = output_.num_tiles();
    in_pitch_ = problem.inputs[0].pixel_pitch();
    v_row_ = ceil_div(shape_.input_channels, lanes) * lanes + kRowPadding;
    m_row_ = options_.tiles->max_vectors * lanes + kRowPadding;
    zeros_.assign(static_cast<size_t>(m_row_), 0.0f);
    plan_slices(problem.threads);
  }

  void run(const RunArgs& args, int phase, int slice) const noexcept override {
    float* scratch = static_cast<float*>(args.scratch);
    float* shared = static_cast<float*>(args.shared);
    if (!options_.by_channels) {
      const auto [first, count] = range(slice, blocks_);
      float* v = scratch + window_floats_;
      for (int64_t i = 0; i < count; ++i)
        transform_tile(args, first + i, v + i * v_row_, v_plane_, scratch);
      multiply(args, {first, count}, v, v + taps_ * v_plane_,
               {0, static_cast<int64_t>(panels_.panels.size())});
    } else if (phase == 0) {
      const auto [first, count] = range(slice, slices_[0]);
      for (int64_t i = first; i < first + count; ++i)
        transform_tile(args, i, shared + i * v_row_, v_plane_, scratch);
    } else {
      const auto panels = static_cast<int64_t>(panels_.panels.size());
      const auto [first, count] = range(slice / panel_blocks_, blocks_);
      const int64_t block = slice % panel_blocks_;
      const int64_t begin = panels * block / panel_blocks_;
      multiply(args, {first, count}, shared + first * v_row_, scratch,
               {begin, panels * (block + 1) / panel_blocks_ - begin});
    }
    output_.complete();
  }

 private:
  struct Range {
    int64_t first, count;
  };
  Range range(int64_t block, int64_t blocks) const {
    const int64_t first = num_tiles_ * block / blocks;
    return {first, num_tiles_ * (block + 1) / blocks - first};
  }

  /// As many for each thread, unless threads share a block's channels.
  int64_t count_blocks(int threads) const {
    if (options_.by_channels) {
      const int64_t blocks = ceil_div(num_tiles_, kBlockTiles);
      return blocks > 1 ? ceil_div(blocks, threads) * threads : 1;
    }
    const int64_t weights = taps_ * shape_.input_channels * shape_.output_channels;
    const int64_t tiles = threads * (weights <= kCloseWeights ? kCloseBlockTiles : kBlockTiles);
    return std::max<int64_t>(1, (num_tiles_ + tiles / 2) / tiles) * threads;
  }

  void plan_slices(int threads) {
    const int t = options_.size.window();
    window_floats_ = t * t * v_row_;
    blocks_ = count_blocks(threads);
    blocks_ = std::clamp<int64_t>(blocks_, 1, std::max<int64_t>(1, num_tiles_));
    const int64_t block_tiles = ceil_div(num_tiles_, blocks_);
    m_plane_ = block_tiles * m_row_ + kRowPadding;
    int64_t floats = taps_ * m_plane_ + 2 * block_tiles * 2;
    if (options_.by_channels) {
      v_plane_ = num_tiles_ * v_row_ + kRowPadding;
      panel_blocks_ = std::min<int64_t>(static_cast<int64_t>(panels_.panels.size()),
                                        ceil_div(int64_t{4} * threads, blocks_));
      shared_bytes_ = static_cast<size_t>(taps_ * v_plane_) * sizeof(float);
      slices_ = {static_cast<int>(std::clamp<int64_t>(num_tiles_ / 4, 1, 4 * threads)),
                 static_cast<int>(blocks_ * panel_blocks_)};
      floats = std::max(floats, window_floats_);
    } else {
      v_plane_ = block_tiles * v_row_ + kRowPadding;
      floats += window_floats_ + taps_ * v_plane_;
      slices_ = {static_cast<int>(blocks_)};
    }
    program_offset_ = core::align_up(static_cast<size_t>(floats) * sizeof(float));
    scratch_bytes_ = program_offset_ + output_.scratch_bytes();
  }

  void transform_tile(const RunArgs& args, int64_t tile, float* v, int64_t plane,
                      float* window) const {
    const int t = options_.size.window();
    const WinogradOutput::TilePosition at = output_.place_of(tile);
    const int64_t height = shape_.input[1], width = shape_.input[2];
    const int64_t y = at.h * options_.size.stride - shape_.padding[1];
    const int64_t x = at.w * options_.size.stride - shape_.padding[2];
    const float* image =
        static_cast<const float*>(args.inputs[0]) + at.n * height * width * in_pitch_;
    InputWindow in{.in = image + (y * width + x) * in_pitch_,
                   .row_pitch = width * in_pitch_,
                   .pixel_pitch = in_pitch_,
                   .channels = shape_.input_channels,
                   .v = v,
                   .plane = plane};
    if (y < 0 || x < 0 || y + t > height || x + t > width) {
      copy_window(image, y, x, window);
      in.in = window;
      in.pixel_pitch = shape_.input_channels;
      in.row_pitch = t * in.pixel_pitch;
    }
    options_.transforms->input(in);
  }

  /// The window at (y, x) with zeros where it leaves the image.
  void copy_window(const float* image, int64_t y, int64_t x, float* to) const {
    const int t = options_.size.window();
    const int64_t channels = shape_.input_channels;
    for (int64_t i = y; i < y + t; ++i)
      for (int64_t j = x; j < x + t; ++j, to += channels) {
        const bool inside = i >= 0 && j >= 0 && i < shape_.input[1] && j < shape_.input[2];
        if (inside) {
          std::copy_n(image + (i * shape_.input[2] + j) * in_pitch_, channels, to);
        } else {
          std::fill_n(to, channels, 0.0f);
        }
      }
  }

  /// The rows of input that the windows of a block read and those above them do not, each as long
  /// as the step to the next window.
  struct InputRows {
    const float* in = nullptr;  ///< of the whole batch
    int64_t window = 0, end = 0;
    WinogradOutput::TilePosition at{};  ///< of the window
    int64_t row = 0;
    int64_t wait = 0;  ///< register tiles before the first
  };

  /// Products and output transform of a block of tiles for some panels. `v` is the first tile's
  /// row; `scratch` has room for M and two pointer tables.
  void multiply(const RunArgs& args, Range block, const float* v, float* scratch,
                Range panels) const {
    float* m = scratch;
    auto* const outs = reinterpret_cast<float**>(scratch + taps_ * m_plane_);
    auto* const rows = const_cast<const float**>(outs + block.count);
    for (int64_t i = 0; i < block.count; ++i) {
      rows[i] = v + i * v_row_;
      outs[i] = m + i * m_row_;
    }
    InputRows ahead = rows_behind(args, block);
    for (int64_t p = panels.first; p < panels.first + panels.count; ++p) {
      const Panel& panel = panels_.panels[static_cast<size_t>(p)];
      multiply_panel(panel, rows, outs, block.count, ahead);
      for (int64_t i = 0; i < block.count; ++i)
        output_.store(args, output_.place_of(block.first + i),
                      {m + i * m_row_, m_plane_, packed_ + panel.bias, &panel},
                      options_.transforms->output,
                      static_cast<char*>(args.scratch) + program_offset_);
    }
  }

  void multiply_panel(const Panel& panel, const float* const* rows, float* const* outs,
                      int64_t count, InputRows& ahead) const {
    const int width = panel.vectors * panels_.lanes;
    const int64_t weights = panels_.channels * width;
    const int64_t num_tiles = ceil_div(count, options_.tiles->max_rows[panel.vectors]);
    Tile<F32> tile{};
    tile.taps = 1;
    tile.channels = panels_.channels;
    tile.start = zeros_.data();
    tile.out_channels = width;
    for (int64_t xi = 0; xi < taps_; ++xi) {
      tile.channel = xi * v_plane_;
      tile.weights = packed_ + panel.weights + xi * weights;
      tile.out_channel = xi * m_plane_;
      for (int64_t t = 0; t < num_tiles; ++t) {
        const int64_t at = count * t / num_tiles, next = count * (t + 1) / num_tiles;
        tile.rows = rows + at;
        tile.out = outs + at;
        tile.ahead = nullptr;
        if (weights >= kFetchedWeights)
          fetch_ahead(tile, tile.weights + weights, weights * static_cast<int64_t>(sizeof(float)),
                      t, num_tiles);
        fetch_row(tile, ahead);
        options_.tiles->functions[panel.vectors][next - at](tile);
      }
    }
  }

  /// The rows of the block behind this one, which the same thread most likely computes next;
  /// fetched as late as there is time for all.
  InputRows rows_behind(const RunArgs& args, Range block) const {
    InputRows out;
    if (options_.by_channels || panels_.channels < kFetchingChannels ||
        block.first + block.count == num_tiles_)
      return out;
    int64_t tiles = 0;
    for (const Panel& panel : panels_.panels)
      tiles += taps_ * ceil_div(block.count, options_.tiles->max_rows[panel.vectors]);
    out.in = static_cast<const float*>(args.inputs[0]);
    out.window = block.first + block.count;
    out.end = std::min(out.window + block.count, num_tiles_);
    out.wait = tiles - (out.end - out.window) * options_.size.m * options_.size.stride;
    return out;
  }

  /// Lets the tile fetch the next of the rows once it is time to.
  void fetch_row(Tile<F32>& tile, InputRows& rows) const {
    if (rows.wait-- > 0 || rows.window == rows.end) return;
    const int64_t extent = options_.size.m * options_.size.stride;
    const int64_t kept = options_.size.window() - extent;
    if (rows.row == 0) rows.at = output_.place_of(rows.window);
    const int64_t y = rows.at.h * options_.size.stride - shape_.padding[1] + kept + rows.row;
    const int64_t x = rows.at.w * options_.size.stride - shape_.padding[2] + kept;
    if (++rows.row == extent) rows.row = 0, ++rows.window;
    if (y >= shape_.input[1]) return;
    const int64_t pixel = (rows.at.n * shape_.input[1] + y) * shape_.input[2] + x;
    fetch_input(tile, rows.in + pixel * in_pitch_,
                extent * in_pitch_ * static_cast<int64_t>(sizeof(float)));
  }

  Options options_;
  const float* packed_;
  WinogradOutput output_;
  ops::ConvolutionShape shape_;
  PanelPlan panels_;
  int64_t taps_ = 0;
  int64_t num_tiles_ = 0;
  int64_t in_pitch_ = 0;
  int64_t v_row_ = 0, v_plane_ = 0, m_row_ = 0, m_plane_ = 0;
  int64_t window_floats_ = 0;
  size_t program_offset_ = 0;
  int64_t blocks_ = 1, panel_blocks_ = 1;
  std::vector<float> zeros_;
};

std::optional<std::string> refuse_winograd(const Problem& problem, int stride) {
  if (auto reason = refuse_operands(problem, Layout::ChannelsLast, Layout::ChannelsLast))
    return reason;
  if (problem.strict) return "does not keep the order of the direct sums";
  const ops::ConvolutionShape shape = shape_of(problem);
  const Axes ones{1, 1, 1}, strides{1, stride, stride};
  if (problem.inputs[0].dims.rank() != 4 || shape.kernel != Axes{1, 3, 3} ||
      shape.stride != strides || shape.dilation != ones || shape.groups != 1)
    return core::str("needs a 3x3 kernel with strides of ", stride, ", no dilations or groups");
  if (shape.input_channels < 8 || shape.output_channels < 8) return "needs 8 channels or more";
  return std::nullopt;
}

template <const Tiles<F32>& kTiles, const WinogradSet& kTransforms, WinogradSize kSize,
          bool kByChannels>
struct WinogradFunctions {
  static std::optional<std::string> refuse(const Problem& problem) {
    return refuse_winograd(problem, kSize.stride);
  }

  static Packed pack(const Problem& problem) {
    constexpr int kTaps = kSize.window() * kSize.window();
    const ops::ConvolutionShape shape = shape_of(problem);
    const PanelPlan plan = plan_panels(shape, kTaps, kTiles.lanes, kTiles.max_vectors);
    const std::vector<float> weights = constant_floats(problem, 1);
    std::vector<double> transformed(weights.size() / 9 * kTaps);
    transform_filters(kSize, weights.data(), weights.size() / 9, transformed.data());
    const PackedFloats out(plan.floats);
    pack_panels(
        plan, shape,
        [&](int64_t k, int64_t c, int64_t t) {
          return static_cast<float>(
              transformed[static_cast<size_t>((k * shape.input_channels + c) * kTaps + t)]);
        },
        constant_floats(problem, 2), out.data);
    return out.packed;
  }

  static std::unique_ptr<Kernel> prepare(const Problem& problem,
                                         std::span<const std::byte> packed) {
    return std::make_unique<WinogradKernel>(
        problem,
        WinogradKernel::Options{.size = kSize,
                                .by_channels = kByChannels,
                                .tiles = &kTiles,
                                .transforms = &kTransforms.of(kSize)},
        packed);
  }
};

}  // namespace
}  // namespace convolution

#if defined(__x86_64__)
namespace convolution {
namespace {

template <WinogradSize kSize, bool kByChannels>
constexpr TacticFunctions kAvx512 = kFunctions<
    WinogradFunctions<tiles::direct_f32_6x64_avx512, kWinogradAvx512, kSize, kByChannels>>;
template <WinogradSize kSize, bool kByChannels>
constexpr TacticFunctions kAvx2 =
    kFunctions<WinogradFunctions<tiles::direct_f32_6x16_avx2, kWinogradAvx2, kSize, kByChannels>>;
constexpr bool kBlocks = false, kChannels = true;

}  // namespace
}  // namespace convolution

using namespace convolution;
TRTLIKE_DEFINE_TACTIC(winograd_f32_2x2_blocks_avx512) = kAvx512<WinogradSize{2, 1}, kBlocks>;
TRTLIKE_DEFINE_TACTIC(winograd_f32_4x4_blocks_avx512) = kAvx512<WinogradSize{4, 1}, kBlocks>;
TRTLIKE_DEFINE_TACTIC(winograd_f32_6x6_blocks_avx512) = kAvx512<WinogradSize{6, 1}, kBlocks>;
TRTLIKE_DEFINE_TACTIC(winograd_f32_2x2_channels_avx512) = kAvx512<WinogradSize{2, 1}, kChannels>;
TRTLIKE_DEFINE_TACTIC(winograd_f32_4x4_channels_avx512) = kAvx512<WinogradSize{4, 1}, kChannels>;
TRTLIKE_DEFINE_TACTIC(winograd_f32_4x4_stride2_blocks_avx512) =
    kAvx512<WinogradSize{4, 2}, kBlocks>;
TRTLIKE_DEFINE_TACTIC(winograd_f32_2x2_stride2_blocks_avx512) =
    kAvx512<WinogradSize{2, 2}, kBlocks>;
TRTLIKE_DEFINE_TACTIC(winograd_f32_2x2_stride2_channels_avx512) =
    kAvx512<WinogradSize{2, 2}, kChannels>;
TRTLIKE_DEFINE_TACTIC(winograd_f32_4x4_blocks_avx2) = kAvx2<WinogradSize{4, 1}, kBlocks>;
#endif

}  // namespace trtlike::kernels
