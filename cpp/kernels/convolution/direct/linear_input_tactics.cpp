// Convolution of linear (NCHW) inputs of few channels, as networks begin with, to channels-last.
// Per output row the input rows under it are copied next to zeros for the padding; then the
// kernel's columns take the part of the channels in the register tiles, and (channel, kernel row)
// the part of the taps.
#include <algorithm>

#include "core/os/memory.h"
#include "kernels/convolution/direct/direct.h"
#include "kernels/convolution/tactics.h"

namespace trtlike::kernels {
namespace convolution {
namespace {

/// The same sums with kernel columns as input channels.
ops::ConvolutionShape columns_as_channels(ops::ConvolutionShape shape) {
  shape.input_channels = shape.kernel[2];
  return shape;
}

int64_t num_taps(const ops::ConvolutionShape& shape) {
  return shape.input_channels * shape.kernel[1];
}

class LinearInputKernel final : public Kernel {
 public:
  LinearInputKernel(const Problem& problem, const Tiles<F32>& tiles,
                    std::span<const std::byte> packed)
      : epilogue_(problem, isa_of_lanes(tiles.lanes)), shape_(shape_of(problem)) {
    taps_ = num_taps(shape_);
    pass_.tiles = &tiles;
    pass_.panels = plan_panels(columns_as_channels(shape_), taps_, tiles.lanes, tiles.max_vectors);
    pass_.packed = read_floats(packed, pass_.panels.floats);
    pass_.epilogue = &epilogue_;
    out_pitch_ = problem.outputs[0].pixel_pitch();
    row_floats_ = (shape_.output[2] - 1) * shape_.stride[2] + shape_.kernel[2];
    rows_ = shape_.batch * shape_.output[1];
    blocks_ = std::clamp<int64_t>(rows_ / 2, 1, int64_t{4} * problem.threads);
    slices_ = {static_cast<int>(blocks_)};
    table_bytes_ =
        core::align_up(static_cast<size_t>((taps_ + 1) * shape_.output[2]) * sizeof(void*));
    copy_bytes_ = core::align_up(static_cast<size_t>(taps_ * row_floats_) * sizeof(float));
    scratch_bytes_ = table_bytes_ + copy_bytes_ + epilogue_.scratch_bytes();
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const int64_t width = shape_.output[2];
    char* scratch = static_cast<char*>(args.scratch);
    const auto rows = static_cast<const float**>(args.scratch);
    auto* const outputs = reinterpret_cast<float**>(scratch) + taps_ * width;
    auto* const copy = reinterpret_cast<float*>(scratch + table_bytes_);
    for (int64_t t = 0; t < taps_; ++t)
      for (int64_t i = 0; i < width; ++i)
        rows[t * width + i] = copy + t * row_floats_ + i * shape_.stride[2];
    const int64_t end = rows_ * (slice + 1) / blocks_;
    for (int64_t row = rows_ * slice / blocks_; row < end; ++row) {
      copy_rows(static_cast<const float*>(args.inputs[0]), row, copy);
      float* out = static_cast<float*>(args.outputs[0]) + row * width * out_pitch_;
      for (int64_t i = 0; i < width; ++i) outputs[i] = out + i * out_pitch_;
      pass_.run_block({.rows = rows,
                       .row_stride = width,
                       .outputs = outputs,
                       .first_pixel = row * width,
                       .count = width},
                      0, static_cast<int>(pass_.panels.panels.size()), args, nullptr,
                      scratch + table_bytes_ + copy_bytes_);
    }
  }

 private:
  /// [channels][kernel rows][row_floats_]: what lies under output row `row`.
  void copy_rows(const float* input, int64_t row, float* to) const {
    const int64_t n = row / shape_.output[1], h = row % shape_.output[1];
    const int64_t height = shape_.input[1], width = shape_.input[2];
    const int64_t before = std::min(shape_.padding[2], row_floats_);
    const int64_t inside = std::clamp<int64_t>(width, 0, row_floats_ - before);
    for (int64_t c = 0; c < shape_.input_channels; ++c)
      for (int64_t k = 0; k < shape_.kernel[1]; ++k, to += row_floats_) {
        const int64_t y = h * shape_.stride[1] - shape_.padding[1] + k * shape_.dilation[1];
        if (y < 0 || y >= height) {
          std::fill_n(to, row_floats_, 0.0f);
          continue;
        }
        std::fill_n(to, before, 0.0f);
        std::copy_n(input + ((n * shape_.input_channels + c) * height + y) * width, inside,
                    to + before);
        std::fill_n(to + before + inside, row_floats_ - before - inside, 0.0f);
      }
  }

  Epilogue epilogue_;
  ops::ConvolutionShape shape_;
  DirectPass<F32> pass_;
  int64_t taps_ = 0;
  int64_t out_pitch_ = 0;
  int64_t row_floats_ = 0;
  int64_t rows_ = 0;
  int64_t blocks_ = 1;
  size_t table_bytes_ = 0;
  size_t copy_bytes_ = 0;
};

template <const Tiles<F32>& kTiles>
struct LinearInput {
  static std::optional<std::string> refuse(const Problem& problem) {
    if (auto reason = refuse_operands(problem, Layout::Linear, Layout::ChannelsLast)) return reason;
    const ops::ConvolutionShape shape = shape_of(problem);
    if (shape.kernel[0] != 1 || shape.stride[0] != 1 || shape.padding[0] != 0 ||
        shape.dilation[2] != 1 || shape.input[0] != 1 || shape.output[0] != 1)
      return "needs two spatial axes at most and no dilation of the last one";
    if (shape.groups != 1 || shape.input_channels > kMostChannels)
      return core::str("needs ", kMostChannels, " input channels at most, in one group");
    return std::nullopt;
  }

  static Packed pack(const Problem& problem) {
    const ops::ConvolutionShape shape = shape_of(problem);
    const ops::ConvolutionShape columns = columns_as_channels(shape);
    const PanelPlan plan = plan_panels(columns, num_taps(shape), kTiles.lanes, kTiles.max_vectors);
    const std::vector<float> weights = constant_floats(problem, 1);
    const PackedFloats out(plan.floats);
    pack_panels(
        plan, columns,
        [&](int64_t k, int64_t column, int64_t tap) {
          return weights[static_cast<size_t>((k * num_taps(shape) + tap) * shape.kernel[2] +
                                             column)];
        },
        constant_floats(problem, 2), out.data);
    return out.packed;
  }

  static std::unique_ptr<Kernel> prepare(const Problem& problem,
                                         std::span<const std::byte> packed) {
    return std::make_unique<LinearInputKernel>(problem, kTiles, packed);
  }

 private:
  static constexpr int64_t kMostChannels = 16;
};

}  // namespace
}  // namespace convolution

#define TRTLIKE_LINEAR_INPUT(name, needs, types, tile, direct) \
  TRTLIKE_DEFINE_TACTIC(name) =                                \
      convolution::kFunctions<convolution::LinearInput<convolution::tiles::direct>>;
#define TRTLIKE_TACTIC(...)
#include "kernels/convolution/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
