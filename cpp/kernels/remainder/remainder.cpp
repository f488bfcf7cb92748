// Mod on floats: blocks of the element-wise walk, so operands may repeat and have any layout that
// follows the output's.
#include "kernels/remainder/remainder.h"

#include "kernels/pointwise/walk.h"
#include "kernels/simd/loops_of_this_cpu.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace {

using pointwise::Access;
using pointwise::Walk;
using pointwise::WalkOperand;

class Remainder final : public Kernel {
 public:
  explicit Remainder(const Problem& problem) {
    const TensorDesc& out = problem.outputs[0];
    if (core::elems(out.dims) == 0) {
      slices_ = {0};
      return;
    }
    compute_ = loops_of_this_cpu<remainder::kPortable, remainder::kAvx2, remainder::kAvx512>()
                   .compute[static_cast<size_t>(float_storage_index(out.dtype))];
    std::vector<WalkOperand> operands;
    for (const TensorDesc& desc : {problem.inputs[0], problem.inputs[1], out})
      operands.push_back({core::dtype_bytes(desc.dtype, 1),
                          *pointwise::physical_strides(desc, out.dims, out.layout)});
    walk_ =
        Walk(pointwise::physical_dims(out.dims, out.layout), std::move(operands), problem.threads);
    a_is_one_ = walk_.access(0) == Access::One;
    b_is_one_ = walk_.access(1) == Access::One;
    scratch_bytes_ = walk_.scratch_bytes();
    slices_ = {walk_.slices()};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    walk_.run(slice, args.inputs, args.outputs[0], static_cast<char*>(args.scratch),
              [&](const void* const* in, void* out, int64_t count) {
                compute_({in[0], in[1], a_is_one_, b_is_one_, out, count});
              });
  }

 private:
  void (*compute_)(const remainder::Run& run) = nullptr;
  Walk walk_;
  bool a_is_one_ = false;
  bool b_is_one_ = false;
};

std::optional<std::string> refuse(const Problem& problem) {
  const TensorDesc& out = problem.outputs[0];
  for (const TensorDesc* desc : {&problem.inputs[0], &problem.inputs[1], &out})
    if (float_storage_index(desc->dtype) < 0 || desc->dtype != out.dtype)
      return core::str("needs one type of f32, f16 or bf16, got ",
                       core::dtype_short_name(desc->dtype));
  for (const TensorDesc& desc : problem.inputs)
    if (!pointwise::physical_strides(desc, out.dims, out.layout))
      return core::str("needs operands that follow ", out.to_string(), ", got ", desc.to_string());
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<Remainder>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(remainder_vectors) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
