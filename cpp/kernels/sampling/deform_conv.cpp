// DeformConv of one group on images in channels_last: a slice is some blocks of output pixels,
// whose taps are sampled into rows and multiplied by the packed kernel.
#include <cmath>

#include "core/os/memory.h"
#include "kernels/memory_order.h"
#include "kernels/packed.h"
#include "kernels/sampling/sampling.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"
#include "ops/shapes/deform_conv_shape.h"

namespace trtlike::kernels {
namespace {

enum Input : size_t { kX, kKernel, kOffset, kBias, kMask };

ops::DeformConvShape shape_of(const Problem& problem) {
  return ops::deform_conv_shape(*problem.attributes, problem.inputs[kX].dims,
                                problem.inputs[kKernel].dims);
}

struct PackedLayout {
  int64_t depth;
  int64_t columns;  ///< of whole panels

  explicit PackedLayout(const Dims& kernel)
      : depth(core::elems_between(kernel, 1, 4)), columns(in_panels(kernel[0])) {}
  size_t bytes() const { return static_cast<size_t>((depth + 1) * columns) * sizeof(float); }
};

ops::InputSet packed_inputs(const Problem& problem) {
  ops::InputSet packed;
  packed.insert(kKernel);
  if (problem.has_input(kBias)) packed.insert(kBias);
  return packed;
}

/// The bias, then panels whose depth is taps of channels.
Packed pack(const Problem& problem) {
  const Dims& dims = problem.inputs[kKernel].dims;
  const PackedLayout layout(dims);
  std::shared_ptr<void> block = core::allocate_shared(layout.bytes());
  auto* out = static_cast<float*>(block.get());
  std::fill_n(out, layout.bytes() / sizeof(float), 0.0f);
  if (problem.has_input(kBias)) {
    const std::vector<float> bias = constant_floats(problem, kBias);
    std::copy(bias.begin(), bias.end(), out);
  }
  const std::vector<float> kernel = constant_floats(problem, kKernel);
  const int64_t channels = dims[1], taps = dims[2] * dims[3];
  float* panels = out + layout.columns;
  for (int64_t m = 0; m < dims[0]; ++m)
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t tap = 0; tap < taps; ++tap)
        panels[(m / kPanel * layout.depth + tap * channels + c) * kPanel + m % kPanel] =
            kernel[static_cast<size_t>((m * channels + c) * taps + tap)];
  return {block, layout.bytes()};
}

class DeformConv final : public Kernel {
 public:
  DeformConv(const Problem& problem, std::span<const std::byte> packed)
      : shape_(shape_of(problem)),
        layout_(problem.inputs[kKernel].dims),
        packed_(reinterpret_cast<const float*>(read_packed(packed, layout_.bytes()))),
        in_pitch_(problem.inputs[kX].pixel_pitch()),
        out_pitch_(problem.outputs[0].pixel_pitch()),
        offset_steps_(element_steps(problem.inputs[kOffset])),
        loops_(sampling::loops()) {
    has_mask_ = problem.has_input(kMask);
    if (has_mask_) mask_steps_ = element_steps(problem.inputs[kMask]);
    pixels_ = shape_.window.output[1] * shape_.window.output[2];
    blocks_of_image_ = (pixels_ + kPanelRows - 1) / kPanelRows;
    scratch_bytes_ = static_cast<size_t>(kPanelRows * layout_.depth) * sizeof(float);
    blocks_ = cut(shape_.batch * blocks_of_image_, kPanelRows * layout_.depth, problem.threads);
    slices_ = {blocks_.count};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const auto [begin, end] = blocks_.range(slice);
    auto* rows = static_cast<float*>(args.scratch);
    for (int64_t block = begin; block < end; ++block) {
      const int64_t image = block / blocks_of_image_;
      const int64_t first = block % blocks_of_image_ * kPanelRows;
      const int64_t count = std::min(kPanelRows, pixels_ - first);
      for (int64_t i = 0; i < count; ++i) sample(args, image, first + i, rows + i * layout_.depth);
      loops_.multiply(
          {rows, count, layout_.depth, packed_ + layout_.columns, packed_, shape_.maps,
           static_cast<float*>(args.outputs[0]) + (image * pixels_ + first) * out_pitch_,
           out_pitch_});
    }
  }

 private:
  /// What all taps of a pixel read.
  void sample(const RunArgs& args, int64_t image, int64_t pixel, float* row) const {
    const ops::Window& w = shape_.window;
    const int64_t h = pixel / w.output[2], v = pixel % w.output[2], taps = shape_.taps();
    const int64_t channels = shape_.channels / shape_.offset_groups;
    const float* x =
        static_cast<const float*>(args.inputs[kX]) + image * w.input[1] * w.input[2] * in_pitch_;
    const auto* offsets =
        static_cast<const float*>(args.inputs[kOffset]) + at(offset_steps_, image, 0, h, v);
    for (int64_t tap = 0; tap < taps; ++tap) {
      const int64_t down = h * w.stride[1] - w.pre[1] + tap / w.kernel[2] * w.dilation[1];
      const int64_t across = v * w.stride[2] - w.pre[2] + tap % w.kernel[2] * w.dilation[2];
      for (int64_t group = 0; group < shape_.offset_groups; ++group) {
        const int64_t one = group * taps + tap;
        const float* offset = offsets + 2 * one * offset_steps_[1];
        const float mask =
            !has_mask_
                ? 1.0f
                : static_cast<const float*>(args.inputs[kMask])[at(mask_steps_, image, one, h, v)];
        const double y = static_cast<double>(down) + offset[0];
        const double z = static_cast<double>(across) + offset[offset_steps_[1]];
        const bool inside = y > -1 && y < static_cast<double>(w.input[1]) && z > -1 &&
                            z < static_cast<double>(w.input[2]);
        const Taps rows(y, inside ? w.input[1] : 0, w.input[2] * in_pitch_, mask);
        const Taps columns(z, inside ? w.input[2] : 0, in_pitch_, 1.0f);
        loops_.sum[0](x + group * channels, {rows.side(), columns.side()}, channels,
                      row + tap * shape_.channels + group * channels);
      }
    }
  }

  static int64_t at(const Dims& steps, int64_t n, int64_t c, int64_t h, int64_t w) {
    return n * steps[0] + c * steps[1] + h * steps[2] + w * steps[3];
  }

  /// The two neighbours on an axis that lie on the image; none of an empty one.
  struct Taps {
    std::array<int64_t, 2> offsets;
    std::array<float, 2> weights;
    int64_t count = 0;

    Taps(double position, int64_t extent, int64_t stride, float factor) {
      if (extent == 0) return;
      const double low = std::floor(position), rest = position - low;
      for (int64_t i = 0; i < 2; ++i) {
        const int64_t index = static_cast<int64_t>(low) + i;
        if (index < 0 || index >= extent) continue;
        offsets[static_cast<size_t>(count)] = index * stride;
        weights[static_cast<size_t>(count++)] =
            factor * static_cast<float>(i == 0 ? 1 - rest : rest);
      }
    }
    sampling::Side side() const { return {offsets.data(), weights.data(), count}; }
  };

  ops::DeformConvShape shape_;
  PackedLayout layout_;
  const float* packed_;
  int64_t in_pitch_;
  int64_t out_pitch_;
  Dims offset_steps_;
  bool has_mask_ = false;
  Dims mask_steps_;
  const sampling::Loops& loops_;
  int64_t pixels_ = 0;
  int64_t blocks_of_image_ = 0;
  Slicing blocks_;
};

std::optional<std::string> refuse(const Problem& problem) {
  if (problem.attributes->get_int("num_groups") != 1) return "needs one group";
  for (const Input i : {kX, kKernel, kOffset, kBias, kMask})
    if (problem.has_input(i) && problem.inputs[i].dtype != DataType::Float)
      return core::str("needs f32, got ", core::dtype_short_name(problem.inputs[i].dtype));
  if (!problem.is_constant(kKernel) || (problem.has_input(kBias) && !problem.is_constant(kBias)))
    return "needs a kernel and a bias that are constants";
  return sampling::refuse_images(problem);
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte> packed) {
  return std::make_unique<DeformConv>(problem, packed);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(deform_conv_pixels) = {
    .refuse = refuse, .packed_inputs = packed_inputs, .pack = pack, .prepare = prepare};

}  // namespace trtlike::kernels
