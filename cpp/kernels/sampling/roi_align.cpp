// RoiAlign on images in channels_last: a slice is some boxes, whose bins are windows of pixels.
#include "core/tensor_view.h"
#include "kernels/sampling/sampling.h"
#include "kernels/simd/loops_of_this_cpu.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"
#include "ops/shapes/roi_shape.h"

namespace trtlike::kernels {
namespace {

using Axis = ops::RoiAxis<float>;

/// The entries of the bins of one axis: offsets and weights in scratch.
struct Bins {
  int64_t* offsets;
  float* weights;
  int64_t most;  ///< entries of a bin

  sampling::Side side(int64_t bin, int64_t count) const {
    return {offsets + bin * most, weights + bin * most, count};
  }
};

class RoiAlign final : public Kernel {
 public:
  explicit RoiAlign(const Problem& problem)
      : image_(problem.inputs[0]),
        boxes_(problem.inputs[1]),
        batch_(problem.inputs[2]),
        rows_(problem.outputs[0].dims[2]),
        columns_(problem.outputs[0].dims[3]),
        out_pitch_(problem.outputs[0].pixel_pitch()),
        half_pixel_(problem.attributes->get_bool("half_pixel")),
        is_mean_(problem.attributes->get_string("mode") == "avg"),
        ratio_(problem.attributes->get_int("sampling_ratio")),
        scale_(static_cast<float>(problem.attributes->get_float("spatial_scale"))),
        most_(2 * ops::max_samples(ratio_, std::max(image_.dims[2], image_.dims[3]))) {
    const auto type = static_cast<size_t>(float_storage_index(image_.dtype));
    const sampling::Loops& loops = sampling::loops();
    weigh_ = is_mean_ ? loops.sum[type] : loops.most[type];
    constexpr size_t kEntry = sizeof(int64_t) + sizeof(float);
    scratch_bytes_ = static_cast<size_t>(columns_) * sizeof(Entries) +
                     static_cast<size_t>((columns_ + 1) * most_) * kEntry;
    boxes_cut_ = cut(boxes_.dims[0], rows_ * columns_ * image_.dims[1] * 8, problem.threads);
    slices_ = {boxes_cut_.count};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const auto [begin, end] = boxes_cut_.range(slice);
    for (int64_t n = begin; n < end; ++n) align(args, n);
  }

 private:
  /// Entries of a bin, and its samples on the map.
  struct Entries {
    int64_t count;
    int64_t samples;
  };

  /// Means add up the weights of samples on one element; maxima look at each of them.
  Entries fill(const Axis& axis, int64_t index, int64_t stride, int64_t* offsets,
               float* weights) const {
    Entries out{0, 0};
    const auto add = [&](int64_t at, double weight) {
      const int64_t offset = at * stride;
      for (int64_t back = 1; is_mean_ && back <= std::min<int64_t>(2, out.count); ++back) {
        if (offsets[out.count - back] != offset) continue;
        weights[out.count - back] += static_cast<float>(weight);
        return;
      }
      offsets[out.count] = offset;
      weights[out.count++] = static_cast<float>(weight);
    };
    axis.for_each_sample(index, [&](const ops::RoiSample& sample) {
      add(sample.low, sample.low_weight);
      add(sample.high, sample.high_weight);
      ++out.samples;
    });
    return out;
  }

  void align(const RunArgs& args, int64_t n) const {
    const int64_t channels = image_.dims[1], height = image_.dims[2], width = image_.dims[3];
    const auto bytes = static_cast<int64_t>(core::dtype_bytes(image_.dtype, 1));
    const int64_t pitch = image_.pixel_pitch();
    auto* out = static_cast<char*>(args.outputs[0]) + n * rows_ * columns_ * out_pitch_ * bytes;
    const auto read = [](const TensorDesc& desc, const void* data, int64_t i) {
      return core::TensorView{const_cast<void*>(data), desc.dtype, desc.dims}.at(i);
    };
    const auto image = static_cast<int64_t>(read(batch_, args.inputs[2], n));
    if (image < 0 || image >= image_.dims[0] || height == 0 || width == 0) {
      for (int64_t i = 0; i < rows_ * columns_; ++i)
        std::fill_n(out + i * out_pitch_ * bytes, channels * bytes, char{0});
      return;
    }
    const auto corner = [&](int64_t i) {
      return static_cast<float>(read(boxes_, args.inputs[1], n * 4 + i)) * scale_ -
             (half_pixel_ ? 0.5f : 0.0f);
    };
    const Axis across(corner(0), corner(2), half_pixel_, columns_, ratio_, width);
    const Axis down(corner(1), corner(3), half_pixel_, rows_, ratio_, height);
    auto* entries = static_cast<Entries*>(args.scratch);
    const Bins bins{reinterpret_cast<int64_t*>(entries + columns_),
                    reinterpret_cast<float*>(reinterpret_cast<int64_t*>(entries + columns_) +
                                             (columns_ + 1) * most_),
                    most_};
    for (int64_t x = 0; x < columns_; ++x)
      entries[x] = fill(across, x, pitch, bins.offsets + x * most_, bins.weights + x * most_);
    int64_t* row_offsets = bins.offsets + columns_ * most_;
    float* row_weights = bins.weights + columns_ * most_;
    const int64_t samples = across.grid * down.grid;
    const auto* from =
        static_cast<const char*>(args.inputs[0]) + image * height * width * pitch * bytes;
    for (int64_t y = 0; y < rows_; ++y) {
      const Entries row = fill(down, y, width * pitch, row_offsets, row_weights);
      if (is_mean_)
        for (int64_t i = 0; i < row.count; ++i)
          row_weights[i] /= static_cast<float>(std::max<int64_t>(samples, 1));
      for (int64_t x = 0; x < columns_; ++x) {
        const int64_t visited = row.samples * entries[x].samples;
        sampling::Window window{bins.side(columns_, row.count), bins.side(x, entries[x].count)};
        if (!is_mean_ && visited == samples && visited > 0) window.least = -INFINITY;
        weigh_(from, window, channels, out + (y * columns_ + x) * out_pitch_ * bytes);
      }
    }
  }

  TensorDesc image_;
  TensorDesc boxes_;
  TensorDesc batch_;
  int64_t rows_;
  int64_t columns_;
  int64_t out_pitch_;
  bool half_pixel_;
  bool is_mean_;
  int64_t ratio_;
  float scale_;
  int64_t most_;
  sampling::Loops::Function weigh_;
  Slicing boxes_cut_;
};

std::optional<std::string> refuse(const Problem& problem) {
  if (problem.inputs[1].dtype == DataType::Double) return "needs boxes of 32 bits or less, got f64";
  return sampling::refuse_images(problem);
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<RoiAlign>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(roi_align_pixels) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
