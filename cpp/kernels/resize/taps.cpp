// Linear and cubic Resize of floating-point images, a slice being some rows of the output.
#include "core/os/memory.h"
#include "kernels/copy/copy_kernel.h"
#include "kernels/resize/resize.h"
#include "kernels/simd/loops_of_this_cpu.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace {

/// Tables by tap rather than by output element.
void order_by_tap(ops::ResizeAxis& axis) {
  const std::vector<int32_t> indices = axis.indices;
  const std::vector<float> weights = axis.weights;
  for (int64_t i = 0; i < axis.out; ++i) {
    for (int t = 0; t < axis.taps; ++t) {
      const auto from = static_cast<size_t>(i * axis.taps + t);
      const auto to = static_cast<size_t>(t * axis.out + i);
      axis.indices[to] = indices[from];
      axis.weights[to] = weights[from];
    }
  }
}

class ResizeTaps final : public Kernel {
 public:
  explicit ResizeTaps(const Problem& problem) : images_(resize::find_images(problem)) {
    const auto type = static_cast<size_t>(float_storage_index(problem.inputs[0].dtype));
    const resize::TapLoops& loops =
        loops_of_this_cpu<resize::kPortable, resize::kAvx2, resize::kAvx512>();
    const bool planar = problem.inputs[0].layout == Layout::Linear;
    run_rows_ = planar ? loops.planar[type] : loops.interleaved[type];
    if (planar) order_by_tap(images_.x);
    scratch_bytes_ = static_cast<size_t>(resize::scratch_floats(images_, planar)) * sizeof(float);
    rows_ = images_.planes * images_.y.out;
    const int64_t taps = images_.y.taps * images_.x.taps;
    slices_ = {copy::count_slices(rows_ * images_.x.out * images_.channels * taps * 2, rows_,
                                  problem.threads)};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    run_rows_({&images_, args.inputs[0], args.outputs[0], rows_ * slice / slices_[0],
               rows_ * (slice + 1) / slices_[0], static_cast<float*>(args.scratch)});
  }

 private:
  resize::Images images_;
  int64_t rows_ = 0;
  resize::TapLoops::RowsFunction run_rows_ = nullptr;
};

std::optional<std::string> refuse(const Problem& problem) {
  if (float_storage_index(problem.inputs[0].dtype) < 0)
    return core::str("needs f32, f16 or bf16, got ",
                     core::dtype_short_name(problem.inputs[0].dtype));
  return resize::refuse_axes(problem);
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<ResizeTaps>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(resize_taps) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
