// ReverseSequence on linear tensors: what lies behind both axes moves as one run, and a slice is
// some of these.
#include <cstring>

#include "kernels/copy/copy_kernel.h"
#include "kernels/gather/gather.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace {

class ReverseSequence final : public Kernel {
 public:
  explicit ReverseSequence(const Problem& problem)
      : is_int32_(problem.inputs[1].dtype == DataType::Int32) {
    const Dims& dims = problem.inputs[0].dims;
    const int batch = axis_of(problem, "batch_axis"), sequence = axis_of(problem, "sequence_axis");
    const int last = std::max(batch, sequence);
    batch_ = axis_at(dims, batch, last);
    sequence_ = axis_at(dims, sequence, last);
    run_bytes_ = static_cast<int64_t>(core::dtype_bytes(
        problem.inputs[0].dtype, core::elems_between(dims, last + 1, dims.rank())));
    runs_ = cut(core::elems_between(dims, 0, last + 1), run_bytes_ / 4 + 4, problem.threads);
    slices_ = {runs_.count};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const auto [begin, end] = runs_.range(slice);
    switch (run_bytes_) {
      case 1:
        return move<1>(args, begin, end);
      case 2:
        return move<2>(args, begin, end);
      case 4:
        return move<4>(args, begin, end);
      case 8:
        return move<8>(args, begin, end);
      default:
        return move<0>(args, begin, end);
    }
  }

 private:
  /// Of an axis: its extent, and runs from one of its indices to the next.
  struct Axis {
    int64_t extent;
    int64_t stride;
    int64_t at(int64_t run) const { return run / stride % extent; }
  };

  static int axis_of(const Problem& problem, const char* name) {
    return core::normalize_axis(problem.attributes->get_int(name), problem.inputs[0].dims.rank(),
                                name);
  }
  static Axis axis_at(const Dims& dims, int axis, int last) {
    return {dims[axis], core::elems_between(dims, axis + 1, last + 1)};
  }

  /// kBytes of a run, 0: any number.
  template <int kBytes>
  void move(const RunArgs& args, int64_t begin, int64_t end) const {
    const gather::Indices lengths{args.inputs[1], is_int32_};
    const auto* in = static_cast<const char*>(args.inputs[0]);
    auto* out = static_cast<char*>(args.outputs[0]);
    const int64_t bytes = kBytes == 0 ? run_bytes_ : kBytes;
    for (int64_t run = begin; run < end; ++run) {
      const int64_t length = std::min(lengths[batch_.at(run)], sequence_.extent);
      const int64_t at = sequence_.at(run);
      const int64_t from = at < length ? run + (length - 1 - 2 * at) * sequence_.stride : run;
      std::memcpy(out + run * bytes, in + from * bytes, static_cast<size_t>(bytes));
    }
  }

  bool is_int32_;
  Axis batch_{};
  Axis sequence_{};
  int64_t run_bytes_ = 0;
  Slicing runs_;
};

std::optional<std::string> refuse(const Problem& problem) {
  if (auto refusal = copy::refuse_uncopyable(problem, 1)) return refusal;
  for (const TensorDesc* desc : {&problem.inputs[0], &problem.outputs[0]})
    if (desc->layout != Layout::Linear)
      return core::str("needs linear, got ", layout_name(desc->layout));
  const DataType lengths = problem.inputs[1].dtype;
  if (lengths != DataType::Int32 && lengths != DataType::Int64)
    return core::str("needs lengths in i32 or i64, got ", core::dtype_short_name(lengths));
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<ReverseSequence>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(reverse_sequence_runs) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
