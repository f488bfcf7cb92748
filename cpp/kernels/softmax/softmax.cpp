// Softmax tactics: what they take, rows or columns, slices.
#include "kernels/softmax/softmax.h"

#include <algorithm>
#include <vector>

#include "kernels/memory_order.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"
#include "ops/shapes/softmax_shape.h"

namespace trtlike::kernels {
namespace softmax {
namespace {

std::optional<std::string> refuse(const Problem& problem) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  if (auto reason = refuse_type(in.dtype)) return reason;
  if (out.dtype != in.dtype) return "needs an output of the input's type";
  if (in.layout != out.layout) return "needs an output in the input's layout";
  return std::nullopt;
}

/// Units are rows, or blocks of adjacent columns.
class SoftmaxKernel final : public Kernel {
 public:
  SoftmaxKernel(const Problem& problem, const Loops& loops)
      : loops_(loops),
        dtype_(problem.inputs[0].dtype),
        element_bytes_(static_cast<int64_t>(core::dtype_bytes(dtype_, 1))) {
    const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
    const int axis = ops::softmax_axis(*problem.attributes, in.dims);
    const Dims out_steps = element_steps(out);
    std::vector<MemoryAxis> axes = merge_axes(in, out_steps, 1u << axis);
    // Adjacent elements that are apart in the output are columns of one element.
    if (!axes.empty() && axes.back().out_step != 1) axes.push_back({1, 1, 1, false});
    extent_ = in.dims[axis];
    in_step_ = element_steps(in)[axis];
    out_step_ = out_steps[axis];
    if (!axes.empty() && !axes.back().marked) {
      columns_ = axes.back().extent;
      axes.pop_back();
    } else {
      rows_ = true;
    }
    int64_t outer = 1;
    for (const MemoryAxis& other : axes) {
      if (other.marked) continue;
      outer_.push_back(other);
      outer *= other.extent;
    }
    // Short rows at equal distances go many at once.
    short_rows_ = rows_ && extent_ <= loops.lanes && outer_.size() == 1;
    plan_slices(outer, problem.threads);
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const auto [begin, end] = slicing_.range(slice);
    if (short_rows_) return run_short_rows(args, begin, end);
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t first = unit % blocks_ * block_;
      int64_t index = unit / blocks_, from = first, to = first;
      for (size_t i = outer_.size(); i-- > 0;) {
        from += index % outer_[i].extent * outer_[i].in_step;
        to += index % outer_[i].extent * outer_[i].out_step;
        index /= outer_[i].extent;
      }
      const Lines lines{
          .input = static_cast<const std::byte*>(args.inputs[0]) + from * element_bytes_,
          .output = static_cast<std::byte*>(args.outputs[0]) + to * element_bytes_,
          .extent = extent_,
          .in_step = in_step_,
          .out_step = out_step_,
          .count = std::min(block_, columns_ - first),
          .scratch = static_cast<float*>(args.scratch)};
      rows_ ? loops_.row[dtype_](lines) : loops_.columns[dtype_](lines);
    }
  }

 private:
  void run_short_rows(const RunArgs& args, int64_t begin, int64_t end) const {
    const MemoryAxis& rows = outer_[0];
    loops_.short_rows[dtype_]({.input = static_cast<const std::byte*>(args.inputs[0]) +
                                        begin * rows.in_step * element_bytes_,
                               .output = static_cast<std::byte*>(args.outputs[0]) +
                                         begin * rows.out_step * element_bytes_,
                               .extent = extent_,
                               .in_step = rows.in_step,
                               .out_step = rows.out_step,
                               .count = end - begin,
                               .scratch = nullptr});
  }

  void plan_slices(int64_t outer, int threads) {
    block_ = columns_;
    if (!rows_ && outer < 4 * threads)
      block_ =
          std::max<int64_t>(kColumnBlock, columns_ / (4 * threads) / kColumnBlock * kColumnBlock);
    blocks_ = (columns_ + block_ - 1) / std::max<int64_t>(block_, 1);
    slicing_ = cut(outer * blocks_, extent_ * block_ * 8, threads);
    slices_ = {slicing_.count};
    scratch_bytes_ = static_cast<size_t>(scratch_floats(extent_, block_)) * sizeof(float);
  }

  const Loops& loops_;
  DataType dtype_;
  int64_t element_bytes_;
  bool rows_ = false, short_rows_ = false;
  int64_t extent_ = 1, in_step_ = 1, out_step_ = 1;
  int64_t columns_ = 1, block_ = 1, blocks_ = 1;
  std::vector<MemoryAxis> outer_;
  Slicing slicing_;
};

template <const Loops& loops>
std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<SoftmaxKernel>(problem, loops);
}

}  // namespace
}  // namespace softmax

#define TRTLIKE_TACTIC(name, source, ops, needs, types, tile, flags) \
  TRTLIKE_DEFINE_TACTIC(name) = {.refuse = softmax::refuse,          \
                                 .prepare = softmax::prepare<softmax::k##needs>};
#include "kernels/softmax/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
