// Recognising the common programs.
#include "kernels/convolution/epilogue.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/strings.h"
#include "kernels/epilogue/program_chain.h"

namespace trtlike::kernels::convolution {
namespace {

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
  Finish first = {};
  Finish finish = {};

  /// Clipping after what is there already; false behind anything but clipping.
  bool clip(float low, float high) {
    if (finish.kind > Finish::Kind::Clip || finish.step != 0) return false;
    finish.kind = Finish::Kind::Clip;
    finish.a = std::max(low, std::min(high, finish.a));
    finish.b = std::max(low, std::min(high, finish.b));
    return true;
  }
  bool round_to(float step) {
    if (finish.kind != Finish::Kind::Clip || finish.step != 0) return false;
    finish.step = step;
    return true;
  }
  bool gate(const Finish& gate) {
    if (finish.kind != Finish::Kind::None) return false;
    finish = gate;
    return true;
  }
  bool add(size_t input) {
    if (residual >= 0) return false;
    residual = static_cast<int>(input);
    first = std::exchange(finish, Finish{});
    return true;
  }
};

bool is_residual(const Problem& problem, size_t input) {
  const TensorDesc& desc = problem.inputs[input];
  return desc.dtype == DataType::Float && desc.dims == problem.outputs[0].dims &&
         desc.layout == problem.outputs[0].layout;
}

bool append(const Problem& problem, const ChainLink& link, Simple& out) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  switch (link.op) {
    case ChainOp::Add: {
      const size_t input = kFirstExtra + static_cast<size_t>(link.operand) - 1;
      return is_residual(problem, input) && out.add(input);
    }
    case ChainOp::Relu:
      return link.alpha == 0 && out.clip(0.0f, kInfinity);
    case ChainOp::Clip:
      return out.clip(link.alpha, link.beta);
    case ChainOp::RoundTo:
      return out.round_to(link.alpha);
    case ChainOp::Silu:
      return out.gate({.kind = Finish::Kind::Silu});
    case ChainOp::HardSwish:
      return out.gate({.kind = Finish::Kind::HardSwish, .a = link.alpha, .b = link.beta});
    default:
      return false;
  }
}

/// Takes a rounding to a narrower type off the program's end.
Finish::Narrow take_rounding(PointwiseProgram& program) {
  if (program.instructions.empty() || program.output + 1 != program.num_registers())
    return Finish::Narrow::None;
  const ops::PointwiseInstruction last = program.instructions.back();
  const bool to_half = last.op == ops::PointwiseOpcode::RoundF16;
  if (!to_half && last.op != ops::PointwiseOpcode::RoundBf16) return Finish::Narrow::None;
  program.instructions.pop_back();
  program.output = last.a;
  return to_half ? Finish::Narrow::Half : Finish::Narrow::BF16;
}

/// "Sums, perhaps finished, perhaps plus a residual, perhaps finished, perhaps rounded"; nothing
/// when the program is anything else.
std::optional<Simple> recognise(const Problem& problem, PointwiseProgram program) {
  const Finish::Narrow narrow = take_rounding(program);
  const auto chain = match_chain(program);
  if (!chain) return std::nullopt;
  Simple out;
  for (const ChainLink& link : *chain)
    if (!append(problem, link, out)) return std::nullopt;
  out.finish.narrow = narrow;
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
    first = simple->first;
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
