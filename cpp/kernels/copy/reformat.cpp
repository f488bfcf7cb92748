// Reformat between layouts of one element type as one strided copy.
#include "kernels/copy/copy_kernel.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace {

std::optional<std::string> refuse(const Problem& problem) {
  return copy::refuse_uncopyable(problem, 1);
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  const auto in_strides = copy::byte_strides(in), out_strides = copy::byte_strides(out);
  copy::Box box = copy::empty_box(out);
  for (int d = 0; d < in.dims.rank(); ++d)
    box.add({in.dims[d], in_strides[static_cast<size_t>(d)], out_strides[static_cast<size_t>(d)]});
  std::vector<copy::Piece> pieces = {{copy::plan_copy(box), 0}};
  return std::make_unique<copy::CopyKernel>(std::move(pieces), problem.threads);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(reformat_copy) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
