// Operands of programs by image, pixel and channel.
#include "kernels/convolution/epilogue.h"

#include <algorithm>

#include "core/strings.h"

namespace trtlike::kernels::convolution {
namespace {

size_t num_operands(const Problem& problem) {
  return problem.inputs.size() - std::min(problem.inputs.size(), epilogue::kFirstOperand);
}

bool is_residual(const Problem& problem, size_t input) {
  const TensorDesc& desc = problem.inputs[input];
  return desc.dtype == DataType::Float && desc.dims == problem.outputs[0].dims &&
         desc.layout == problem.outputs[0].layout;
}

/// What tiles do, where the rest of the chain is for links; nothing where the program does all.
std::optional<epilogue::TileChain> find_tile_chain(const Problem& problem,
                                                   const epilogue::Epilogue& epilogue) {
  if (!epilogue.chain) return std::nullopt;
  epilogue::TileChain chain = epilogue::split_chain(*epilogue.chain);
  if (chain.residual >= 0 && !is_residual(problem, epilogue::input_of(chain.residual)))
    chain = epilogue::split_chain(*epilogue.chain, false);
  if (!epilogue::is_light(chain.rest) || num_operands(problem) > epilogue::kMaxOperands)
    return std::nullopt;
  return chain;
}

bool needs_rows(const std::optional<epilogue::TileChain>& chain) {
  return !chain || !chain->rest.empty();
}

}  // namespace

std::optional<std::string> refuse_operand(const Problem& problem, size_t input) {
  const TensorDesc& desc = problem.inputs[input];
  const Dims& out = problem.outputs[0].dims;
  const bool is_byte = desc.dtype == DataType::Int8 || desc.dtype == DataType::UInt8;
  if (!core::is_float(desc.dtype) && !is_byte)
    return core::str("needs floating-point or 8-bit operands, got ",
                     core::dtype_short_name(desc.dtype));
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

epilogue::Operand make_operand(const Problem& problem, size_t input) {
  const TensorDesc& desc = problem.inputs[input];
  const Dims& out = problem.outputs[0].dims;
  const int64_t pixels = core::elems_between(desc.dims, 2, desc.dims.rank());
  const int64_t pitch = desc.layout == Layout::ChannelsLast ? desc.pixel_pitch() : desc.dims[1];
  epilogue::Operand operand{.input = input,
                            .dtype = desc.dtype,
                            .row_stride = 0,
                            .column_stride = desc.dims[1] == 1 && out[1] != 1 ? 0 : 1,
                            .offsets = {}};
  for (int axis = 2; axis < out.rank(); ++axis)
    if (desc.dims[axis] != 1) operand.row_stride = pitch;
  for (int64_t image = 0; image < out[0]; ++image)
    operand.offsets.push_back(desc.dims[0] == 1 ? 0 : image * pixels * pitch);
  return operand;
}

std::optional<std::string> Epilogue::refuse(const Problem& problem) {
  const epilogue::Epilogue epilogue = epilogue::read_epilogue(problem);
  if (!needs_rows(find_tile_chain(problem, epilogue))) return std::nullopt;
  if (!epilogue::RowProgram::can_run(epilogue.program))
    return core::str("needs a smaller program, got '", epilogue.program.to_text(), "'");
  for (size_t i = epilogue::kFirstOperand; i < problem.inputs.size(); ++i)
    if (auto reason = refuse_operand(problem, i)) return reason;
  return std::nullopt;
}

bool Epilogue::is_simple(const Problem& problem) {
  return !needs_rows(find_tile_chain(problem, epilogue::read_epilogue(problem)));
}

Epilogue::Epilogue(const Problem& problem, core::Isa isa) {
  const epilogue::Epilogue epilogue = epilogue::read_epilogue(problem);
  const auto chain = find_tile_chain(problem, epilogue);
  if (chain) finish = chain->stage;
  if (chain) adds_last = chain->adds_last;
  if (chain && chain->residual >= 0) {
    const size_t input = epilogue::input_of(chain->residual);
    residual_ = static_cast<int>(input);
    residual_pitch = problem.inputs[input].pixel_pitch();
  }
  if (!needs_rows(chain)) return;
  const TensorDesc& out = problem.outputs[0];
  image_pixels_ = core::elems_between(out.dims, 2, out.dims.rank());
  std::vector<epilogue::Operand> operands;
  for (size_t i = epilogue::kFirstOperand; i < problem.inputs.size(); ++i)
    operands.push_back(make_operand(problem, i));
  const epilogue::OutputView view{out.dtype, image_pixels_ * out.pixel_pitch(), out.pixel_pitch()};
  if (!chain) {
    rows_.emplace(epilogue.program, std::move(operands), view, isa);
    return;
  }
  std::vector<epilogue::Link> links = chain->rest;
  for (epilogue::Link& link : links)
    if (link.operand >= 0) --link.operand;
  rows_.emplace(std::move(links), std::move(operands), view, isa);
}

void Epilogue::run(const RunArgs& args, int64_t pixel, int64_t count, int64_t channel,
                   int64_t channels, const float* stored, int64_t pitch, void* scratch) const {
  while (count > 0) {
    const int64_t image = pixel / image_pixels_, within = pixel % image_pixels_;
    const int64_t n = std::min(count, image_pixels_ - within);
    rows_->run(args, image, {stored, pitch, within, n, channel, channels},
               static_cast<char*>(scratch) + kRoomBytes);
    pixel += n;
    count -= n;
    stored += n * pitch;
  }
}

}  // namespace trtlike::kernels::convolution
