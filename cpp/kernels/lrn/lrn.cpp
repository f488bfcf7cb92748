// LRN on linear tensors: a slice is some blocks of adjacent columns, each through all channels.
#include "kernels/lrn/lrn.h"

#include "kernels/simd/loops_of_this_cpu.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace {

constexpr int64_t kColumns = 64;

class Lrn final : public Kernel {
 public:
  explicit Lrn(const Problem& problem)
      : bytes_(static_cast<int64_t>(core::dtype_bytes(problem.inputs[0].dtype, 1))) {
    const Dims& dims = problem.inputs[0].dims;
    const ops::Attributes& attributes = *problem.attributes;
    const int64_t size = attributes.get_int("window_size");
    columns_.channels = dims[1];
    columns_.pitch = core::elems_between(dims, 2, dims.rank());
    columns_.before = (size - 1) / 2;
    columns_.after = size / 2;
    columns_.scale = static_cast<float>(attributes.get_float("alpha") / static_cast<double>(size));
    columns_.beta = static_cast<float>(attributes.get_float("beta"));
    columns_.k = static_cast<float>(attributes.get_float("k"));
    blocks_ = (columns_.pitch + kColumns - 1) / kColumns;
    units_ = cut(dims[0] * blocks_, columns_.channels * std::min(columns_.pitch, kColumns),
                 problem.threads);
    slices_ = {units_.count};
    normalize_ = loops_of_this_cpu<lrn::kPortable, lrn::kAvx2, lrn::kAvx512>()
                     .normalize[static_cast<size_t>(float_storage_index(problem.inputs[0].dtype))];
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const auto [begin, end] = units_.range(slice);
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t first = unit % blocks_ * kColumns;
      const int64_t at = (unit / blocks_ * columns_.channels * columns_.pitch + first) * bytes_;
      lrn::Columns columns = columns_;
      columns.in = static_cast<const char*>(args.inputs[0]) + at;
      columns.out = static_cast<char*>(args.outputs[0]) + at;
      columns.columns = std::min(kColumns, columns_.pitch - first);
      normalize_(columns);
    }
  }

 private:
  int64_t bytes_;
  lrn::Columns columns_{};
  int64_t blocks_ = 1;
  Slicing units_;
  void (*normalize_)(const lrn::Columns& columns) = nullptr;
};

std::optional<std::string> refuse(const Problem& problem) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  if (float_storage_index(in.dtype) < 0 || out.dtype != in.dtype)
    return core::str("needs f32, f16 or bf16 in and out, got ", core::dtype_short_name(in.dtype),
                     " and ", core::dtype_short_name(out.dtype));
  for (const TensorDesc* desc : {&in, &out})
    if (desc->layout != Layout::Linear)
      return core::str("needs linear, got ", layout_name(desc->layout));
  if (!(static_cast<float>(problem.attributes->get_float("k")) > 0) ||
      !(problem.attributes->get_float("alpha") >= 0))
    return "needs powers of numbers above 0";
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<Lrn>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(lrn_columns) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
