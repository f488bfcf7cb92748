// Running sums of floats along an axis of a linear tensor, added up in double: a slice is some
// lines, or blocks of adjacent columns.
#include "kernels/cumulative/columns.h"
#include "kernels/simd/loops_of_this_cpu.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace {

constexpr int64_t kColumns = 128;
constexpr int kLines = 4;

class Cumulative final : public Kernel {
 public:
  explicit Cumulative(const Problem& problem)
      : dtype_(problem.inputs[0].dtype),
        exclusive_(problem.attributes->get_bool("exclusive")),
        reverse_(problem.attributes->get_bool("reverse")) {
    const Dims& dims = problem.inputs[0].dims;
    const TensorDesc& axis_desc = problem.inputs[1];
    const void* axis_data = problem.constants[1];
    const int64_t given = axis_desc.dtype == DataType::Int32
                              ? *static_cast<const int32_t*>(axis_data)
                              : *static_cast<const int64_t*>(axis_data);
    const int axis = core::normalize_axis(given, dims.rank(), "input 1 'axis'");
    extent_ = dims[axis];
    inner_ = core::elems_between(dims, axis + 1, dims.rank());
    blocks_ = (inner_ + kColumns - 1) / kColumns;
    units_ = cut(core::elems_between(dims, 0, axis) * blocks_, extent_ * std::min(inner_, kColumns),
                 problem.threads);
    slices_ = {units_.count};
    const int loop = float_storage_index(dtype_);
    if (loop >= 0)
      by_vectors_ =
          loops_of_this_cpu<cumulative::kPortable, cumulative::kAvx2, cumulative::kAvx512>()
              .add_up[static_cast<size_t>(loop)];
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const auto [begin, end] = units_.range(slice);
    if (inner_ == 1) {
      core::dispatch_dtype(dtype_, "cumulative", [&, begin = begin, end = end](auto tag) {
        using T = decltype(tag);
        if constexpr (!std::is_integral_v<T>) add_up_lines<T>(args, begin, end);
      });
      return;
    }
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t first = unit % blocks_ * kColumns;
      const int64_t at = unit / blocks_ * extent_ * inner_ + first;
      const int64_t columns = std::min(kColumns, inner_ - first);
      core::dispatch_dtype(dtype_, "cumulative", [&](auto tag) {
        using T = decltype(tag);
        if constexpr (!std::is_integral_v<T>) {
          const T* in = static_cast<const T*>(args.inputs[0]) + at;
          T* out = static_cast<T*>(args.outputs[0]) + at;
          if (by_vectors_ != nullptr)
            by_vectors_({in, out, extent_, columns, inner_, exclusive_, reverse_});
          else
            add_up(in, out, columns);
        }
      });
    }
  }

 private:
  template <typename T>
  void add_up_lines(const RunArgs& args, int64_t begin, int64_t end) const {
    const T* in = static_cast<const T*>(args.inputs[0]);
    T* out = static_cast<T*>(args.outputs[0]);
    for (; begin + kLines <= end; begin += kLines)
      add_up_lines<kLines>(in + begin * extent_, out + begin * extent_);
    for (; begin < end; ++begin) add_up_lines<1>(in + begin * extent_, out + begin * extent_);
  }

  /// Lines at a time, as each addition waits for the one before.
  template <int kCount, typename T>
  void add_up_lines(const T* in, T* out) const {
    double sums[kCount] = {};
    for (int64_t step = 0; step < extent_; ++step) {
      const int64_t at = reverse_ ? extent_ - 1 - step : step;
#pragma GCC unroll 4
      for (int line = 0; line < kCount; ++line) {
        const double before = sums[line];
        sums[line] = before + core::widen(in[line * extent_ + at]);
        out[line * extent_ + at] = core::narrow<T>(exclusive_ ? before : sums[line]);
      }
    }
  }

  template <typename T>
  void add_up(const T* in, T* out, int64_t columns) const {
    double sums[kColumns] = {};
    for (int64_t step = 0; step < extent_; ++step) {
      const int64_t at = (reverse_ ? extent_ - 1 - step : step) * inner_;
      for (int64_t i = 0; i < columns; ++i) {
        const double before = sums[i];
        sums[i] = before + core::widen(in[at + i]);
        out[at + i] = core::narrow<T>(exclusive_ ? before : sums[i]);
      }
    }
  }

  DataType dtype_;
  bool exclusive_;
  bool reverse_;
  int64_t extent_ = 0;
  int64_t inner_ = 1;
  int64_t blocks_ = 1;
  Slicing units_;
  /// Null: one element at a time.
  void (*by_vectors_)(const cumulative::Columns& columns) = nullptr;
};

std::optional<std::string> refuse(const Problem& problem) {
  const TensorDesc &in = problem.inputs[0], &axis = problem.inputs[1];
  if (!core::is_floating_point(in.dtype) || problem.outputs[0].dtype != in.dtype)
    return core::str("needs floats in and out, got ", core::dtype_short_name(in.dtype), " and ",
                     core::dtype_short_name(problem.outputs[0].dtype));
  for (const TensorDesc* desc : {&in, &problem.outputs[0]})
    if (desc->layout != Layout::Linear)
      return core::str("needs linear, got ", layout_name(desc->layout));
  if (problem.constants[1] == nullptr) return "needs an axis that is a constant";
  if (axis.dtype != DataType::Int32 && axis.dtype != DataType::Int64)
    return core::str("needs an axis in i32 or i64, got ", core::dtype_short_name(axis.dtype));
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<Cumulative>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(cumulative_columns) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
