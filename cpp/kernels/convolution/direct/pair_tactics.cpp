// Tactics of ConvolutionPair, channels-last to channels-last: a band of rows and a panel of
// channels at a time, so that what lies between the two convolutions stays in the caches.
#include <algorithm>
#include <cstring>
#include <limits>

#include "core/os/cpu.h"
#include "core/os/memory.h"
#include "core/strings.h"
#include "kernels/convolution/depthwise/depthwise.h"
#include "kernels/convolution/direct/tiles.h"
#include "kernels/convolution/indirection.h"
#include "kernels/convolution/panels.h"
#include "kernels/convolution/tactics.h"
#include "kernels/epilogue/finisher.h"
#include "kernels/epilogue/stage.h"

namespace trtlike::kernels {
namespace convolution {
namespace {

constexpr size_t kSecondKernel = 3, kSecondBias = 4;

/// The convolution of single pixels.
ops::ConvolutionShape first_shape(const Problem& problem) {
  ops::ConvolutionShape shape;
  shape.input_channels = problem.inputs[0].dims[1];
  shape.output_channels = problem.inputs[1].dims[0];
  return shape;
}

ops::ConvolutionShape second_shape(const Problem& problem) {
  Dims middle = problem.inputs[0].dims;
  middle[1] = problem.inputs[1].dims[0];
  return ops::convolution_shape(*problem.attributes, middle, problem.inputs[kSecondKernel].dims);
}

/// Rows of the image between the convolutions, or of the output.
struct Rows {
  int64_t begin;
  int64_t end;
};

/// What is done to the sums of one of the two: in its tiles, and what is left on the rows that they
/// have stored.
std::optional<epilogue::TileChain> find_chain(const Problem& problem, const char* attribute) {
  const epilogue::Epilogue epilogue = epilogue::read_epilogue(problem, attribute);
  if (!epilogue.chain) return std::nullopt;
  epilogue::TileChain chain = epilogue::split_chain(*epilogue.chain);
  if (!epilogue::is_light(chain.rest)) return std::nullopt;
  chain.rest = epilogue::prepare_links(std::move(chain.rest));
  return chain;
}

class PairKernel final : public Kernel {
 public:
  PairKernel(const Problem& problem, const Tiles<F32>& tiles, const DepthwiseSet<F32>& depthwise,
             std::span<const std::byte> packed)
      : tiles_(tiles),
        depthwise_(depthwise),
        shape_(second_shape(problem)),
        panels_(plan_panels(first_shape(problem), 1, tiles.lanes, tiles.max_vectors)),
        first_(*find_chain(problem, "first_program")),
        second_(*find_chain(problem, "program")),
        finish_rows_(epilogue::find_finish_rows(isa_of_lanes(tiles.lanes))) {
    const int64_t channels = ceil_div(shape_.output_channels, tiles.lanes) * tiles.lanes;
    packed_ = read_floats(packed, panels_.floats + channels * (taps() + 1));
    in_pitch_ = problem.inputs[0].pixel_pitch();
    out_pitch_ = problem.outputs[0].pixel_pitch();
    plan_slices(problem.threads);
    plan_chunks();
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const auto panels = static_cast<int64_t>(panels_.panels.size());
    const Panel& panel = panels_.panels[static_cast<size_t>(slice % panels)];
    const int64_t band = slice / panels % bands_, image = slice / panels / bands_;
    const int64_t height = shape_.output[1];
    const Rows rows{height * band / bands_, height * (band + 1) / bands_};
    auto* const middle = static_cast<float*>(args.scratch);
    Rows held{0, 0};
    for (int64_t row = rows.begin; row < rows.end; row += chunk_rows_) {
      const Rows chunk{row, std::min(row + chunk_rows_, rows.end)};
      const Rows needed = rows_under(chunk);
      const int64_t row_floats = shape_.input[2] * panel.vectors * panels_.lanes;
      const int64_t kept = std::max<int64_t>(0, held.end - needed.begin);
      if (kept > 0 && needed.begin != held.begin)
        std::memmove(middle, middle + (needed.begin - held.begin) * row_floats,
                     static_cast<size_t>(kept * row_floats) * sizeof(float));
      expand(args, image, {needed.begin + kept, needed.end}, panel, middle + kept * row_floats);
      held = needed;
      for (int64_t r = chunk.begin; r < chunk.end; ++r)
        convolve_row(args, image, r, panel, middle, held.begin);
    }
  }

 private:
  /// Pixels whose sums are finished together, while they are in the first-level cache.
  static constexpr int64_t kFinishedPixels = 24;
  /// No panel has more channels.
  static constexpr int64_t kRoomPitch = kMaxTileVectors * 16;

  int64_t taps() const { return shape_.kernel[1] * shape_.kernel[2]; }

  /// What a worker holds of the image between, so that it stays in the second-level cache beside
  /// what streams through.
  static int64_t chunk_budget() { return static_cast<int64_t>(core::l2_bytes() / 4); }

  /// The number of bands that takes the least time: slices should share out evenly among threads,
  /// with some left for those that are not disturbed, and rows at the edge of a band are computed
  /// twice.
  void plan_slices(int threads) {
    const auto panels = static_cast<int64_t>(panels_.panels.size());
    const int64_t units = panels * shape_.batch, height = shape_.output[1];
    const int64_t most = std::clamp<int64_t>(height, 1, int64_t{4} * threads);
    const int64_t fewest =
        threads == 1 ? 1 : ceil_div(int64_t{2} * threads, std::max<int64_t>(1, units));
    int64_t least = std::numeric_limits<int64_t>::max();
    for (int64_t bands = std::min(fewest, most); bands <= most; ++bands) {
      const int64_t rows = ceil_div(height, bands) * shape_.stride[1] + shape_.kernel[1];
      const int64_t turns = ceil_div(units * bands, threads);
      if (turns * rows >= least) continue;
      least = turns * rows;
      bands_ = bands;
    }
    slices_ = {static_cast<int>(units * bands_)};
  }

  void plan_chunks() {
    int64_t width = 0;
    for (const Panel& panel : panels_.panels)
      width = std::max<int64_t>(width, panel.vectors * panels_.lanes);
    const int64_t row_bytes = shape_.input[2] * width * static_cast<int64_t>(sizeof(float));
    const int64_t kernel = shape_.kernel[1], stride = shape_.stride[1];
    const int64_t fitting = (chunk_budget() / row_bytes - kernel) / stride + 1;
    const int64_t band_rows = ceil_div(shape_.output[1], bands_);
    chunk_rows_ = std::clamp<int64_t>(fitting, 1, std::max<int64_t>(1, band_rows));
    const int64_t held = std::min(shape_.input[1], (chunk_rows_ - 1) * stride + kernel);
    scratch_bytes_ = core::align_up(static_cast<size_t>(std::max<int64_t>(1, held) * row_bytes));
  }

  Rows rows_under(const Rows& output) const {
    const int64_t begin = output.begin * shape_.stride[1] - shape_.padding[1];
    const int64_t end = (output.end - 1) * shape_.stride[1] - shape_.padding[1] + shape_.kernel[1];
    const int64_t first = std::clamp<int64_t>(begin, 0, shape_.input[1]);
    return {first, std::clamp<int64_t>(end, first, shape_.input[1])};
  }

  /// The first convolution of these rows, densely to `to`.
  void expand(const RunArgs& args, int64_t image, const Rows& rows, const Panel& panel,
              float* to) const {
    const int64_t width = panel.vectors * panels_.lanes;
    const int64_t count = std::max<int64_t>(0, rows.end - rows.begin) * shape_.input[2];
    const int64_t num_tiles = ceil_div(count, tiles_.max_rows[panel.vectors]);
    const float* in = static_cast<const float*>(args.inputs[0]) +
                      (image * shape_.input[1] + rows.begin) * shape_.input[2] * in_pitch_;
    const float* pixels[kMaxTileRows];
    float* outs[kMaxTileRows];
    Tile<F32> tile{};
    tile.rows = pixels;
    tile.taps = 1;
    tile.channels = panels_.channels;
    tile.weights = packed_ + panel.weights;
    tile.start = packed_ + panel.bias;
    tile.out = outs;
    tile.out_channels = panel.out_channels;
    tile.finish = first_.stage;
    int64_t finished = 0;
    for (int64_t t = 0; t < num_tiles; ++t) {
      const int64_t at = count * t / num_tiles, next = count * (t + 1) / num_tiles;
      for (int64_t i = at; i < next; ++i) {
        pixels[i - at] = in + i * in_pitch_;
        outs[i - at] = to + i * width;
      }
      tiles_.functions[panel.vectors][next - at](tile);
      if (first_.rest.empty() || (next - finished < kFinishedPixels && next != count)) continue;
      const epilogue::FloatRows stored{to + finished * width, width};
      epilogue::finish_floats(finish_rows_, first_.rest, stored, stored, next - finished,
                              panel.out_channels);
      finished = next;
    }
  }

  /// One row of the output from the rows in `middle`, the first of which is number `held`.
  void convolve_row(const RunArgs& args, int64_t image, int64_t row, const Panel& panel,
                    const float* middle, int64_t held) const {
    const int64_t pitch = panel.vectors * panels_.lanes, width = shape_.output[2];
    const int64_t top = row * shape_.stride[1] - shape_.padding[1];
    const int64_t first_row = std::max<int64_t>(0, -top);
    const int64_t last_row = std::min(shape_.kernel[1], shape_.input[1] - top);
    const float* bias = packed_ + panels_.floats;
    const float* weights = bias + ceil_div(shape_.output_channels, panels_.lanes) * panels_.lanes;
    DepthwiseStrip<F32> strip{.pixels = {.weights = weights + panel.out_channel * taps(),
                                         .bias = bias + panel.out_channel,
                                         .taps = taps(),
                                         .channels = panel.out_channels,
                                         .residual = nullptr,
                                         .residual_pitch = 0,
                                         .finish = second_.stage},
                              .in = nullptr,
                              .row_pitch = shape_.input[2] * pitch,
                              .pixel_pitch = pitch,
                              .first_tap = first_row * shape_.kernel[2],
                              .kernel_rows = std::max<int64_t>(0, last_row - first_row),
                              .first_column = 0,
                              .last_column = 0,
                              .out = nullptr,
                              .out_pitch = 0};
    alignas(64) float sums[kDepthwisePixels * kRoomPitch];
    const epilogue::FloatRows room{sums, kRoomPitch};
    float* out = static_cast<float*>(args.outputs[0]) +
                 (image * shape_.output[1] + row) * width * out_pitch_ + panel.out_channel;
    const int64_t num_tiles = ceil_div(width, kDepthwisePixels);
    for (int64_t t = 0; t < num_tiles; ++t) {
      const int64_t at = width * t / num_tiles, next = width * (t + 1) / num_tiles;
      const int64_t left = at * shape_.stride[2] - shape_.padding[2];
      strip.in = middle + ((top + first_row - held) * shape_.input[2] + left) * pitch;
      strip.first_column = std::max<int64_t>(0, -left);
      strip.last_column = std::max<int64_t>(0, shape_.input[2] - left);
      const epilogue::FloatRows pixels{out + at * out_pitch_, out_pitch_};
      const epilogue::FloatRows stored = second_.rest.empty() ? pixels : room;
      strip.out = stored.data;
      strip.out_pitch = stored.stride;
      depthwise_.strip[shape_.kernel[2] / 2 - 1][shape_.stride[2] - 1][next - at](strip);
      if (!second_.rest.empty())
        epilogue::finish_floats(finish_rows_, second_.rest, stored, pixels, next - at,
                                panel.out_channels);
    }
  }

  const Tiles<F32>& tiles_;
  const DepthwiseSet<F32>& depthwise_;
  const float* packed_ = nullptr;
  ops::ConvolutionShape shape_;
  PanelPlan panels_;
  epilogue::TileChain first_, second_;
  epilogue::FinishRows finish_rows_;
  int64_t in_pitch_ = 0, out_pitch_ = 0;
  int64_t bands_ = 1;
  int64_t chunk_rows_ = 1;
};

template <const Tiles<F32>& kTiles, const DepthwiseSet<F32>& kDepthwise>
struct Pair {
  static std::optional<std::string> refuse(const Problem& problem) {
    const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
    if (in.dtype != DataType::Float || out.dtype != DataType::Float)
      return core::str("needs f32, got ", core::dtype_short_name(in.dtype), " to ",
                       core::dtype_short_name(out.dtype));
    if (in.layout != Layout::ChannelsLast || out.layout != Layout::ChannelsLast)
      return core::str("needs channels_last, got ", layout_name(in.layout), " to ",
                       layout_name(out.layout));
    for (size_t i = 1; i < problem.inputs.size(); ++i)
      if (problem.has_input(i) && !problem.is_constant(i)) return "needs constant weights";
    const ops::ConvolutionShape shape = second_shape(problem);
    const int64_t width = shape.kernel[2];
    if ((width != 3 && width != 5 && width != 7) || shape.kernel[0] != 1 || shape.stride[2] > 2 ||
        shape.dilation != ops::WindowAxes{1, 1, 1} || in.dims.rank() != 4)
      return "needs a kernel 3, 5 or 7 wide in images, a stride of 1 or 2 and no dilation";
    if (!find_chain(problem, "first_program") || !find_chain(problem, "program"))
      return "needs programs that clip or gate";
    return std::nullopt;
  }

  static ops::InputSet packed_inputs(const Problem& problem) {
    ops::InputSet packed;
    for (size_t i = 1; i < problem.inputs.size(); ++i)
      if (problem.has_input(i)) packed.insert(i);
    return packed;
  }

  /// Panels of the first kernel, then bias and filters of the second one by blocks of lanes.
  static Packed pack(const Problem& problem) {
    const ops::ConvolutionShape first = first_shape(problem);
    const int64_t lanes = kTiles.lanes;
    const PanelPlan plan = plan_panels(first, 1, kTiles.lanes, kTiles.max_vectors);
    const Dims& kernel = problem.inputs[kSecondKernel].dims;
    const int64_t channels = kernel[0], taps = kernel[2] * kernel[3];
    const int64_t blocks = ceil_div(channels, lanes);
    const PackedFloats out(plan.floats + blocks * lanes * (taps + 1));
    const std::vector<float> weights = constant_floats(problem, 1);
    pack_panels(
        plan, first,
        [&](int64_t k, int64_t c, int64_t) {
          return weights[static_cast<size_t>(k * first.input_channels + c)];
        },
        constant_floats(problem, 2), out.data);
    const std::vector<float> bias = constant_floats(problem, kSecondBias);
    std::copy(bias.begin(), bias.end(), out.data + plan.floats);
    pack_depthwise(constant_floats(problem, kSecondKernel), channels, taps, lanes,
                   out.data + plan.floats + blocks * lanes);
    return out.packed;
  }

  static std::unique_ptr<Kernel> prepare(const Problem& problem,
                                         std::span<const std::byte> packed) {
    return std::make_unique<PairKernel>(problem, kTiles, kDepthwise, packed);
  }
};

template <class Functions>
constexpr TacticFunctions kPair{.refuse = Functions::refuse,
                                .packed_inputs = Functions::packed_inputs,
                                .pack = Functions::pack,
                                .prepare = Functions::prepare};

}  // namespace
}  // namespace convolution

#define TRTLIKE_PAIR(name, needs, types, tile, direct, strips) \
  TRTLIKE_DEFINE_TACTIC(name) = convolution::kPair<            \
      convolution::Pair<convolution::tiles::direct, convolution::depthwise::strips>>;
#define TRTLIKE_TACTIC(...)
#include "kernels/convolution/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
