// Runs an op's reference computation as a kernel.
#include "kernels/reference/reference.h"

#include <map>
#include <mutex>

namespace trtlike::kernels {
namespace {

class ReferenceKernel final : public Kernel {
 public:
  explicit ReferenceKernel(const Problem& problem)
      : op_(problem.op), attributes_(*problem.attributes) {
    for (const TensorDesc& desc : problem.inputs)
      inputs_.push_back({nullptr, desc.dtype, desc.dims});
    for (const TensorDesc& desc : problem.outputs)
      outputs_.push_back({nullptr, desc.dtype, desc.dims});
  }

  /// The specification may allocate, and refuse elements; it is the fallback, not a fast path.
  void run(const RunArgs& args, int, int) const override {
    std::vector<core::TensorView> inputs = inputs_, outputs = outputs_;
    for (size_t i = 0; i < inputs.size(); ++i) inputs[i].data = const_cast<void*>(args.inputs[i]);
    for (size_t i = 0; i < outputs.size(); ++i) outputs[i].data = args.outputs[i];
    op_->reference({op_->self, attributes_, inputs, outputs});
  }

 private:
  const ops::OpDefinition* op_;
  ops::Attributes attributes_;
  std::vector<core::TensorView> inputs_;
  std::vector<core::TensorView> outputs_;
};

/// Four-bit integers are what Dequantize reads; nothing computes with the other small types.
bool is_computable(const Problem& problem, const TensorDesc& desc) {
  if (desc.is_absent()) return true;
  if (desc.dtype == DataType::Int4)
    return std::string_view(problem.op->name) == "Dequantize" && &desc == problem.inputs.data();
  return core::is_number(desc.dtype) || desc.dtype == DataType::Bool;
}

std::optional<std::string> refuse_operands(const Problem& problem) {
  for (const auto* descs : {&problem.inputs, &problem.outputs})
    for (const TensorDesc& desc : *descs) {
      if (desc.layout != Layout::Linear)
        return core::str("needs linear, got ", layout_name(desc.layout));
      if (!is_computable(problem, desc))
        return core::str("needs an element type that can be computed with, got ",
                         core::dtype_short_name(desc.dtype));
    }
  return std::nullopt;
}

/// References read and write the element types that the op's rule gives for its operands as they
/// are stored; weights are of the type that is computed in.
std::optional<std::string> refuse_types(const Problem& problem) {
  const auto is_weights = [&](size_t i) {
    return i < problem.op->inputs.size() && problem.op->inputs[i].weights;
  };
  std::optional<DataType> computed;
  bool is_mixed = false;
  const auto note = [&](DataType dtype) {
    if (!core::is_float(dtype)) return;
    if (!computed) computed = dtype;
    is_mixed = is_mixed || dtype != *computed;
  };
  for (size_t i = 0; i < problem.inputs.size(); ++i)
    if (!problem.inputs[i].is_absent() && !is_weights(i)) note(problem.inputs[i].dtype);
  for (const TensorDesc& desc : problem.outputs)
    if (!desc.is_absent()) note(desc.dtype);
  if (!is_mixed) return std::nullopt;

  std::vector<ops::TensorType> inputs, outputs;
  for (size_t i = 0; i < problem.inputs.size(); ++i) {
    const TensorDesc& desc = problem.inputs[i];
    const bool converts = is_weights(i) && core::is_float(desc.dtype);
    inputs.push_back({converts ? *computed : desc.dtype, desc.dims});
  }
  try {
    ops::infer(*problem.op, *problem.attributes, inputs, {}, outputs);
  } catch (const Error& e) {
    return core::str("needs operands of other types: ", e.what());
  }
  for (size_t o = 0; o < outputs.size() && o < problem.outputs.size(); ++o)
    if (!problem.outputs[o].is_absent() && outputs[o].dtype != problem.outputs[o].dtype)
      return core::str("needs an output of ", core::dtype_short_name(outputs[o].dtype), ", got ",
                       core::dtype_short_name(problem.outputs[o].dtype));
  return std::nullopt;
}

std::optional<std::string> refuse(const Problem& problem) {
  if (auto reason = refuse_operands(problem)) return reason;
  return refuse_types(problem);
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<ReferenceKernel>(problem);
}

Tactic make_tactic(const ops::OpDefinition& op) {
  return {.name = kReferenceName,
          .ops = {op.name},
          .source = Source::Reference,
          .needs = core::Isa::Portable,
          .refuse = refuse,
          .prepare = prepare};
}

}  // namespace

const Tactic* reference_tactic(std::string_view name) {
  const ops::OpDefinition* op = ops::find_op(name);
  if (op == nullptr || op->reference == nullptr) return nullptr;
  static std::mutex mutex;
  static auto& table = *new std::map<const ops::OpDefinition*, Tactic>;
  const std::lock_guard<std::mutex> lock(mutex);
  return &table.try_emplace(op, make_tactic(*op)).first->second;
}

}  // namespace trtlike::kernels
