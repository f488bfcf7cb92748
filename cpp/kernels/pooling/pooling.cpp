// Pooling tactics: what they take, slices, and which rows the loops are called for.
#include "kernels/pooling/pooling.h"

#include "core/os/float_flags.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"
#include "ops/shapes/pooling_shape.h"

namespace trtlike::kernels {
namespace pooling {
namespace {

using ops::PoolingShape;
using ops::WindowRange;

PoolingShape shape_of(const Problem& problem) {
  return ops::pooling_shape(*problem.attributes, problem.inputs[0].dims);
}

bool has_one_position(const TensorDesc& desc) {
  return core::elems_between(desc.dims, 2, desc.dims.rank()) == 1;
}

std::optional<std::string> refuse(const Problem& problem) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  const bool is_byte = in.dtype == DataType::Int8 || in.dtype == DataType::UInt8;
  if (is_byte && (in.layout != Layout::ChannelsLast || shape_of(problem).type != PoolingType::Max))
    return core::str("needs channels_last and MAX for ", core::dtype_short_name(in.dtype));
  if (auto reason = is_byte ? std::nullopt : refuse_type(in.dtype)) return reason;
  if (out.dtype != in.dtype) return "needs an output of the input's type";
  if (in.layout != out.layout && !has_one_position(out))
    return "needs an output in the input's layout";
  if (shape_of(problem).type == PoolingType::MaxAverageBlend) return "needs MAX or AVERAGE";
  return std::nullopt;
}

class PoolingKernel : public Kernel {
 public:
  /// NaNs are rare: only what has seen one is computed again with care.
  void run(const RunArgs& args, int, int slice) const noexcept final {
    core::clear_invalid_flag();
    run_slice(args, slice, mode_);
    if (mode_ == Mode::Max && core::has_invalid_flag()) run_slice(args, slice, Mode::MaxOrNan);
  }

 protected:
  virtual void run_slice(const RunArgs& args, int slice, Mode mode) const = 0;

  PoolingKernel(const Problem& problem, const Loops& loops)
      : loops_(loops),
        shape_(shape_of(problem)),
        mode_(shape_.type == PoolingType::Max ? Mode::Max : Mode::Average),
        dtype_(problem.inputs[0].dtype),
        element_bytes_(static_cast<int64_t>(core::dtype_bytes(dtype_, 1))),
        out_pitch_(problem.outputs[0].layout == Layout::ChannelsLast
                       ? problem.outputs[0].pixel_pitch()
                       : shape_.channels) {
    for (int axis = 0; axis < 2; ++axis)
      for (int64_t o = 0; o < shape_.window.output[static_cast<size_t>(axis)]; ++o)
        ranges_[axis].push_back(shape_.range(axis, o));
  }

  /// Of planes (axis 0) and rows (axis 1).
  const WindowRange& range(int axis, int64_t output_index) const {
    return ranges_[axis][static_cast<size_t>(output_index)];
  }

  float divisor(const WindowRange& range) const {
    if (mode_ == Mode::Max) return 1;
    return static_cast<float>(shape_.excludes_padding ? range.count : range.padded_count);
  }

  /// Spans of all output columns; `step` is the elements between input columns.
  void make_columns(int64_t step) {
    for (int64_t o = 0; o < shape_.window.output[2]; ++o) {
      const WindowRange range = shape_.range(2, o);
      columns_.push_back({range.begin * step, range.count, divisor(range)});
    }
  }

  const std::byte* at(const void* base, int64_t elems) const {
    return static_cast<const std::byte*>(base) + elems * element_bytes_;
  }
  std::byte* at(void* base, int64_t elems) const {
    return static_cast<std::byte*>(base) + elems * element_bytes_;
  }

  const Loops& loops_;
  PoolingShape shape_;
  Mode mode_;
  DataType dtype_;
  int64_t element_bytes_;
  int64_t out_pitch_;
  std::vector<Span> columns_;
  std::vector<WindowRange> ranges_[2];
  Slicing slicing_;
};

/// Units are rows of output pixels, cut into bands of channels where there are few rows.
class ChannelsLastKernel final : public PoolingKernel {
 public:
  ChannelsLastKernel(const Problem& problem, const Loops& loops)
      : PoolingKernel(problem, loops), in_pitch_(problem.inputs[0].pixel_pitch()) {
    const ops::Window& w = shape_.window;
    make_columns(in_pitch_);
    const int64_t rows = shape_.batch * w.output[0] * w.output[1];
    bands_ = rows >= 4 * problem.threads ? 1 : (shape_.channels + kBand - 1) / kBand;
    band_ = bands_ == 1 ? shape_.channels : kBand;
    const int64_t window = w.kernel[0] * w.kernel[1] * w.kernel[2];
    slicing_ = cut(rows * bands_, w.output[2] * band_ * window, problem.threads);
    slices_ = {slicing_.count};
  }

  void run_slice(const RunArgs& args, int slice, Mode mode) const override {
    const ops::Window& w = shape_.window;
    const auto [begin, end] = slicing_.range(slice);
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t row = unit / bands_, first = unit % bands_ * band_;
      const int64_t h = row % w.output[1], plane = row / w.output[1];
      const WindowRange &planes = range(0, plane % w.output[0]), &rows = range(1, h);
      const int64_t batch = plane / w.output[0];
      const int64_t from =
          ((batch * w.input[0] + planes.begin) * w.input[1] + rows.begin) * w.input[2] * in_pitch_;
      loops_.pixels_of(dtype_)(
          {.input = at(args.inputs[0], from + first),
           .output = at(args.outputs[0], row * w.output[2] * out_pitch_ + first),
           .planes = planes.count,
           .rows = rows.count,
           .plane_step = w.dilation[0] * w.input[1] * w.input[2] * in_pitch_,
           .row_step = w.dilation[1] * w.input[2] * in_pitch_,
           .column_step = w.dilation[2] * in_pitch_,
           .columns = columns_.data(),
           .outputs = w.output[2],
           .output_pitch = out_pitch_,
           .channels = std::min(band_, shape_.channels - first),
           .divisor = divisor(planes) * divisor(rows)},
          mode);
    }
  }

 private:
  static constexpr int64_t kBand = 64;
  int64_t in_pitch_;
  int64_t bands_ = 1, band_ = 0;
};

/// Units are channels of one image.
class LinearKernel final : public PoolingKernel {
 public:
  LinearKernel(const Problem& problem, const Loops& loops) : PoolingKernel(problem, loops) {
    const ops::Window& w = shape_.window;
    make_columns(1);
    buffer_elems_ =
        std::max(w.pre[2] + w.input[2], (w.output[2] - 1) * w.stride[2] + w.span(2)) + 1;
    scratch_bytes_ = static_cast<size_t>(linear_scratch(buffer_elems_, w.output[2], w.stride[2])) *
                     sizeof(float);
    const int64_t part = part_elems(buffer_elems_, w.stride[2]);
    for (int64_t k = 0; k < w.kernel[2]; ++k) {
      const int64_t at = k * w.dilation[2];
      taps_.push_back(at % w.stride[2] * part * (w.stride[2] > 1) + at / w.stride[2]);
    }
    slicing_ = cut(shape_.batch * shape_.channels, w.input[0] * w.input[1] * w.input[2] * 4,
                   problem.threads);
    slices_ = {slicing_.count};
  }

  void run_slice(const RunArgs& args, int slice, Mode mode) const override {
    const ops::Window& w = shape_.window;
    LinearRow row{.input = nullptr,
                  .output = nullptr,
                  .planes = 0,
                  .rows = 0,
                  .plane_step = w.dilation[0] * w.input[1] * w.input[2],
                  .row_step = w.dilation[1] * w.input[2],
                  .width = w.input[2],
                  .columns = columns_.data(),
                  .outputs = w.output[2],
                  .stride = w.stride[2],
                  .pre = w.pre[2],
                  .taps = taps_.data(),
                  .num_taps = w.kernel[2],
                  .divisor = 1,
                  .buffer = static_cast<float*>(args.scratch),
                  .buffer_elems = buffer_elems_};
    loops_.begin_rows(row, mode);
    const int64_t positions = w.output[0] * w.output[1] * w.output[2];
    const auto [begin, end] = slicing_.range(slice);
    for (int64_t unit = begin; unit < end; ++unit) {
      // A single position may be a pixel of a channels-last output.
      const int64_t first = positions == 1
                                ? unit / shape_.channels * out_pitch_ + unit % shape_.channels
                                : unit * positions;
      for (int64_t d = 0; d < w.output[0]; ++d)
        for (int64_t h = 0; h < w.output[1]; ++h) {
          const WindowRange &planes = range(0, d), &rows = range(1, h);
          row.input =
              at(args.inputs[0],
                 ((unit * w.input[0] + planes.begin) * w.input[1] + rows.begin) * w.input[2]);
          row.output = at(args.outputs[0], first + (d * w.output[1] + h) * w.output[2]);
          row.planes = planes.count;
          row.rows = rows.count;
          row.divisor = divisor(planes) * divisor(rows);
          loops_.linear[dtype_](row, mode);
        }
    }
  }

 private:
  int64_t buffer_elems_ = 0;
  std::vector<int64_t> taps_;
};

/// Linear input, one window over a whole channel.
class WholeKernel final : public PoolingKernel {
 public:
  WholeKernel(const Problem& problem, const Loops& loops)
      : PoolingKernel(problem, loops),
        elems_(core::elems_between(problem.inputs[0].dims, 2, problem.inputs[0].dims.rank())) {
    slicing_ = cut(shape_.batch * shape_.channels, elems_, problem.threads);
    slices_ = {slicing_.count};
    scale_ = mode_ == Mode::Max ? 1 : 1 / static_cast<float>(elems_);
  }

  void run_slice(const RunArgs& args, int slice, Mode mode) const override {
    const auto [begin, end] = slicing_.range(slice);
    for (int64_t unit = begin; unit < end; ++unit) {
      const float y =
          loops_.whole[dtype_](at(args.inputs[0], unit * elems_), elems_, mode) * scale_;
      std::byte* to =
          at(args.outputs[0], unit / shape_.channels * out_pitch_ + unit % shape_.channels);
      if (dtype_ == DataType::Float) {
        *reinterpret_cast<float*>(to) = y;
      } else if (dtype_ == DataType::Half) {
        *reinterpret_cast<core::Half*>(to) = core::float_to_half(y);
      } else {
        *reinterpret_cast<core::BFloat16*>(to) = core::float_to_bfloat16(y);
      }
    }
  }

 private:
  int64_t elems_;
  float scale_ = 1;
};

bool is_whole(const PoolingShape& shape) {
  const ops::Window& w = shape.window;
  for (size_t i = 0; i < ops::kWindowAxes; ++i)
    if (w.output[i] != 1 || w.kernel[i] != w.input[i] || w.pre[i] != 0 || w.dilation[i] != 1 ||
        (w.post[i] != 0 && !shape.excludes_padding))
      return false;
  return true;
}

template <const Loops& loops>
std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  if (problem.inputs[0].layout == Layout::ChannelsLast)
    return std::make_unique<ChannelsLastKernel>(problem, loops);
  if (is_whole(shape_of(problem))) return std::make_unique<WholeKernel>(problem, loops);
  return std::make_unique<LinearKernel>(problem, loops);
}

}  // namespace
}  // namespace pooling

#define TRTLIKE_TACTIC(name, source, ops, needs, types, tile, flags) \
  TRTLIKE_DEFINE_TACTIC(name) = {.refuse = pooling::refuse,          \
                                 .prepare = pooling::prepare<pooling::k##needs>};
#include "kernels/pooling/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
