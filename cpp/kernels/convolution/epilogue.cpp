// Recognising the common programs.
#include "kernels/convolution/epilogue.h"

#include "core/strings.h"

namespace trtlike::kernels::convolution {
namespace {

using ops::PointwiseOpcode;
using ops::PointwiseProgram;

constexpr size_t kFirstExtra = 3;

/// The problem's program; that which returns the sums where it has none.
PointwiseProgram program_of(const Problem& problem) {
  const AttributeValue* text = problem.attributes->find("program");
  if (text != nullptr && !std::get<std::string>(*text).empty())
    return PointwiseProgram::parse(std::get<std::string>(*text));
  PointwiseProgram program;
  program.num_inputs = 1;
  return program;
}

struct Simple {
  int residual = -1;  ///< input of the problem
  bool clip = false;
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

bool is_residual(const Problem& problem, size_t input) {
  const TensorDesc& desc = problem.inputs[input];
  return desc.dtype == DataType::Float && desc.dims == problem.outputs[0].dims &&
         desc.layout == problem.outputs[0].layout;
}

/// "Sums, perhaps plus a residual, perhaps clipped"; nothing when the program is anything else.
std::optional<Simple> recognise(const Problem& problem, const PointwiseProgram& program) {
  Simple out;
  int current = 0;
  for (size_t i = 0; i < program.instructions.size(); ++i) {
    const ops::PointwiseInstruction& step = program.instructions[i];
    const int result = program.num_inputs + static_cast<int>(i);
    if (step.op == PointwiseOpcode::Sum && out.residual < 0 && !out.clip) {
      if (step.a != current && step.b != current) return std::nullopt;
      const int other = step.a == current ? step.b : step.a;
      if (other < 1 || other >= program.num_inputs) return std::nullopt;
      out.residual = static_cast<int>(kFirstExtra) + other - 1;
      if (!is_residual(problem, static_cast<size_t>(out.residual))) return std::nullopt;
    } else if (step.op == PointwiseOpcode::Relu && step.a == current) {
      out.clip = true;
      out.low = std::max(out.low, 0.0f);
      out.high = std::max(out.high, 0.0f);
    } else if (step.op == PointwiseOpcode::Clip && step.a == current) {
      out.clip = true;
      out.low = std::max(step.alpha, std::min(step.beta, out.low));
      out.high = std::max(step.alpha, std::min(step.beta, out.high));
    } else {
      return std::nullopt;
    }
    current = result;
  }
  if (program.output != current) return std::nullopt;
  return out;
}

}  // namespace

std::optional<std::string> Epilogue::refuse(const Problem& problem) {
  const PointwiseProgram program = program_of(problem);
  if (!recognise(problem, program))
    return core::str("needs a simple program, got '", program.to_text(), "'");
  return std::nullopt;
}

Epilogue::Epilogue(const Problem& problem) {
  const std::optional<Simple> simple = recognise(problem, program_of(problem));
  if (!simple) return;
  clip = simple->clip;
  low = simple->low;
  high = simple->high;
  residual_ = simple->residual;
  if (residual_ >= 0) residual_pitch = problem.inputs[static_cast<size_t>(residual_)].pixel_pitch();
}

void Epilogue::run(const RunArgs&, float* const*, int64_t, int, int64_t, int) const {}

}  // namespace trtlike::kernels::convolution
