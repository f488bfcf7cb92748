// Reduction tactics: what they take, merged axes, slices.
#include "kernels/reduce/reduce.h"

#include <limits>
#include <vector>

#include "kernels/memory_order.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"
#include "ops/shapes/reduce_shape.h"

namespace trtlike::kernels {
namespace reduce {
namespace {

/// The reduced axes are marked. An output without them has its steps along the others.
std::vector<MemoryAxis> merged_axes(const Problem& problem) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  const ops::ReduceShape shape = ops::reduce_shape(*problem.attributes, in.dims);
  const Dims steps = element_steps(out);
  Dims by_input = Dims::filled(in.dims.rank(), 0);
  uint32_t reduced = 0;
  for (const int axis : shape.axes) reduced |= 1u << axis;
  int next = 0;
  for (int i = 0; i < in.dims.rank(); ++i) {
    const bool kept = ((reduced >> i) & 1u) == 0;
    if (kept) by_input[i] = steps[out.dims.rank() == in.dims.rank() ? i : next++];
  }
  return merge_axes(in, by_input, reduced);
}

std::optional<std::string> refuse(const Problem& problem) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  if (auto reason = refuse_type(in.dtype)) return reason;
  if (out.dtype != in.dtype) return "needs an output of the input's type";
  const std::vector<MemoryAxis> axes = merged_axes(problem);
  if (!axes.empty() && !axes.back().marked && axes.back().out_step != 1)
    return "needs an output in the input's order";
  return std::nullopt;
}

Mode mode_of(ReduceOperation operation) {
  switch (operation) {
    case ReduceOperation::Prod:
      return Mode::Prod;
    case ReduceOperation::Max:
      return Mode::Max;
    case ReduceOperation::Min:
      return Mode::Min;
    default:
      return Mode::Sum;
  }
}

void store_one(void* to, DataType dtype, int64_t i, float value) {
  if (dtype == DataType::Float) {
    static_cast<float*>(to)[i] = value;
  } else if (dtype == DataType::Half) {
    static_cast<core::Half*>(to)[i] = core::float_to_half(value);
  } else {
    static_cast<core::BFloat16*>(to)[i] = core::float_to_bfloat16(value);
  }
}

/// Units are rows, or blocks of adjacent columns.
class ReduceKernel final : public Kernel {
 public:
  ReduceKernel(const Problem& problem, const Loops& loops)
      : loops_(loops),
        dtype_(problem.inputs[0].dtype),
        element_bytes_(static_cast<int64_t>(core::dtype_bytes(dtype_, 1))) {
    const auto operation = problem.attributes->get_enum<ReduceOperation>("op");
    mode_ = mode_of(operation);
    std::vector<MemoryAxis> axes = merged_axes(problem);
    if (!axes.empty() && !axes.back().marked) {
      rows_ = false;
      columns_ = axes.back().extent;
      axes.pop_back();
    }
    int64_t reduced = 1, kept = 1;
    for (const MemoryAxis& axis : axes) {
      if (axis.marked) {
        walk_.extents[walk_.axes] = axis.extent;
        walk_.steps[walk_.axes++] = axis.in_step;
        reduced *= axis.extent;
      } else {
        kept_.push_back(axis);
        kept *= axis.extent;
      }
    }
    // Without elements there is nothing to walk, however many empty rows there are.
    if (walk_.axes == 0 || reduced == 0) walk_ = {1, {reduced}, {1}};
    if (operation == ReduceOperation::Avg) scale_ = 1 / static_cast<float>(reduced);
    plan_slices(kept, reduced, problem.threads);
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const auto [begin, end] = slicing_.range(slice);
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t block = unit % blocks_;
      int64_t index = unit / blocks_, from = 0, to = 0;
      for (size_t i = kept_.size(); i-- > 0;) {
        from += index % kept_[i].extent * kept_[i].in_step;
        to += index % kept_[i].extent * kept_[i].out_step;
        index /= kept_[i].extent;
      }
      const auto* input = static_cast<const std::byte*>(args.inputs[0]);
      if (rows_) {
        const float y = loops_.row[dtype_](input + from * element_bytes_, walk_, mode_);
        store_one(args.outputs[0], dtype_, to, y * scale_);
        continue;
      }
      const int64_t first = block * block_columns_;
      loops_.columns[dtype_](
          input + (from + first) * element_bytes_,
          static_cast<std::byte*>(args.outputs[0]) + (to + first) * element_bytes_,
          std::min(block_columns_, columns_ - first), walk_, mode_, scale_);
    }
  }

 private:
  void plan_slices(int64_t kept, int64_t reduced, int threads) {
    if (!rows_) {
      const bool many = kept >= 4 * threads;
      block_columns_ = many ? std::max<int64_t>(columns_, 1)
                            : std::max<int64_t>(64, (columns_ / (4 * threads) + 63) / 64 * 64);
      blocks_ = (columns_ + block_columns_ - 1) / block_columns_;
    }
    slicing_ = cut(kept * blocks_, reduced * std::max<int64_t>(block_columns_, 1), threads);
    slices_ = {slicing_.count};
  }

  const Loops& loops_;
  DataType dtype_;
  int64_t element_bytes_;
  Mode mode_ = Mode::Sum;
  float scale_ = 1;
  Walk walk_;
  std::vector<MemoryAxis> kept_;
  bool rows_ = true;
  int64_t columns_ = 0, block_columns_ = 0, blocks_ = 1;
  Slicing slicing_;
};

template <const Loops& loops>
std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<ReduceKernel>(problem, loops);
}

}  // namespace
}  // namespace reduce

#define TRTLIKE_TACTIC(name, source, ops, needs, types, tile, flags) \
  TRTLIKE_DEFINE_TACTIC(name) = {.refuse = reduce::refuse,           \
                                 .prepare = reduce::prepare<reduce::k##needs>};
#include "kernels/reduce/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
