// Elements chosen along one axis, each by an index of its own.
#include "kernels/copy/copy_kernel.h"
#include "kernels/gather/gather.h"
#include "kernels/tactic_list.h"
#include "ops/indexing.h"
#include "ops/shapes/gather_shape.h"

namespace trtlike::kernels {
namespace {

/// Rows are what lies on the last axis.
class GatherElements final : public Kernel {
 public:
  explicit GatherElements(const Problem& problem)
      : data_(problem.inputs[0].dims),
        out_(problem.outputs[0].dims),
        strides_(core::dense_strides(data_)),
        axis_(core::normalize_axis(problem.attributes->get_int("axis"), data_.rank(),
                                   "attribute 'axis'")),
        element_bytes_(core::dtype_bytes(problem.inputs[0].dtype, 1)),
        is_int32_(problem.inputs[1].dtype == DataType::Int32) {
    row_ = out_[out_.rank() - 1];
    rows_ = row_ == 0 ? 0 : core::elems(out_) / row_;
    slices_ = {copy::count_slices(rows_ * row_ * 16, rows_, problem.threads)};
  }

  void run(const RunArgs& args, int, int slice) const override {
    const int64_t begin = rows_ * slice / slices_[0], end = rows_ * (slice + 1) / slices_[0];
    switch (element_bytes_) {
      case 1:
        return run_rows<uint8_t>(args, begin, end);
      case 2:
        return run_rows<uint16_t>(args, begin, end);
      case 4:
        return run_rows<uint32_t>(args, begin, end);
      default:
        return run_rows<uint64_t>(args, begin, end);
    }
  }

 private:
  template <typename T>
  void run_rows(const RunArgs& args, int64_t begin, int64_t end) const {
    const gather::Indices indices{args.inputs[1], is_int32_};
    const auto* data = static_cast<const char*>(args.inputs[0]);
    auto* out = static_cast<char*>(args.outputs[0]);
    const int last = out_.rank() - 1;
    const int64_t step = axis_ == last ? 0 : 1;
    for (int64_t row = begin; row < end; ++row) {
      int64_t rest = row, base = 0;
      for (int d = last - 1; d >= 0; --d) {
        const int64_t at = rest % out_[d];
        rest /= out_[d];
        if (d != axis_) base += at * strides_[d];
      }
      for (int64_t i = 0; i < row_; ++i) {
        const int64_t n = row * row_ + i;
        const int64_t index = ops::resolve_index(indices[n], data_, axis_);
        const int64_t from = base + i * step + index * strides_[axis_];
        gather::move_element<T>(out + n * static_cast<int64_t>(sizeof(T)),
                                data + from * static_cast<int64_t>(sizeof(T)));
      }
    }
  }

  Dims data_;
  Dims out_;
  Dims strides_;
  int axis_;
  size_t element_bytes_;
  bool is_int32_;
  int64_t row_ = 0;
  int64_t rows_ = 0;
};

std::optional<std::string> refuse(const Problem& problem) {
  if (problem.attributes->get_enum<GatherMode>("mode") != GatherMode::Element)
    return "needs mode ELEMENT";
  return gather::refuse_operands(problem);
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<GatherElements>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(gather_elements) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
