// OneHot on linear tensors: a slice is some rows of the output, along the new axis where that is
// last, else along what lies behind it.
#include "kernels/gather/gather.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace {

class OneHot final : public Kernel {
 public:
  explicit OneHot(const Problem& problem)
      : element_bytes_(core::dtype_bytes(problem.outputs[0].dtype, 1)),
        is_int32_(problem.inputs[0].dtype == DataType::Int32) {
    const Dims &indices = problem.inputs[0].dims, &out = problem.outputs[0].dims;
    const int axis =
        core::normalize_axis(problem.attributes->get_int("axis"), out.rank(), "attribute 'axis'");
    depth_ = out[axis];
    inner_ = core::elems_between(indices, axis, indices.rank());
    const int64_t outer = core::elems_between(indices, 0, axis);
    const bool is_last = inner_ == 1;
    rows_ = cut(is_last ? outer : outer * depth_, is_last ? depth_ : inner_, problem.threads);
    slices_ = {rows_.count};
    if (is_last) return;
    cells_ = cut(outer * inner_, 1, problem.threads);
    slices_.push_back(cells_.count);
  }

  void run(const RunArgs& args, int phase, int slice) const noexcept override {
    switch (element_bytes_) {
      case 1:
        return run_phase<uint8_t>(args, phase, slice);
      case 2:
        return run_phase<uint16_t>(args, phase, slice);
      case 4:
        return run_phase<uint32_t>(args, phase, slice);
      default:
        return run_phase<uint64_t>(args, phase, slice);
    }
  }

 private:
  template <typename T>
  void run_phase(const RunArgs& args, int phase, int slice) const {
    phase == 0 ? run_rows<T>(args, slice) : run_cells<T>(args, slice);
  }

  template <typename T>
  void run_rows(const RunArgs& args, int slice) const {
    const gather::Indices indices{args.inputs[0], is_int32_};
    const T off = static_cast<const T*>(args.inputs[1])[0];
    const T on = static_cast<const T*>(args.inputs[1])[1];
    auto* out = static_cast<T*>(args.outputs[0]);
    const auto [begin, end] = rows_.range(slice);
    if (inner_ == 1) {
      for (int64_t row = begin; row < end; ++row) {
        T* to = out + row * depth_;
        std::fill_n(to, depth_, off);
        const int64_t at = position(indices[row]);
        if (at >= 0 && at < depth_) to[at] = on;
      }
      return;
    }
    std::fill_n(out + begin * inner_, (end - begin) * inner_, off);
  }

  /// The ones of planes, which are filled by then.
  template <typename T>
  void run_cells(const RunArgs& args, int slice) const {
    const gather::Indices indices{args.inputs[0], is_int32_};
    const T on = static_cast<const T*>(args.inputs[1])[1];
    auto* out = static_cast<T*>(args.outputs[0]);
    const auto [begin, end] = cells_.range(slice);
    for (int64_t cell = begin; cell < end; ++cell) {
      const int64_t at = position(indices[cell]);
      if (at < 0 || at >= depth_) continue;
      out[(cell / inner_ * depth_ + at) * inner_ + cell % inner_] = on;
    }
  }

  int64_t position(int64_t index) const { return index < 0 ? index + depth_ : index; }

  size_t element_bytes_;
  bool is_int32_;
  int64_t depth_ = 0;
  int64_t inner_ = 1;
  Slicing rows_;
  Slicing cells_;
};

std::optional<std::string> refuse(const Problem& problem) {
  const TensorDesc &indices = problem.inputs[0], &values = problem.inputs[1],
                   &out = problem.outputs[0];
  if (indices.dtype != DataType::Int32 && indices.dtype != DataType::Int64)
    return core::str("needs indices in i32 or i64, got ", core::dtype_short_name(indices.dtype));
  if (out.dtype != values.dtype || core::dtype_bytes(out.dtype, 2) < 2)
    return core::str("needs values of whole bytes as the output, got ",
                     core::dtype_short_name(values.dtype), " and ",
                     core::dtype_short_name(out.dtype));
  for (const TensorDesc* desc : {&indices, &out})
    if (desc->layout != Layout::Linear)
      return core::str("needs linear, got ", layout_name(desc->layout));
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<OneHot>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(one_hot_rows) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
