// Recognising the common programs.
#include "kernels/convolution/epilogue.h"

#include <algorithm>
#include <array>

#include "core/strings.h"

namespace trtlike::kernels::convolution {
namespace {

using ops::PointwiseOpcode;
using ops::PointwiseProgram;

constexpr size_t kFirstExtra = 3;

/// The problem's program; that which returns the sums where it has none.
PointwiseProgram program_of(const Problem& problem, const char* attribute = "program") {
  const AttributeValue* text = problem.attributes->find(attribute);
  if (text != nullptr && !std::get<std::string>(*text).empty())
    return PointwiseProgram::parse(std::get<std::string>(*text));
  PointwiseProgram program;
  program.num_inputs = 1;
  return program;
}

struct Simple {
  int residual = -1;  ///< input of the problem
  Finish finish = {};

  /// Clipping after what is there already.
  void clip(float low, float high) {
    finish.kind = Finish::Kind::Clip;
    finish.a = std::max(low, std::min(high, finish.a));
    finish.b = std::max(low, std::min(high, finish.b));
  }
};

bool is_residual(const Problem& problem, size_t input) {
  const TensorDesc& desc = problem.inputs[input];
  return desc.dtype == DataType::Float && desc.dims == problem.outputs[0].dims &&
         desc.layout == problem.outputs[0].layout;
}

/// x gate(x) with a gate that Finish knows, where the program ends with that from instruction `i`
/// on; x is register `x`.
std::optional<Finish> match_gate(const PointwiseProgram& program, size_t i, int x) {
  if (i + 2 != program.instructions.size()) return std::nullopt;
  const ops::PointwiseInstruction &gate = program.instructions[i],
                                  &product = program.instructions[i + 1];
  const int result = program.num_inputs + static_cast<int>(i);
  if (gate.a != x || product.op != PointwiseOpcode::Prod ||
      std::minmax(product.a, product.b) != std::minmax(x, result))
    return std::nullopt;
  if (gate.op == PointwiseOpcode::Sigmoid) return Finish{.kind = Finish::Kind::Silu};
  if (gate.op != PointwiseOpcode::HardSigmoid) return std::nullopt;
  return Finish{Finish::Kind::HardSwish, gate.alpha, gate.beta};
}

/// "Sums, perhaps plus a residual, perhaps finished"; nothing when the program is anything else.
std::optional<Simple> recognise(const Problem& problem, const PointwiseProgram& program) {
  Simple out;
  int current = 0;
  for (size_t i = 0; i < program.instructions.size(); ++i) {
    const ops::PointwiseInstruction& step = program.instructions[i];
    const bool is_finished = out.finish.kind != Finish::Kind::None;
    if (step.op == PointwiseOpcode::Sum && out.residual < 0 && !is_finished) {
      if (step.a != current && step.b != current) return std::nullopt;
      const int other = step.a == current ? step.b : step.a;
      if (other < 1 || other >= program.num_inputs) return std::nullopt;
      out.residual = static_cast<int>(kFirstExtra) + other - 1;
      if (!is_residual(problem, static_cast<size_t>(out.residual))) return std::nullopt;
    } else if (step.op == PointwiseOpcode::Relu && step.a == current) {
      out.clip(0.0f, std::numeric_limits<float>::infinity());
    } else if (step.op == PointwiseOpcode::Clip && step.a == current) {
      out.clip(step.alpha, step.beta);
    } else {
      const std::optional<Finish> gate = match_gate(program, i, current);
      if (!gate || is_finished) return std::nullopt;
      out.finish = *gate;
      ++i;
    }
    current = program.num_inputs + static_cast<int>(i);
  }
  if (program.output != current) return std::nullopt;
  return out;
}

/// Each of batch, channels and space of an operand is the output's or repeats.
std::optional<std::string> refuse_operand(const Problem& problem, size_t input) {
  const TensorDesc& desc = problem.inputs[input];
  const Dims& out = problem.outputs[0].dims;
  if (!core::is_float(desc.dtype))
    return core::str("needs floating-point operands, got ", core::dtype_short_name(desc.dtype));
  bool ones = true, full = true;
  for (int axis = 2; axis < out.rank(); ++axis) {
    ones = ones && desc.dims[axis] == 1;
    full = full && desc.dims[axis] == out[axis];
  }
  if (!ones && !full)
    return core::str("needs operands that repeat in all or no spatial axes, got ", desc.dims);
  if (!ones && desc.dims[1] != 1 && desc.layout != Layout::ChannelsLast)
    return core::str("needs channels_last operands, got ", layout_name(desc.layout));
  return std::nullopt;
}

}  // namespace

std::optional<Finish> find_finish(const Problem& problem, const char* attribute) {
  const PointwiseProgram program = program_of(problem, attribute);
  const std::optional<Simple> simple = recognise(problem, program);
  return simple && simple->residual < 0 ? std::optional(simple->finish) : std::nullopt;
}

std::optional<std::string> Epilogue::refuse(const Problem& problem) {
  const PointwiseProgram program = program_of(problem);
  if (recognise(problem, program)) return std::nullopt;
  if (!pointwise::Epilogue::can_run(program))
    return core::str("needs a smaller program, got '", program.to_text(), "'");
  for (size_t i = kFirstExtra; i < problem.inputs.size(); ++i)
    if (auto reason = refuse_operand(problem, i)) return reason;
  return std::nullopt;
}

bool Epilogue::is_simple(const Problem& problem) {
  return recognise(problem, program_of(problem)).has_value();
}

Epilogue::Epilogue(const Problem& problem, core::Isa isa) {
  const PointwiseProgram program = program_of(problem);
  if (const std::optional<Simple> simple = recognise(problem, program)) {
    finish = simple->finish;
    residual_ = simple->residual;
    if (residual_ >= 0)
      residual_pitch = problem.inputs[static_cast<size_t>(residual_)].pixel_pitch();
    return;
  }
  const TensorDesc& out = problem.outputs[0];
  out_pitch_ = out.pixel_pitch();
  image_pixels_ = core::elems_between(out.dims, 2, out.dims.rank());
  std::vector<pointwise::OperandKind> kinds;
  for (size_t i = kFirstExtra; i < problem.inputs.size(); ++i) {
    operands_.push_back(describe(problem, i));
    kinds.push_back({problem.inputs[i].dtype, operands_.back().channel == 0});
  }
  program_ = std::make_unique<pointwise::Epilogue>(program, kinds, out.dtype, isa);
}

Epilogue::Operand Epilogue::describe(const Problem& problem, size_t input) {
  const TensorDesc& desc = problem.inputs[input];
  const Dims& out = problem.outputs[0].dims;
  const int64_t pixels = core::elems_between(desc.dims, 2, desc.dims.rank());
  const int64_t pitch = desc.layout == Layout::ChannelsLast ? desc.pixel_pitch() : desc.dims[1];
  Operand operand{.input = input,
                  .elem_bytes = static_cast<int64_t>(core::dtype_bytes(desc.dtype, 1)),
                  .image = 0,
                  .pixel = 0,
                  .channel = desc.dims[1] == 1 && out[1] != 1 ? 0 : 1};
  for (int axis = 2; axis < out.rank(); ++axis)
    if (desc.dims[axis] != 1) operand.pixel = pitch;
  if (desc.dims[0] != 1) operand.image = pixels * pitch;
  return operand;
}

void Epilogue::run(const RunArgs& args, int64_t pixel, int64_t count, int64_t channel,
                   int64_t channels, void* scratch) const {
  while (count > 0) {
    const int64_t image = pixel / image_pixels_, within = pixel % image_pixels_;
    const int64_t n = std::min(count, image_pixels_ - within);
    run_image(args, image, within, n, channel, channels, scratch);
    pixel += n;
    count -= n;
  }
}

void Epilogue::run_image(const RunArgs& args, int64_t image, int64_t pixel, int64_t count,
                         int64_t channel, int64_t channels, void* scratch) const {
  std::array<pointwise::EpilogueOperand, pointwise::kMaxInputs> extras;
  for (size_t i = 0; i < operands_.size(); ++i) {
    const Operand& operand = operands_[i];
    const int64_t at = image * operand.image + pixel * operand.pixel + channel * operand.channel;
    extras[i] = {static_cast<const char*>(args.inputs[operand.input]) + at * operand.elem_bytes,
                 operand.pixel};
  }
  float* out =
      static_cast<float*>(args.outputs[0]) + (image * image_pixels_ + pixel) * out_pitch_ + channel;
  program_->run(out, out_pitch_, out, out_pitch_, count, channels, extras.data(), scratch);
}

}  // namespace trtlike::kernels::convolution
