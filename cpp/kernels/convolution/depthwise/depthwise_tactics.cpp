// Tactics of depthwise convolution, channels-last to channels-last.
#include <algorithm>
#include <array>

#include "core/os/cpu.h"
#include "core/os/memory.h"
#include "kernels/convolution/computed_weights.h"
#include "kernels/convolution/depthwise/depthwise.h"
#include "kernels/convolution/epilogue.h"
#include "kernels/convolution/indirection.h"
#include "kernels/convolution/panels.h"
#include "kernels/convolution/tactics.h"
#include "kernels/element_traits.h"

namespace trtlike::kernels {
namespace convolution {
namespace {

template <typename Types>
inline constexpr bool kIsBytes = std::is_integral_v<typename Types::A>;

template <typename Types>
class DepthwiseKernel final : public Kernel {
 public:
  DepthwiseKernel(const Problem& problem, const DepthwiseSet<Types>& set,
                  std::span<const std::byte> packed)
      : set_(set), epilogue_(problem, isa_of_lanes(set.lanes)), shape_(shape_of(problem)) {
    grid_ = convolution_grid(shape_);
    blocks_ = ceil_div(shape_.output_channels, set.lanes);
    const int64_t taps = shape_.kernel[0] * shape_.kernel[1] * shape_.kernel[2];
    const int64_t floats = blocks_ * set.lanes * (taps + 1);
    if (problem.is_constant(1)) {
      packed_ = read_floats(packed, floats);
    } else {
      view_.emplace(problem, shape_);
      shared_bytes_ = static_cast<size_t>(floats) * sizeof(float);
    }
    in_pitch_ = problem.inputs[0].pixel_pitch();
    out_pitch_ = problem.outputs[0].pixel_pitch();
    zeros_.assign(static_cast<size_t>(shape_.input_channels), A{});
    if constexpr (kIsBytes<Types>) {
      zero_ = problem.attributes->get_int("zero_point");
      zeros_.assign(zeros_.size(), static_cast<A>(zero_));
    }
    // Strips see one plane of input for each of the output.
    const bool keeps_planes = shape_.kernel[0] == 1 && shape_.stride[0] == 1 &&
                              shape_.padding[0] == 0 && shape_.output[0] == shape_.input[0];
    has_strips_ = (shape_.kernel[2] == 3 || shape_.kernel[2] == 5 || shape_.kernel[2] == 7) &&
                  shape_.stride[2] <= 2 && keeps_planes &&
                  (shape_.dilation[2] == 1 || shape_.stride[2] == 1);
    plan_tiles();
    plan_slices(problem.threads);
  }

  void run(const RunArgs& args, int phase, int slice) const noexcept override {
    if (phase + 1 < static_cast<int>(slices_.size())) return pack_computed(args, slice);
    const int64_t row_block = slice / channel_blocks_, channel_block = slice % channel_blocks_;
    const int64_t first = blocks_ * channel_block / channel_blocks_ * set_.lanes;
    const int64_t last = std::min(shape_.output_channels,
                                  blocks_ * (channel_block + 1) / channel_blocks_ * set_.lanes);
    const int64_t begin = rows_ * row_block / row_blocks_;
    const int64_t end = rows_ * (row_block + 1) / row_blocks_;
    if (rows_first_) {
      const int64_t chunk = epilogue_.has_program() ? kChunkChannels : last - first;
      for (int64_t row = begin; row < end; ++row)
        for (const Tile& tile : tiles_)
          for (int64_t channel = first; channel < last; channel += chunk)
            run_tile(args, pixels_of(args, channel, std::min(channel + chunk, last)), row, tile,
                     channel);
      return;
    }
    for (int64_t channel = first; channel < last; channel += kChunkChannels) {
      const DepthwisePixels<Types> pixels =
          pixels_of(args, channel, std::min(channel + kChunkChannels, last));
      for (const Tile& tile : tiles_)
        for (int64_t row = begin; row < end; ++row) run_tile(args, pixels, row, tile, channel);
    }
  }

 private:
  using A = typename Types::A;
  using C = typename Types::C;
  static constexpr int64_t kPixels = kDepthwisePixels;
  /// Channels that go down the rows of a tile together: few enough for the windows of a tile to
  /// stay in the first-level cache from one row to the next.
  static constexpr int64_t kChunkChannels = 128;
  static_assert(kPixels * kChunkChannels <= Epilogue::kRoomFloats);

  /// Output columns first, first + step_, ... of a row, `count` of them.
  struct Tile {
    int64_t first;
    int64_t count;
  };

  /// Where a tile stores its pixels.
  struct Rows {
    C* data;
    int64_t pitch;
  };

  /// In a dilated row, columns `dilation` apart see a convolution without dilation.
  void plan_tiles() {
    step_ = has_strips_ ? shape_.dilation[2] : 1;
    for (int64_t phase = 0; phase < std::min(step_, shape_.output[2]); ++phase) {
      const int64_t width = ceil_div(shape_.output[2] - phase, step_);
      const int64_t tiles = ceil_div(width, kPixels);
      for (int64_t t = 0; t < tiles; ++t) {
        const int64_t first = width * t / tiles;
        tiles_.push_back({phase + first * step_, width * (t + 1) / tiles - first});
      }
    }
  }

  /// Filters that are known at run time, in the form of constant ones.
  void pack_computed(const RunArgs& args, int slice) const {
    const auto* weights = static_cast<const float*>(args.inputs[1]);
    auto* bias = static_cast<float*>(args.shared);
    const int64_t lanes = set_.lanes, taps = grid_.taps();
    const int64_t last = blocks_ * (slice + 1) / slices_[0] * lanes;
    for (int64_t k = blocks_ * slice / slices_[0] * lanes; k < last; ++k) {
      const bool exists = k < shape_.output_channels;
      float* to = bias + blocks_ * lanes + k / lanes * taps * lanes + k % lanes;
      bias[k] = exists ? view_->bias(args, k) : 0.0f;
      for (int64_t t = 0; t < taps; ++t)
        to[t * lanes] = exists ? weights[view_->offset(k, 0, t)] : 0.0f;
    }
  }

  DepthwisePixels<Types> pixels_of(const RunArgs& args, int64_t channel, int64_t last) const {
    const float* bias = packed_ != nullptr ? packed_ : static_cast<const float*>(args.shared);
    return {.weights = bias + blocks_ * set_.lanes + channel * grid_.taps(),
            .bias = bias + channel,
            .taps = grid_.taps(),
            .channels = last - channel,
            .residual = nullptr,
            .residual_pitch = epilogue_.residual_pitch,
            .finish = epilogue_.finish,
            .adds_last = epilogue_.adds_last,
            .zero = static_cast<float>(zero_)};
  }

  void plan_slices(int threads) {
    rows_ = shape_.batch * shape_.output[0] * shape_.output[1];
    const int64_t work = rows_ * shape_.output[2] * shape_.output_channels * grid_.taps();
    constexpr int64_t kLeastWork = 100'000;
    int64_t wanted = std::clamp<int64_t>(work / kLeastWork, 1, int64_t{4} * threads);
    if (wanted > threads) wanted = wanted / threads * threads;
    row_blocks_ = rows_ >= 4 * wanted ? wanted : 1;
    channel_blocks_ = std::clamp<int64_t>(wanted / row_blocks_, 1, std::max<int64_t>(1, blocks_));
    slices_ = {static_cast<int>(row_blocks_ * channel_blocks_)};
    if (view_)
      slices_.insert(slices_.begin(),
                     static_cast<int>(std::clamp<int64_t>(blocks_, 1, int64_t{4} * threads)));
    const int64_t input =
        shape_.batch * shape_.input[0] * shape_.input[1] * shape_.input[2] * in_pitch_;
    rows_first_ = input / threads * static_cast<int64_t>(sizeof(A)) >
                  static_cast<int64_t>(core::l2_bytes() / 2);
    table_bytes_ = core::align_up(static_cast<size_t>(grid_.taps() * kPixels) * sizeof(void*));
    scratch_bytes_ = table_bytes_ + epilogue_.scratch_bytes();
  }

  void run_tile(const RunArgs& args, DepthwisePixels<Types> pixels, int64_t row, const Tile& tile,
                int64_t channel) const {
    const int64_t pixel = row * shape_.output[2] + tile.first;
    const A* in = static_cast<const A*>(args.inputs[0]) + channel;
    Rows out{static_cast<C*>(args.outputs[0]) + pixel * out_pitch_ + channel, out_pitch_ * step_};
    if (epilogue_.has_program()) out = {static_cast<C*>(room_of(args)), kChunkChannels};
    const float* residual = epilogue_.residual_row(args, pixel);
    pixels.residual = residual == nullptr ? nullptr : residual + channel;
    if (has_strips_) {
      run_strip(in, out, pixels, row, tile);
    } else {
      run_table(in, out, pixels, pixel, tile.count, static_cast<const void**>(args.scratch));
    }
    if (!epilogue_.has_program()) return;
    const auto* stored = static_cast<const float*>(room_of(args));
    const int64_t run = step_ == 1 ? tile.count : 1;
    for (int64_t i = 0; i < tile.count; i += run)
      epilogue_.run(args, pixel + i * step_, run, channel, pixels.channels,
                    stored + i * kChunkChannels, kChunkChannels, room_of(args));
  }

  /// The epilogue's part of the scratch memory, which begins with its room for sums.
  void* room_of(const RunArgs& args) const {
    return static_cast<char*>(args.scratch) + table_bytes_;
  }

  void run_strip(const A* in, const Rows& out, DepthwisePixels<Types> pixels, int64_t row,
                 const Tile& tile) const {
    const int64_t n = row / shape_.output[1], h = row % shape_.output[1];
    const int64_t top = h * shape_.stride[1] - shape_.padding[1], dilation = shape_.dilation[1];
    const int64_t begin = top < 0 ? ceil_div(-top, dilation) : 0;
    const int64_t below = std::max<int64_t>(0, shape_.input[1] - top);
    const int64_t end = std::min(shape_.kernel[1], ceil_div(below, dilation));
    const int64_t stride = shape_.stride[2], left = tile.first * stride - shape_.padding[2];
    const int64_t line = n * shape_.input[1] + top + begin * dilation;
    pixels.residual_pitch *= step_;
    const DepthwiseStrip<Types> strip{
        .pixels = pixels,
        .in = in + (line * shape_.input[2] + left) * in_pitch_,
        .row_pitch = dilation * shape_.input[2] * in_pitch_,
        .pixel_pitch = step_ * in_pitch_,
        .first_tap = begin * shape_.kernel[2],
        .kernel_rows = std::max<int64_t>(0, end - begin),
        .first_column = left < 0 ? ceil_div(-left, step_) : 0,
        .last_column = left < shape_.input[2] ? ceil_div(shape_.input[2] - left, step_) : 0,
        .out = out.data,
        .out_pitch = out.pitch};
    set_.strip[shape_.kernel[2] / 2 - 1][stride - 1][tile.count](strip);
  }

  void run_table(const A* in, const Rows& out, const DepthwisePixels<Types>& pixels, int64_t first,
                 int64_t count, const void** rows) const {
    fill_indirection(grid_, in, in_pitch_ * static_cast<int64_t>(sizeof(A)), zeros_.data(), first,
                     count, rows, kPixels);
    set_.table[count]({.pixels = pixels,
                       .rows = reinterpret_cast<const A* const*>(rows),
                       .row_stride = kPixels,
                       .out = out.data,
                       .out_pitch = out.pitch});
  }

  const DepthwiseSet<Types>& set_;
  Epilogue epilogue_;
  ops::ConvolutionShape shape_;
  IndirectionGrid grid_;
  /// Bias, then filters; null: the run packs them into its shared memory.
  const float* packed_ = nullptr;
  std::optional<WeightsView> view_;
  int64_t blocks_ = 0;
  int64_t in_pitch_ = 0, out_pitch_ = 0;
  int64_t rows_ = 0;
  bool has_strips_ = false;
  /// Inputs beyond the second-level cache are read in the order of memory.
  bool rows_first_ = false;
  int64_t step_ = 1;
  std::vector<Tile> tiles_;
  int64_t row_blocks_ = 1, channel_blocks_ = 1;
  size_t table_bytes_ = 0;
  int64_t zero_ = 0;  ///< of bytes
  std::vector<A> zeros_;
};

/// What is refused of quantized tensors.
std::optional<std::string> refuse_bytes(const Problem& problem, DataType dtype) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  if (in.dtype != dtype)
    return core::str("needs ", core::dtype_short_name(dtype), ", got ", in.to_string());
  if (in.layout != Layout::ChannelsLast || out.layout != Layout::ChannelsLast)
    return "needs channels_last";
  if (!problem.is_constant(1) || !problem.is_constant(2)) return "needs constant weights";
  if (core::elems(in.dims) == 0 || core::elems(out.dims) == 0)
    return "needs tensors that are not empty";
  if (out.dtype != DataType::Float && Epilogue::is_simple(problem))
    return "needs f32 results, or a program that ends in a quantized number";
  return Epilogue::refuse(problem);
}

/// Weights times the factors of their channels; of factors and summands the summands are left.
void scale_weights(std::vector<float>& weights, std::vector<float>& rescale) {
  const size_t channels = rescale.size() / 2, taps = weights.size() / channels;
  for (size_t i = 0; i < weights.size(); ++i) weights[i] *= rescale[i / taps];
  rescale.erase(rescale.begin(), rescale.begin() + static_cast<std::ptrdiff_t>(channels));
}

template <typename Types, const DepthwiseSet<Types>& kSet>
struct Depthwise {
  static std::optional<std::string> refuse(const Problem& problem) {
    constexpr DataType kType = kDataType<typename Types::A>;
    auto reason = kIsBytes<Types> ? refuse_bytes(problem, kType)
                                  : refuse_operands(problem, Layout::ChannelsLast,
                                                    Layout::ChannelsLast, kType, Weights::Any);
    if (reason) return reason;
    if (kType == DataType::BF16 && !Epilogue::is_simple(problem))
      return "needs a program of a residual in f32, clipping, SiLU or hard swish";
    const ops::ConvolutionShape shape = shape_of(problem);
    if (shape.groups != shape.input_channels || shape.groups != shape.output_channels)
      return "needs as many groups as input and output channels";
    return std::nullopt;
  }

  static Packed pack(const Problem& problem) {
    const ops::ConvolutionShape shape = shape_of(problem);
    const int64_t lanes = kSet.lanes, blocks = ceil_div(shape.output_channels, lanes);
    const int64_t taps = shape.kernel[0] * shape.kernel[1] * shape.kernel[2];
    std::vector<float> weights = constant_floats(problem, 1);
    std::vector<float> bias = constant_floats(problem, 2);
    if (kIsBytes<Types>) scale_weights(weights, bias);
    const PackedFloats out(blocks * lanes * (taps + 1));
    std::copy(bias.begin(), bias.end(), out.data);
    pack_depthwise(weights, shape.output_channels, taps, lanes, out.data + blocks * lanes);
    return out.packed;
  }

  static std::unique_ptr<Kernel> prepare(const Problem& problem,
                                         std::span<const std::byte> packed) {
    return std::make_unique<DepthwiseKernel<Types>>(problem, kSet, packed);
  }
};

}  // namespace

void pack_depthwise(const std::vector<float>& weights, int64_t channels, int64_t taps,
                    int64_t lanes, float* to) {
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t t = 0; t < taps; ++t)
      to[(c / lanes * taps + t) * lanes + c % lanes] = weights[static_cast<size_t>(c * taps + t)];
}

}  // namespace convolution

#define TRTLIKE_DEPTHWISE(name, needs, types, tile)      \
  TRTLIKE_DEFINE_TACTIC(name) = convolution::kFunctions< \
      convolution::Depthwise<TRTLIKE_TYPES types, convolution::depthwise::name>>;
#define TRTLIKE_DEPTHWISE_BYTES(...) TRTLIKE_DEPTHWISE(__VA_ARGS__)
#define TRTLIKE_TACTIC(...)
using namespace elements;
#include "kernels/convolution/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
