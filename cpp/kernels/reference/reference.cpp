// Runs an op's reference computation as a kernel.
#include "kernels/reference/reference.h"

#include <algorithm>
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

bool is_computable(const TensorDesc& desc, bool takes_narrow) {
  if (desc.is_absent()) return true;
  if (core::is_narrow(desc.dtype)) return takes_narrow;
  return core::is_number(desc.dtype) || desc.dtype == DataType::Bool;
}

std::optional<std::string> refuse_operand(const TensorDesc& desc, bool takes_narrow) {
  if (desc.layout != Layout::Linear)
    return core::str("needs linear, got ", layout_name(desc.layout));
  if (!is_computable(desc, takes_narrow))
    return core::str("needs an element type that can be computed with, got ",
                     core::dtype_short_name(desc.dtype));
  return std::nullopt;
}

std::optional<std::string> refuse_operands(const Problem& problem) {
  const std::vector<ops::InputSpec>& specs = problem.op->inputs;
  for (size_t i = 0; i < problem.inputs.size(); ++i)
    if (auto reason = refuse_operand(problem.inputs[i], i < specs.size() && specs[i].takes_narrow))
      return reason;
  for (const TensorDesc& output : problem.outputs)
    if (auto reason = refuse_operand(output, problem.op->gives_narrow)) return reason;
  return std::nullopt;
}

/// True where the reference reads elements of any floating-point type.
bool converts(const ops::OpDefinition& op, size_t input) {
  return input < op.inputs.size() && (op.inputs[input].weights || op.inputs[input].packable);
}

/// The floating-point type of all operands but those that are converted; nothing where they differ.
std::optional<DataType> common_type(const ops::OpDefinition& op,
                                    std::span<const ops::TensorType> inputs,
                                    std::span<const ops::TensorType> outputs) {
  std::optional<DataType> common;
  const auto fits = [&](const ops::TensorType& type) {
    if (type.is_absent() || !core::is_float(type.dtype)) return true;
    if (!common) common = type.dtype;
    return *common == type.dtype;
  };
  for (size_t i = 0; i < inputs.size(); ++i)
    if (!converts(op, i) && !fits(inputs[i])) return std::nullopt;
  if (!std::all_of(outputs.begin(), outputs.end(), fits)) return std::nullopt;
  return common.value_or(DataType::Float);
}

std::vector<ops::TensorType> types_of(const std::vector<TensorDesc>& descs) {
  std::vector<ops::TensorType> types;
  for (const TensorDesc& desc : descs) types.push_back({desc.dtype, desc.dims});
  return types;
}

std::optional<std::string> refuse(const Problem& problem) {
  if (auto reason = refuse_operands(problem)) return reason;
  return refuse_stored_types(*problem.op, *problem.attributes, types_of(problem.inputs),
                             types_of(problem.outputs));
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

std::optional<std::string> refuse_stored_types(const ops::OpDefinition& op,
                                               const ops::Attributes& attributes,
                                               std::span<const ops::TensorType> inputs,
                                               std::span<const ops::TensorType> outputs) {
  if (common_type(op, inputs, outputs)) return std::nullopt;
  // Operands of several types: as the op's rule has them, if at all.
  std::vector<ops::TensorType> read(inputs.begin(), inputs.end()), written;
  for (size_t i = 1; i < read.size(); ++i)
    if (converts(op, i) && core::is_float(read[i].dtype)) read[i].dtype = read[0].dtype;
  try {
    ops::infer(op, attributes, read, {}, written);
  } catch (const Error& e) {
    return core::str("needs operands of other types: ", e.what());
  }
  for (size_t o = 0; o < written.size() && o < outputs.size(); ++o)
    if (!outputs[o].is_absent() && written[o].dtype != outputs[o].dtype)
      return core::str("needs an output of ", core::dtype_short_name(written[o].dtype), ", got ",
                       core::dtype_short_name(outputs[o].dtype));
  return std::nullopt;
}

const Tactic* reference_tactic(std::string_view name) {
  const ops::OpDefinition* op = ops::find_op(name);
  if (op == nullptr || op->reference == nullptr) return nullptr;
  static std::mutex mutex;
  static auto& table = *new std::map<const ops::OpDefinition*, Tactic>;
  const std::lock_guard<std::mutex> lock(mutex);
  return &table.try_emplace(op, make_tactic(*op)).first->second;
}

}  // namespace trtlike::kernels
