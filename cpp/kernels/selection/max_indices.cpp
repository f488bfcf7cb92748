// Where the maxima of windows lie, on linear tensors: a slice is some rows of the output.
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"
#include "ops/shapes/pooling_shape.h"

namespace trtlike::kernels {
namespace {

using ops::WindowAxes;
using ops::WindowRange;

class MaxIndices final : public Kernel {
 public:
  explicit MaxIndices(const Problem& problem)
      : shape_(ops::pooling_shape(*problem.attributes, problem.inputs[0].dims)),
        dtype_(problem.inputs[0].dtype) {
    const ops::Window& w = shape_.window;
    plane_ = w.input[0] * w.input[1] * w.input[2];
    if (problem.attributes->get_int("storage_order") == 1) {
      const int axes = problem.inputs[0].dims.rank() - 2;
      steps_ = {0, 0, 0};
      int64_t step = 1;
      for (size_t axis = 3 - static_cast<size_t>(axes); axis < 3; ++axis) {
        steps_[axis] = step;
        step *= w.input[axis];
      }
    } else {
      steps_ = {w.input[1] * w.input[2], w.input[2], 1};
    }
    const int64_t window = w.kernel[0] * w.kernel[1] * w.kernel[2];
    rows_ = cut(shape_.batch * shape_.channels * w.output[0] * w.output[1], w.output[2] * window,
                problem.threads);
    scratch_bytes_ = static_cast<size_t>(w.output[2]) * sizeof(int64_t);
    slices_ = {rows_.count};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    core::dispatch_dtype(dtype_, "max_pool_indices", [&](auto tag) {
      run_rows(static_cast<const decltype(tag)*>(args.inputs[0]),
               static_cast<int64_t*>(args.outputs[0]), args, slice);
    });
  }

 private:
  /// What is compared: bits of numbers that are not are floats.
  template <typename T>
  static auto compared(T element) {
    if constexpr (std::is_arithmetic_v<T>) {
      return element;
    } else {
      return static_cast<float>(core::widen(element));
    }
  }

  template <typename T>
  void run_rows(const T* x, int64_t* out, const RunArgs& args, int slice) const {
    using Compared = decltype(compared(T{}));
    static_assert(sizeof(Compared) <= sizeof(int64_t));
    const ops::Window& w = shape_.window;
    const auto [begin, end] = rows_.range(slice);
    auto* most = static_cast<Compared*>(args.scratch);
    for (int64_t row = begin; row < end; ++row) {
      const int64_t h = row % w.output[1], deep = row / w.output[1];
      const int64_t d = deep % w.output[0], plane = deep / w.output[0];
      find(x + plane * plane_, plane * plane_, shape_.range(0, d), shape_.range(1, h), most,
           out + row * w.output[2]);
    }
  }

  /// For a row of windows the first elements that no others exceed, by their numbers; a NaN exceeds
  /// all. -1: none. Elements of the windows are looked at one after the other, each in all windows.
  template <typename T, typename Compared>
  void find(const T* plane, int64_t first_number, const WindowRange& z, const WindowRange& y,
            Compared* most, int64_t* best) const {
    const ops::Window& w = shape_.window;
    std::fill_n(best, w.output[2], int64_t{-1});
    for (int64_t i = 0; i < z.count; ++i)
      for (int64_t j = 0; j < y.count; ++j) {
        const int64_t deep = z.begin + i * w.dilation[0], line = y.begin + j * w.dilation[1];
        const T* from = plane + (deep * w.input[1] + line) * w.input[2];
        const int64_t number = first_number + deep * steps_[0] + line * steps_[1];
        for (int64_t k = 0; k < w.kernel[2]; ++k) {
          const int64_t at = k * w.dilation[2] - w.pre[2];
          const int64_t begin = std::min(windows_from(at, 0), w.output[2]);
          const int64_t end = std::min(windows_from(at, w.input[2]), w.output[2]);
          for (int64_t v = begin; v < end; ++v) {
            const int64_t column = v * w.stride[2] + at;
            const Compared value = compared(from[column]);
            const bool is_more =
                (best[v] < 0) | (value > most[v]) | ((value != value) & (most[v] == most[v]));
            // Chosen by address: which of them is more cannot be predicted.
            const Compared values[] = {most[v], value};
            const int64_t numbers[] = {best[v], number + column * steps_[2]};
            most[v] = values[is_more];
            best[v] = numbers[is_more];
          }
        }
      }
  }

  /// The first window whose element `at` of the first one lies at `least` or beyond.
  int64_t windows_from(int64_t at, int64_t least) const {
    const int64_t stride = shape_.window.stride[2];
    return at >= least ? 0 : (least - at + stride - 1) / stride;
  }

  ops::PoolingShape shape_;
  DataType dtype_;
  int64_t plane_ = 0;
  /// From one element to the next on each axis, as they are numbered.
  WindowAxes steps_{};
  Slicing rows_;
};

std::optional<std::string> refuse(const Problem& problem) {
  for (const TensorDesc* desc : {&problem.inputs[0], &problem.outputs[0]})
    if (desc->layout != Layout::Linear)
      return core::str("needs linear, got ", layout_name(desc->layout));
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<MaxIndices>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(max_pool_indices) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
