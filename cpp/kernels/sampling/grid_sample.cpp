// GridSample on images in channels_last: a slice is some pixels of the output.
#include "core/tensor_view.h"
#include "kernels/memory_order.h"
#include "kernels/sampling/sampling.h"
#include "kernels/simd/loops_of_this_cpu.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"
#include "ops/shapes/grid_shape.h"

namespace trtlike::kernels {
namespace {

class GridSample final : public Kernel {
 public:
  explicit GridSample(const Problem& problem)
      : sampler_(*problem.attributes),
        image_(problem.inputs[0]),
        grid_(problem.inputs[1]),
        strides_(element_steps(grid_)),
        out_pitch_(problem.outputs[0].pixel_pitch()),
        weigh_(sampling::loops()
                   .sum[static_cast<size_t>(float_storage_index(problem.inputs[0].dtype))]) {
    const Dims& out = problem.outputs[0].dims;
    pixels_ = cut(out[0] * out[2] * out[3], out[1] * 8 + 64, problem.threads);
    slices_ = {pixels_.count};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const auto [begin, end] = pixels_.range(slice);
    const auto bytes = static_cast<int64_t>(core::dtype_bytes(image_.dtype, 1));
    const int64_t pitch = image_.pixel_pitch();
    const int64_t image = image_.dims[2] * image_.dims[3] * pitch * bytes;
    const core::TensorView grid{const_cast<void*>(args.inputs[1]), grid_.dtype, grid_.dims};
    const auto* in = static_cast<const char*>(args.inputs[0]);
    auto* out = static_cast<char*>(args.outputs[0]);
    for (int64_t pixel = begin; pixel < end; ++pixel) {
      const int64_t column = pixel % grid_.dims[2], line = pixel / grid_.dims[2];
      const int64_t row = line % grid_.dims[1], batch = line / grid_.dims[1];
      const int64_t at = batch * strides_[0] + row * strides_[1] + column * strides_[2];
      const Taps x(sampler_, static_cast<float>(grid.at(at)), image_.dims[3], pitch);
      const Taps y(sampler_, static_cast<float>(grid.at(at + strides_[3])), image_.dims[2],
                   image_.dims[3] * pitch);
      weigh_(in + batch * image, {y.side(), x.side()}, image_.dims[1],
             out + pixel * out_pitch_ * bytes);
    }
  }

 private:
  /// What of an axis counts.
  struct Taps {
    std::array<int64_t, 4> offsets;
    std::array<float, 4> weights;
    int64_t count = 0;

    Taps(const ops::GridSampler& sampler, float at, int64_t extent, int64_t stride) {
      const ops::GridTaps all = sampler.taps(at, extent);
      for (size_t i = 0; i < static_cast<size_t>(all.count); ++i) {
        if (all.index[i] < 0 || all.weight[i] == 0) continue;
        offsets[static_cast<size_t>(count)] = all.index[i] * stride;
        weights[static_cast<size_t>(count++)] = static_cast<float>(all.weight[i]);
      }
    }
    sampling::Side side() const { return {offsets.data(), weights.data(), count}; }
  };

  ops::GridSampler sampler_;
  TensorDesc image_;
  /// [batch, rows, columns, 2]
  TensorDesc grid_;
  Dims strides_;
  int64_t out_pitch_;
  sampling::Loops::Function weigh_;
  Slicing pixels_;
};

std::optional<std::string> refuse(const Problem& problem) {
  if (problem.inputs[1].dtype == DataType::Double)
    return "needs a grid of 32 bits or less, got f64";
  return sampling::refuse_images(problem);
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<GridSample>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(grid_sample_pixels) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
