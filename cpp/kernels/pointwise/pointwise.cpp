// The pointwise kernel, and the tactics that run it.
#include "kernels/pointwise/pointwise.h"

#include "core/os/memory.h"
#include "kernels/pointwise/code.h"
#include "kernels/pointwise/lower.h"
#include "kernels/pointwise/walk.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace pointwise {
namespace {

bool has_engine_type(const TensorDesc& desc) {
  switch (desc.dtype) {
    case DataType::Float:
    case DataType::Half:
    case DataType::BF16:
    case DataType::Int8:
    case DataType::UInt8:
    case DataType::Int32:
    case DataType::Int64:
    case DataType::Bool:
      return true;
    default:
      return false;
  }
}

class PointwiseKernel final : public Kernel {
 public:
  PointwiseKernel(Lowered lowered, const TensorDesc& out, int threads, core::Isa isa)
      : inputs_(std::move(lowered.inputs)) {
    if (core::elems(out.dims) == 0) {
      slices_ = {0};
      return;
    }
    std::vector<WalkOperand> operands;
    lowered.operands.push_back(out);
    for (const TensorDesc& desc : lowered.operands)
      operands.push_back(
          {core::dtype_bytes(desc.dtype, 1), *physical_strides(desc, out.dims, out.layout)});
    walk_ = Walk(physical_dims(out.dims, out.layout), std::move(operands), threads);
    std::vector<OperandKind> kinds;
    for (size_t i = 0; i < inputs_.size(); ++i)
      kinds.push_back({lowered.operands[i].dtype, walk_.access(i) == Access::One});
    code_ = make_code(lowered.program, kinds, out.dtype, isa);
    TRTLIKE_ASSERT(code_ != nullptr, "pointwise program ", lowered.program.to_text());
    code_offset_ = core::align_up(walk_.scratch_bytes());
    scratch_bytes_ = code_offset_ + code_->scratch_bytes();
    slices_ = {walk_.slices()};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const void* inputs[kMaxInputs];
    for (size_t i = 0; i < inputs_.size(); ++i) inputs[i] = args.inputs[inputs_[i]];
    char* const scratch = static_cast<char*>(args.scratch);
    walk_.run(slice, inputs, args.outputs[0], scratch,
              [&](const void* const* in, void* out, int64_t count) {
                code_->run(in, out, count, scratch + code_offset_);
              });
  }

 private:
  std::vector<size_t> inputs_;  ///< of the problem, one an input of the program
  Walk walk_;
  std::unique_ptr<Code> code_;
  size_t code_offset_ = 0;
};

}  // namespace

std::optional<std::string> refuse(const Problem& problem) {
  for (const auto* descs : {&problem.inputs, &problem.outputs})
    for (const TensorDesc& desc : *descs)
      if (!desc.is_absent() && !has_engine_type(desc))
        return core::str("needs an element type of 8 bits or more, got ",
                         core::dtype_short_name(desc.dtype));
  std::string refusal;
  const std::optional<Lowered> lowered = lower(problem, refusal);
  if (!lowered) return refusal;
  if (lowered->program.num_inputs > kMaxInputs)
    return core::str("needs at most ", kMaxInputs, " operands, got ", lowered->program.num_inputs);
  const TensorDesc& out = problem.outputs[0];
  for (const TensorDesc& desc : lowered->operands)
    if (!physical_strides(desc, out.dims, out.layout))
      return core::str("needs operands that follow ", out.to_string(), ", got ", desc.to_string());
  if (!physical_strides(out, out.dims, out.layout))
    return core::str("needs channels in multiples of 16, got ", out.to_string());
  const std::vector<OperandKind> kinds(lowered->inputs.size());
  if (make_interpreted_code(lowered->program, kinds, out.dtype, core::Isa::Portable) == nullptr)
    return "needs a program with fewer live values";
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare(const Problem& problem, core::Isa isa) {
  std::string refusal;
  std::optional<Lowered> lowered = lower(problem, refusal);
  TRTLIKE_ASSERT(lowered, refusal);
  return std::make_unique<PointwiseKernel>(std::move(*lowered), problem.outputs[0], problem.threads,
                                           isa);
}

}  // namespace pointwise

namespace {

template <core::Isa isa>
std::unique_ptr<Kernel> prepare_for(const Problem& problem, std::span<const std::byte>) {
  return pointwise::prepare(problem, isa);
}

}  // namespace

#define TRTLIKE_INTERPRETED(name, needs, types, tile)         \
  TRTLIKE_DEFINE_TACTIC(name) = {.refuse = pointwise::refuse, \
                                 .prepare = prepare_for<core::Isa::needs>};
#define TRTLIKE_TACTIC(...)
#include "kernels/pointwise/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
