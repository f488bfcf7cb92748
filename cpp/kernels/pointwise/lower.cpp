// The programs of element-wise ops, on the problem's descriptions.
#include "kernels/pointwise/lower.h"

#include "ops/pointwise/pointwise_lowering.h"

namespace trtlike::kernels::pointwise {
namespace {

std::vector<ops::TensorType> types_of(const std::vector<TensorDesc>& descs) {
  std::vector<ops::TensorType> types;
  for (const TensorDesc& desc : descs) types.push_back({desc.dtype, desc.dims});
  return types;
}

}  // namespace

std::optional<Lowered> lower(const Problem& problem, std::string& refusal) {
  if (problem.op->lower == nullptr) {
    refusal = "needs an element-wise op";
    return std::nullopt;
  }
  const std::vector<ops::TensorType> inputs = types_of(problem.inputs);
  std::vector<ops::TensorType> outputs = types_of(problem.outputs);
  ops::PointwiseLowering lowering;
  problem.op->lower({problem.op->self, *problem.attributes, inputs, {}, outputs}, lowering);
  if (!lowering.refusal.empty()) {
    refusal = std::move(lowering.refusal);
    return std::nullopt;
  }
  Lowered out{.program = std::move(lowering.program), .inputs = {}, .operands = {}};
  for (const ops::PointwiseLowering::Operand& operand : lowering.operands) {
    out.inputs.push_back(operand.input);
    TensorDesc desc = problem.inputs[operand.input];
    desc.dims = operand.dims;
    if (operand.is_dense) {
      desc.layout = Layout::Linear;
      desc.pitch = 0;
    }
    out.operands.push_back(desc);
  }
  return out;
}

}  // namespace trtlike::kernels::pointwise
