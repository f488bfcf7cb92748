// Scatter on linear tensors: the data is copied in slices, then the updates are applied in order by
// one of them, because later ones win.
//
//   ND:      out[indices[i, :], :] = updates[i, :]
//   ELEMENT: out[p with its index on the axis replaced by indices[p]] = updates[p]
#include <cstring>

#include "kernels/copy/copy_kernel.h"
#include "kernels/gather/gather.h"
#include "kernels/tactic_list.h"
#include "ops/indexing.h"
#include "ops/shapes/scatter_shape.h"

namespace trtlike::kernels {
namespace {

using ops::ScatterReduction;

class ScatterRows final : public Kernel {
 public:
  explicit ScatterRows(const Problem& problem)
      : data_(problem.inputs[0].dims),
        indices_(problem.inputs[1].dims),
        updates_(problem.inputs[2].dims),
        strides_(core::dense_strides(data_)),
        dtype_(problem.inputs[0].dtype),
        is_int32_(problem.inputs[1].dtype == DataType::Int32),
        mode_(problem.attributes->get_enum<ScatterMode>("mode")),
        reduction_(problem.attributes->get_enum<ScatterReduction>("reduction")),
        axis_(mode_ == ScatterMode::Nd ? 0
                                       : core::normalize_axis(problem.attributes->get_int("axis"),
                                                              data_.rank(), "attribute 'axis'")),
        bytes_(static_cast<int64_t>(problem.inputs[0].bytes())) {
    slices_ = {copy::count_slices(bytes_, bytes_, problem.threads), 1};
  }

  void run(const RunArgs& args, int phase, int slice) const override {
    if (phase == 0) {
      const int64_t begin = bytes_ * slice / slices_[0], end = bytes_ * (slice + 1) / slices_[0];
      std::memcpy(static_cast<char*>(args.outputs[0]) + begin,
                  static_cast<const char*>(args.inputs[0]) + begin,
                  static_cast<size_t>(end - begin));
      return;
    }
    core::dispatch_dtype(dtype_, "scatter_rows", [&](auto tag) { apply<decltype(tag)>(args); });
  }

 private:
  template <typename T>
  void apply(const RunArgs& args) const {
    const gather::Indices indices{args.inputs[1], is_int32_};
    const auto* updates = static_cast<const T*>(args.inputs[2]);
    auto* out = static_cast<T*>(args.outputs[0]);
    if (mode_ == ScatterMode::Nd) {
      apply_rows(indices, updates, out);
    } else {
      apply_elements(indices, updates, out);
    }
  }

  template <typename T>
  void apply_rows(const gather::Indices& indices, const T* updates, T* out) const {
    const int indexed = static_cast<int>(indices_[indices_.rank() - 1]);
    const int64_t tuples = core::elems_between(indices_, 0, indices_.rank() - 1);
    const int64_t row = core::elems_between(data_, indexed, data_.rank());
    for (int64_t i = 0; i < tuples; ++i) {
      int64_t offset = 0;
      for (int d = 0; d < indexed; ++d)
        offset += ops::resolve_index(indices[i * indexed + d], data_, d) * strides_[d];
      const T* from = updates + i * row;
      if (reduction_ == ScatterReduction::None) {
        std::memcpy(out + offset, from, static_cast<size_t>(row) * sizeof(T));
        continue;
      }
      for (int64_t j = 0; j < row; ++j) ops::combine(out[offset + j], from[j], reduction_);
    }
  }

  template <typename T>
  void apply_elements(const gather::Indices& indices, const T* updates, T* out) const {
    const int last = updates_.rank() - 1;
    const int64_t row = updates_[last], step = axis_ == last ? 0 : 1;
    const int64_t rows = core::elems_between(updates_, 0, last);
    for (int64_t r = 0; r < rows; ++r) {
      int64_t rest = r, base = 0;
      for (int d = last - 1; d >= 0; --d) {
        if (d != axis_) base += rest % updates_[d] * strides_[d];
        rest /= updates_[d];
      }
      for (int64_t i = 0; i < row; ++i) {
        const int64_t at = ops::resolve_index(indices[r * row + i], data_, axis_);
        ops::combine(out[base + i * step + at * strides_[axis_]], updates[r * row + i], reduction_);
      }
    }
  }

  Dims data_;
  Dims indices_;
  Dims updates_;
  Dims strides_;
  DataType dtype_;
  bool is_int32_;
  ScatterMode mode_;
  ScatterReduction reduction_;
  int axis_;
  int64_t bytes_;
};

std::optional<std::string> refuse(const Problem& problem) {
  if (auto refusal = gather::refuse_operands(problem)) return refusal;
  const TensorDesc &data = problem.inputs[0], &updates = problem.inputs[2];
  if (updates.dtype != data.dtype || updates.layout != Layout::Linear)
    return core::str("needs updates as ", data.to_string(), ", got ", updates.to_string());
  if (!core::is_number(data.dtype) && data.dtype != DataType::Bool)
    return core::str("needs numbers or booleans, got ", core::dtype_short_name(data.dtype));
  if (data.dims.rank() == 0) return "needs rank 1 or more, got 0";
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<ScatterRows>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(scatter_rows) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
