// Concatenation: one box an input.
#include "kernels/copy/copy_kernel.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace {

std::optional<std::string> refuse(const Problem& problem) {
  return copy::refuse_uncopyable(problem, problem.inputs.size());
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  const TensorDesc& out = problem.outputs[0];
  const auto axis = static_cast<size_t>(core::normalize_axis(problem.attributes->get_int("axis"),
                                                             out.dims.rank(), "attribute 'axis'"));
  const auto out_strides = copy::byte_strides(out);
  std::vector<copy::Piece> pieces;
  int64_t start = 0;
  for (size_t i = 0; i < problem.inputs.size(); ++i) {
    const TensorDesc& in = problem.inputs[i];
    const auto in_strides = copy::byte_strides(in);
    copy::Box box = copy::empty_box(out);
    box.out_offset = start * out_strides[axis];
    for (int d = 0; d < in.dims.rank(); ++d)
      box.add(
          {in.dims[d], in_strides[static_cast<size_t>(d)], out_strides[static_cast<size_t>(d)]});
    pieces.push_back({copy::plan_copy(box), static_cast<int>(i)});
    start += in.dims[static_cast<int>(axis)];
  }
  return std::make_unique<copy::CopyKernel>(std::move(pieces), problem.threads);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(concatenation_copy) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
