// The kernel around the depthwise tiles: lays columns of rows side by side, walks groups of
// channels and pixels, finishes what is more than rescaling to bytes.
#include "kernels/quantized/depthwise.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/check.h"
#include "core/os/memory.h"
#include "kernels/epilogue/epilogue.h"
#include "kernels/packed.h"
#include "kernels/quantized/setup.h"

namespace trtlike::kernels {
namespace quantized {
namespace {

using convolution::ceil_div;

/// Of columns that are laid out at once: what stays in a first-level cache.
constexpr int64_t kColumnsBytes = 16 << 10;

int64_t align_bytes(int64_t bytes) {
  return static_cast<int64_t>(core::align_up(static_cast<size_t>(bytes)));
}

int find_kind(const ops::ConvolutionShape& shape) {
  for (int kind = 0; kind < kNumDepthwiseKinds; ++kind)
    if (shape.kernel[2] == kDepthwiseKinds[kind].width &&
        shape.stride[2] == kDepthwiseKinds[kind].stride)
      return kind;
  return -1;
}

ops::ConvolutionShape shape_of(const Problem& problem) {
  return ops::convolution_shape(*problem.attributes, problem.inputs[0].dims,
                                problem.inputs[1].dims);
}

std::string refuse_shape(const ops::ConvolutionShape& shape) {
  if (shape.groups != shape.input_channels || shape.groups != shape.output_channels)
    return "needs as many groups as input and output channels";
  const bool keeps_planes = shape.kernel[0] == 1 && shape.stride[0] == 1 && shape.padding[0] == 0 &&
                            shape.output[0] == shape.input[0];
  if (find_kind(shape) < 0 || shape.kernel[1] != shape.kernel[2] ||
      shape.stride[1] != shape.stride[2] || !keeps_planes)
    return "needs windows of 3x3 or 5x5 in steps of 1 or 2";
  if (shape.dilation[1] != 1 || shape.dilation[2] != 1) return "needs dilation 1";
  return "";
}

/// Where things stand among packed constants: the weights of all groups of channels, then offsets,
/// factors and summands of their channels.
struct DepthwiseLayout {
  DepthwiseLayout(const DepthwiseTiles& tiles, const ops::ConvolutionShape& shape)
      : kind(kDepthwiseKinds[find_kind(shape)]),
        steps(tiles.steps(kind.input_rows())),
        groups(ceil_div(shape.output_channels, tiles.lanes)),
        channels(groups * tiles.lanes),
        pass_bytes(int64_t{steps} * kind.rows * kind.width * tiles.lanes * 4),
        group_bytes(kind.passes * pass_bytes) {}

  DepthwiseKind kind;
  int steps;
  int64_t groups;
  int64_t channels;  ///< of whole groups
  int64_t pass_bytes;
  int64_t group_bytes;

  int64_t weights_bytes() const { return groups * group_bytes; }
  size_t bytes() const { return static_cast<size_t>(weights_bytes() + 3 * channels * 4); }
};

template <typename T>
Packed pack_elements(const Problem& problem, const Setup& setup, const DepthwiseTiles& tiles) {
  const ops::ConvolutionShape shape = shape_of(problem);
  const DepthwiseLayout layout(tiles, shape);
  std::shared_ptr<void> block = core::allocate_shared(layout.bytes());
  auto* out = static_cast<std::byte*>(block.get());
  std::memset(out, 0, layout.bytes());
  auto* offsets = reinterpret_cast<int32_t*>(out + layout.weights_bytes());
  auto* factors = reinterpret_cast<float*>(offsets + layout.channels);
  float* summands = factors + layout.channels;
  const auto* weights = static_cast<const int8_t*>(problem.constants[1]);
  const auto* rescale = static_cast<const float*>(problem.constants[2]);
  const int64_t width = layout.kind.width, lanes = tiles.lanes, depth = tiles.depth();
  const int64_t zero = setup.zero_point + (setup.is_signed ? 128 : 0);
  for (int64_t c = 0; c < shape.output_channels; ++c) {
    auto* group = reinterpret_cast<T*>(out + c / lanes * layout.group_bytes);
    int64_t sum = 0;
    for (int64_t k = 0; k < width * width; ++k) {
      const int8_t element = weights[c * width * width + k];
      sum += element;
      for (int64_t r = 0; r < layout.kind.output_rows(); ++r) {
        const int64_t row = k / width + r * layout.kind.stride;
        const int64_t step = r / layout.kind.rows * layout.steps + row / depth;
        const int64_t vector = (step * layout.kind.rows + r % layout.kind.rows) * width + k % width;
        group[(vector * lanes + c % lanes) * depth + row % depth] = element;
      }
    }
    offsets[c] = tiles.form == Form::Bytes ? static_cast<int32_t>(-zero * sum) : 0;
    factors[c] = rescale[c];
    summands[c] = rescale[shape.output_channels + c];
  }
  return {block, layout.bytes()};
}

/// How tiles make bytes themselves, where the results are no more than clipped sums.
struct Rescale {
  ByteResults bytes;
  std::vector<float> factors, summands;
};

/// The step of the output nearest to a limit, less what unsigned bytes are more.
int8_t limit_of(double limit, double scale, int16_t zero) {
  const double steps = std::nearbyint(limit / scale) + zero;
  return static_cast<int8_t>(std::clamp(steps, -128.0, 127.0));
}

std::optional<Rescale> find_rescale(const Setup& setup, const DepthwiseLayout& layout,
                                    const float* factors, const float* summands) {
  const bool is_signed = setup.out.dtype == DataType::Int8;
  if ((!is_signed && setup.out.dtype != DataType::UInt8) || setup.program || setup.links.empty())
    return std::nullopt;
  const epilogue::Link& last = setup.links.back();
  const auto clip = epilogue::find_clip(std::span(setup.links).first(setup.links.size() - 1));
  if (last.op != epilogue::LinkOp::Quantize || !clip || !(last.alpha > 0)) return std::nullopt;
  if (!(std::abs(last.beta) <= 256) || std::nearbyint(last.beta) != last.beta) return std::nullopt;
  const int16_t zero = static_cast<int16_t>(last.beta - (is_signed ? 0.0f : 128.0f));
  Rescale out;
  out.bytes = {zero, static_cast<uint8_t>(is_signed ? 0 : 128),
               limit_of(static_cast<double>(clip->low), last.alpha, zero),
               limit_of(static_cast<double>(clip->high), last.alpha, zero)};
  const double largest = 255.0 * 128 * layout.kind.width * layout.kind.width;
  for (int64_t c = 0; c < layout.channels; ++c) {
    out.factors.push_back(static_cast<float>(static_cast<double>(factors[c]) / last.alpha));
    out.summands.push_back(static_cast<float>(static_cast<double>(summands[c]) / last.alpha));
    constexpr double kMost = 1 << 30;
    if (!(largest * std::abs(out.factors.back()) + std::abs(out.summands.back()) < kMost))
      return std::nullopt;
  }
  return out;
}

class QuantizedDepthwise final : public Kernel {
 public:
  QuantizedDepthwise(const Problem& problem, Setup setup, const DepthwiseTiles& tiles,
                     std::span<const std::byte> packed)
      : setup_(std::move(setup)),
        tiles_(tiles),
        shape_(shape_of(problem)),
        layout_(tiles, shape_),
        packed_(read_packed(packed, layout_.bytes())),
        finisher_(make_finisher(setup_, tiles.needs)) {
    offsets_ = reinterpret_cast<const int32_t*>(packed_ + layout_.weights_bytes());
    factors_ = reinterpret_cast<const float*>(offsets_ + layout_.channels);
    summands_ = factors_ + layout_.channels;
    rescale_ = find_rescale(setup_, layout_, factors_, summands_);
    padding_.assign(static_cast<size_t>(tiles.block_channels),
                    static_cast<std::byte>(setup_.zero_point));
    plan_tiles();
    plan_slices();
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const int64_t chunk = slice % chunks_, part = slice / chunks_;
    const int64_t first = blocks_ * chunk / chunks_, last = blocks_ * (chunk + 1) / chunks_;
    const int64_t end = row_tiles_ * (part + 1) / parts_;
    for (int64_t tile = row_tiles_ * part / parts_; tile < end; ++tile)
      for (int64_t block = first; block < last; ++block)
        for (int64_t c = 0; c < column_tiles_; ++c)
          run_tile(args, tile, block, shape_.output[2] * c / column_tiles_,
                   shape_.output[2] * (c + 1) / column_tiles_);
  }

 private:
  /// Output columns [first, last) of the rows of a tile, in the channels of a block.
  struct Place {
    int64_t row, rows;  ///< of the output, counted over all images
    int64_t first, last;
    int64_t channel, channels;
  };

  void plan_tiles() {
    const int64_t width = shape_.output[2];
    kind_ = static_cast<size_t>(find_kind(shape_));
    const int64_t pixel_bytes =
        int64_t{4} * tiles_.block_channels * layout_.steps * layout_.kind.stride;
    column_tiles_ = ceil_div(width, std::max<int64_t>(kMostPixels, kColumnsBytes / pixel_bytes));
    const int64_t columns = ceil_div(width, column_tiles_);
    const auto computed = [&](int64_t pixels) { return ceil_div(columns, pixels) * pixels; };
    many_ = computed(kDepthwisePixels[1]) <= computed(kDepthwisePixels[0]) ? 1 : 0;
    pixels_ = kDepthwisePixels[many_];
    const int64_t laid = (computed(pixels_) - 1) * layout_.kind.stride + layout_.kind.width;
    group_bytes_ = laid * tiles_.lanes * 4;
    step_bytes_ = group_bytes_ * (tiles_.block_channels / tiles_.lanes);
    columns_bytes_ = align_bytes(step_bytes_ * layout_.steps);
    floats_pitch_ = tiles_.block_channels;
    row_floats_ = columns * floats_pitch_;
    floats_bytes_ = align_bytes(layout_.kind.output_rows() * row_floats_ * 4);
    const int64_t room =
        rescale_ ? layout_.kind.output_rows() * columns * tiles_.lanes : floats_bytes_;
    scratch_bytes_ = static_cast<size_t>(columns_bytes_ + align_bytes(room)) +
                     (rescale_ ? 0 : finisher_.scratch_bytes());
  }

  void plan_slices() {
    tiles_of_plane_ = ceil_div(shape_.output[1], layout_.kind.output_rows());
    row_tiles_ = shape_.batch * shape_.output[0] * tiles_of_plane_;
    blocks_ = ceil_div(shape_.output_channels, tiles_.block_channels);
    const int64_t work = setup_.rows() * shape_.output_channels * setup_.grid.taps();
    constexpr int64_t kLeastWork = 400'000;
    const int64_t threads = setup_.threads;
    int64_t wanted = std::clamp<int64_t>(work / kLeastWork, 1, 4 * threads);
    if (wanted > threads) wanted = wanted / threads * threads;
    if (threads == 1) wanted = 1;
    parts_ = std::min(wanted, row_tiles_);
    chunks_ = std::clamp<int64_t>(wanted / parts_, 1, blocks_);
    slices_ = {static_cast<int>(parts_ * chunks_)};
  }

  void run_tile(const RunArgs& args, int64_t tile, int64_t block, int64_t first,
                int64_t last) const {
    const int64_t plane = tile / tiles_of_plane_, within = tile % tiles_of_plane_;
    const int64_t row = within * layout_.kind.output_rows();
    Place place{.row = plane * shape_.output[1] + row,
                .rows = std::min<int64_t>(layout_.kind.output_rows(), shape_.output[1] - row),
                .first = first,
                .last = last,
                .channel = block * tiles_.block_channels,
                .channels = 0};
    place.channels =
        std::min<int64_t>(tiles_.block_channels, shape_.output_channels - place.channel);
    auto* columns = static_cast<std::byte*>(args.scratch);
    lay_columns(static_cast<const std::byte*>(args.inputs[0]), plane, row, place, columns);
    for (int64_t c = 0; c < place.channels; c += tiles_.lanes) run_group(args, place, c, columns);
    if (!rescale_) finish(args, place, columns);
  }

  /// The rows under a tile, to whole steps: those outside of the plane are padding.
  void lay_columns(const std::byte* input, int64_t plane, int64_t row, const Place& place,
                   std::byte* to) const {
    const int64_t stride = layout_.kind.stride, width = shape_.input[2];
    const int64_t left = place.first * stride - shape_.padding[2];
    const int64_t columns = (place.last - place.first - 1) * stride + layout_.kind.width;
    const int64_t begin = std::clamp<int64_t>(left, 0, width);
    const int64_t end = std::clamp<int64_t>(left + columns, begin, width);
    const DepthwiseKind kind = layout_.kind;
    const auto passes = static_cast<int>(ceil_div(place.rows, kind.rows));
    InterleaveArgs how;
    how.steps = tiles_.last_step(kind, passes - 1);
    for (int r = 0; r < how.steps * tiles_.depth(); ++r) {
      const int64_t y = row * stride - shape_.padding[1] + r;
      const bool exists = r < kind.input_rows() && y >= 0 && y < shape_.input[1];
      how.rows[r] = exists ? input +
                                 ((plane * shape_.input[1] + y) * width + begin) * setup_.in_pitch +
                                 place.channel
                           : padding_.data();
      how.pitches[r] = exists ? setup_.in_pitch : 0;
    }
    how.padding = padding_.data();
    how.left = static_cast<int>(std::min(columns, begin - std::min(left, begin)));
    how.middle = static_cast<int>(end - begin);
    how.right = static_cast<int>(columns) - how.left - how.middle;
    how.channels = static_cast<int>(place.channels);
    how.is_signed = setup_.is_signed;
    how.zero_point = setup_.zero_point;
    how.to = to;
    how.group_bytes = group_bytes_;
    how.step_bytes = step_bytes_;
    tiles_.interleave(how);
  }

  /// All pixels of a group of channels. One whose lanes are not all channels of the output goes
  /// through scratch memory.
  void run_group(const RunArgs& args, const Place& place, int64_t channel,
                 std::byte* columns) const {
    const int64_t k = place.channel + channel, lanes = tiles_.lanes;
    const int64_t channels = std::min<int64_t>(lanes, place.channels - channel);
    const bool is_part = rescale_ && channels < lanes;
    std::byte* const room = columns + columns_bytes_;
    const int64_t row_pitch = shape_.output[2] * setup_.out.row_stride;
    std::byte* out = static_cast<std::byte*>(args.outputs[0]) + place.row * row_pitch +
                     place.first * setup_.out.row_stride + k;
    DepthwiseArgs tile;
    tile.step_bytes = step_bytes_;
    tile.offsets = offsets_ + k;
    tile.factors = (rescale_ ? rescale_->factors.data() : factors_) + k;
    tile.summands = (rescale_ ? rescale_->summands.data() : summands_) + k;
    if (rescale_) tile.bytes = rescale_->bytes;
    tile.pixels = place.last - place.first;
    tile.out_pitch = is_part ? lanes : rescale_ ? setup_.out.row_stride : floats_pitch_ * 4;
    const int64_t tile_row = is_part ? tile.pixels * lanes : rescale_ ? row_pitch : row_floats_ * 4;
    std::byte* const to = is_part ? room : rescale_ ? out : room + channel * 4;
    const DepthwiseKind kind = layout_.kind;
    for (int pass = 0; pass < kind.passes && pass * kind.rows < place.rows; ++pass) {
      const int first = tiles_.first_step(kind, pass);
      tile.steps = tiles_.last_step(kind, pass) - first;
      tile.columns = columns + channel / lanes * group_bytes_ + first * step_bytes_;
      tile.weights = packed_ + k / lanes * layout_.group_bytes + pass * layout_.pass_bytes +
                     int64_t{first} * kind.rows * kind.width * lanes * 4;
      for (int64_t r = 0; r < kind.rows; ++r) {
        const int64_t row = pass * kind.rows + r;
        tile.out[r] = row < place.rows ? to + row * tile_row : nullptr;
      }
      (rescale_ ? tiles_.bytes : tiles_.floats)[kind_][many_](tile);
    }
    if (!is_part) return;
    for (int64_t r = 0; r < place.rows; ++r)
      for (int64_t i = 0; i < tile.pixels; ++i)
        std::memcpy(out + r * row_pitch + i * setup_.out.row_stride,
                    room + r * tile_row + i * lanes, static_cast<size_t>(channels));
  }

  void finish(const RunArgs& args, const Place& place, std::byte* columns) const {
    std::byte* room = columns + columns_bytes_;
    for (int64_t r = 0; r < place.rows; ++r)
      finish_rows(finisher_, args, setup_.matrix_rows,
                  {reinterpret_cast<const float*>(room) + r * row_floats_, floats_pitch_,
                   (place.row + r) * shape_.output[2] + place.first, place.last - place.first,
                   place.channel, static_cast<int>(place.channels)},
                  room + floats_bytes_);
  }

  Setup setup_;
  const DepthwiseTiles& tiles_;
  ops::ConvolutionShape shape_;
  DepthwiseLayout layout_;
  const std::byte* packed_;
  epilogue::Finisher finisher_;
  const int32_t* offsets_ = nullptr;
  const float *factors_ = nullptr, *summands_ = nullptr;
  std::optional<Rescale> rescale_;
  std::vector<std::byte> padding_;
  int64_t column_tiles_ = 1, pixels_ = 8;
  size_t kind_ = 0, many_ = 1;
  int64_t group_bytes_ = 0, step_bytes_ = 0, columns_bytes_ = 0;
  int64_t floats_pitch_ = 0, row_floats_ = 0, floats_bytes_ = 0;
  int64_t tiles_of_plane_ = 1, row_tiles_ = 1, blocks_ = 1, parts_ = 1, chunks_ = 1;
};

std::optional<std::string> refuse(const Problem& problem) {
  Setup setup;
  std::string refusal = read_problem(problem, setup);
  if (refusal.empty()) refusal = refuse_shape(shape_of(problem));
  return refusal.empty() ? std::nullopt : std::optional(std::move(refusal));
}

ops::InputSet packed_inputs(const Problem&) { return {1, 2}; }

Setup read(const Problem& problem) {
  Setup setup;
  const std::string refusal = read_problem(problem, setup);
  TRTLIKE_ASSERT(refusal.empty(), refusal);
  return setup;
}

template <const DepthwiseTiles& tiles>
Packed pack_for(const Problem& problem) {
  const Setup setup = read(problem);
  return tiles.form == Form::Bytes ? pack_elements<int8_t>(problem, setup, tiles)
                                   : pack_elements<int16_t>(problem, setup, tiles);
}

template <const DepthwiseTiles& tiles>
std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte> packed) {
  return std::make_unique<QuantizedDepthwise>(problem, read(problem), tiles, packed);
}

}  // namespace
}  // namespace quantized

#define TRTLIKE_QUANTIZED_DEPTHWISE(name, needs, types, tile)                             \
  TRTLIKE_DEFINE_TACTIC(name) = {.refuse = quantized::refuse,                             \
                                 .packed_inputs = quantized::packed_inputs,               \
                                 .pack = quantized::pack_for<quantized::depthwise::name>, \
                                 .prepare = quantized::prepare<quantized::depthwise::name>};
#define TRTLIKE_TACTIC(...)
#include "kernels/quantized/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
