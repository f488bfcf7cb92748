// Reading problems and packing constants.
#include "kernels/quantized/setup.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/os/memory.h"
#include "kernels/convolution/epilogue.h"
#include "kernels/matmul/setup.h"
#include "ops/shapes/quantized_product.h"

namespace trtlike::kernels::quantized {
namespace {

constexpr size_t kRescale = 2;
/// Sums of more products may not fit 32 bits.
constexpr int64_t kMostDepth = 65536;

using ops::is_byte;

std::string refuse_operands(const Problem& problem, Layout layout) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  if (!is_byte(in.dtype)) return core::str("needs s8 or u8, got ", in.to_string());
  if (in.layout != layout || out.layout != layout)
    return core::str("needs ", layout_name(layout), ", got ", in.to_string(), " to ",
                     out.to_string());
  if (!problem.is_constant(1) || !problem.is_constant(kRescale)) return "needs constant weights";
  if (core::elems(in.dims) == 0 || core::elems(out.dims) == 0)
    return "needs tensors that are not empty";
  return "";
}

std::string read_convolution(const Problem& problem, Setup& setup) {
  const TensorDesc &in = problem.inputs[0], &weights = problem.inputs[1], &out = problem.outputs[0];
  const auto shape = ops::convolution_shape(*problem.attributes, in.dims, weights.dims);
  setup.grid = convolution::convolution_grid(shape);
  setup.in_pitch = in.pixel_pitch();
  setup.groups = shape.groups;
  setup.channels = shape.input_channels / shape.groups;
  setup.outputs = shape.output_channels / shape.groups;
  setup.tap_stride = 1;
  setup.channel_stride = shape.kernel[0] * shape.kernel[1] * shape.kernel[2];
  setup.output_stride = setup.channels * setup.channel_stride;
  setup.matrix_rows = setup.rows() / shape.batch;
  setup.out = {out.dtype, setup.matrix_rows * out.pixel_pitch(), out.pixel_pitch()};
  for (size_t i = epilogue::kFirstOperand; i < problem.inputs.size(); ++i) {
    if (auto reason = convolution::refuse_operand(problem, i)) return *reason;
    setup.operands.push_back(convolution::make_operand(problem, i));
  }
  return "";
}

std::string read_product(const Problem& problem, Setup& setup) {
  const TensorDesc &a = problem.inputs[0], &b = problem.inputs[1];
  const auto shape = ops::matmul_shape(*problem.attributes, a.dims, b.dims);
  if (shape.op_a != MatrixOperation::None) return "needs rows on the left";
  if (core::elems(shape.batch_b) != 1 || shape.batch_a != shape.batch)
    return "needs one matrix on the right";
  const int64_t rows = shape.m * shape.num_batches();
  setup.grid.input = setup.grid.points = setup.grid.output = {1, 1, rows};
  setup.grid.kernel_elements = {0};
  setup.grid.offsets = {{0, 0, 0}};
  setup.in_pitch = setup.channels = shape.k;
  setup.outputs = shape.n;
  setup.channel_stride = shape.b_row_stride();
  setup.output_stride = shape.b_column_stride();
  setup.matrix_rows = shape.m;
  setup.out = {problem.outputs[0].dtype, shape.m * shape.n, shape.n};
  for (size_t i = epilogue::kFirstOperand; i < problem.inputs.size(); ++i) {
    const TensorDesc& desc = problem.inputs[i];
    if (desc.layout != Layout::Linear || !(core::is_float(desc.dtype) || is_byte(desc.dtype)))
      return core::str("needs linear operands in f32, f16, bf16, s8 or u8, got ", desc.to_string());
    setup.operands.push_back(matmul::make_operand(problem, i, shape));
  }
  return "";
}

/// The element of the weights for a column of a group.
struct Column {
  const int8_t* first;
  const Setup& setup;

  int8_t at(int64_t k) const {
    const int64_t tap = k / setup.channels, channel = k % setup.channels;
    const int64_t element = setup.grid.kernel_elements[static_cast<size_t>(tap)];
    return first[element * setup.tap_stride + channel * setup.channel_stride];
  }
};

/// A column of a panel, whose steps are `step_bytes` apart; the sum of its elements.
template <typename T>
int64_t pack_column(const Column& column, int64_t depth, int64_t step_bytes, std::byte* to) {
  constexpr int64_t kDepth = 4 / static_cast<int64_t>(sizeof(T));
  int64_t sum = 0;
  for (int64_t k = 0; k < depth; ++k) {
    const T element = column.at(k);
    std::memcpy(to + k / kDepth * step_bytes + k % kDepth * static_cast<int64_t>(sizeof(T)),
                &element, sizeof element);
    sum += element;
  }
  return sum;
}

}  // namespace

bool Setup::is_dense() const {
  const auto is_all = [](const convolution::Axes& axes, int64_t value) {
    return std::all_of(axes.begin(), axes.end(), [&](int64_t e) { return e == value; });
  };
  return grid.taps() == 1 && is_all(grid.offsets[0], 0) && is_all(grid.stride, 1) &&
         grid.points == grid.input;
}

namespace {

/// Everything but the geometry.
std::string read_numbers(const Problem& problem, Setup& setup) {
  if (setup.depth() > kMostDepth || setup.depth() == 0)
    return core::str("needs 1 to ", kMostDepth, " products a sum, got ", setup.depth());
  setup.is_signed = problem.inputs[0].dtype == DataType::Int8;
  setup.zero_point = static_cast<int32_t>(problem.attributes->get_int("zero_point"));
  setup.threads = problem.threads;
  epilogue::Epilogue epilogue = epilogue::read_epilogue(problem);
  if (epilogue.chain && setup.operands.size() <= epilogue::kMaxOperands) {
    setup.links = std::move(*epilogue.chain);
    for (epilogue::Link& link : setup.links)
      if (link.operand >= 0) --link.operand;
    return "";
  }
  if (!epilogue::RowProgram::can_run(epilogue.program)) return "needs a program with fewer values";
  setup.program = std::move(epilogue.program);
  return "";
}

/// An operand at the rows of a phase's output.
epilogue::Operand operand_of(const Problem& problem, size_t input,
                             const convolution::IndirectionGrid& grid) {
  epilogue::Operand operand = convolution::make_operand(problem, input);
  const std::vector<int64_t> images = std::move(operand.offsets);
  operand.offsets.clear();
  for (const int64_t image : images)
    for (int64_t h = 0; h < grid.points[1]; ++h) {
      const int64_t y = h * grid.out_step[1] + grid.out_first[1];
      operand.offsets.push_back(image +
                                (y * grid.output[2] + grid.out_first[2]) * operand.row_stride);
    }
  operand.row_stride *= grid.out_step[2];
  return operand;
}

Setup phase_of(const Problem& problem, const ops::ConvolutionShape& shape,
               convolution::IndirectionGrid grid) {
  const TensorDesc& out = problem.outputs[0];
  const int64_t pitch = out.pixel_pitch(), width = shape.output[2];
  Setup phase;
  phase.in_pitch = problem.inputs[0].pixel_pitch();
  phase.channels = shape.input_channels;
  phase.outputs = shape.output_channels;
  phase.tap_stride = 1;
  phase.output_stride = shape.kernel[0] * shape.kernel[1] * shape.kernel[2];
  phase.channel_stride = shape.output_channels * phase.output_stride;
  phase.matrix_rows = grid.points[2];
  for (size_t i = epilogue::kFirstOperand; i < problem.inputs.size(); ++i)
    phase.operands.push_back(operand_of(problem, i, grid));
  phase.out = {out.dtype, grid.out_step[1] * width * pitch, grid.out_step[2] * pitch};
  phase.out_first = (grid.out_first[1] * width + grid.out_first[2]) * pitch;
  phase.grid = std::move(grid);
  return phase;
}

}  // namespace

bool is_deconvolution(const Problem& problem) {
  return problem.attributes->find("output_padding") != nullptr;
}

std::string read_problem(const Problem& problem, Setup& setup) {
  const bool is_product = problem.attributes->find("op0") != nullptr;
  std::string refusal =
      refuse_operands(problem, is_product ? Layout::Linear : Layout::ChannelsLast);
  if (refusal.empty())
    refusal = is_product ? read_product(problem, setup) : read_convolution(problem, setup);
  return refusal.empty() ? read_numbers(problem, setup) : refusal;
}

std::string read_phases(const Problem& problem, std::vector<Setup>& phases) {
  std::string refusal = refuse_operands(problem, Layout::ChannelsLast);
  if (!refusal.empty()) return refusal;
  for (size_t i = epilogue::kFirstOperand; i < problem.inputs.size(); ++i)
    if (auto reason = convolution::refuse_operand(problem, i)) return *reason;
  const auto shape =
      ops::deconvolution_shape(*problem.attributes, problem.inputs[0].dims, problem.inputs[1].dims);
  if (shape.groups != 1) return "needs one group";
  if (shape.output[0] != 1 || shape.stride[0] != 1) return "needs at most two spatial axes";
  if (shape.batch != 1 && shape.output[1] % shape.stride[1] != 0)
    return "needs as many rows in each phase, or one image";
  for (convolution::IndirectionGrid& grid : convolution::deconvolution_grids(shape)) {
    if (grid.size() == 0) continue;
    if (grid.taps() == 0) return "needs windows that reach all outputs";
    phases.push_back(phase_of(problem, shape, std::move(grid)));
    refusal = read_numbers(problem, phases.back());
    if (!refusal.empty()) return refusal;
  }
  return "";
}

epilogue::Finisher make_finisher(const Setup& setup, core::Isa isa) {
  if (setup.program) return {*setup.program, setup.operands, setup.out, core::cpu_isa()};
  return {setup.links, setup.operands, setup.out, isa};
}

void finish_rows(const epilogue::Finisher& finisher, const RunArgs& args, int64_t matrix_rows,
                 epilogue::SumsBlock block, void* scratch) {
  int64_t row = block.row, left = block.rows;
  while (left > 0) {
    block.row = row % matrix_rows;
    block.rows = std::min(left, matrix_rows - block.row);
    finisher.run(args, row / matrix_rows, block, scratch);
    row += block.rows;
    left -= block.rows;
    block.sums += block.rows * block.stride;
  }
}

PanelLayout::PanelLayout(const Tiles& tiles, const Setup& setup)
    : lanes(tiles.lanes),
      width(int64_t{tiles.lanes} * tiles.max_vectors),
      steps(tiles.steps(setup.depth())),
      outputs(setup.outputs),
      groups(setup.groups),
      panels((setup.outputs + width - 1) / width),
      panel_bytes(steps * width * 4),
      group_bytes(0) {
  group_bytes = static_cast<int64_t>(core::align_up(
      static_cast<size_t>((panels - 1) * panel_bytes + steps * vectors(panels - 1) * lanes * 4)));
}

int PanelLayout::columns(int64_t panel) const {
  return static_cast<int>(std::min(width, outputs - panel * width));
}

void pack(const int8_t* weights, const float* rescale, const Setup& setup, const Tiles& tiles,
          std::byte* out) {
  const PanelLayout layout(tiles, setup);
  std::memset(out, 0, layout.bytes());
  auto* offsets = reinterpret_cast<int32_t*>(out + layout.groups * layout.group_bytes);
  auto* factors = reinterpret_cast<float*>(offsets) + layout.total_panels() * layout.width;
  float* summands = factors + layout.total_panels() * layout.width;
  const int64_t channels = setup.groups * setup.outputs;
  // Bytes of A are unsigned, and what their zero point adds is taken off again.
  const bool is_bytes = tiles.form == Form::Bytes;
  const int64_t zero = is_bytes ? setup.zero_point + (setup.is_signed ? 128 : 0) : 0;
  for (int64_t k = 0; k < channels; ++k) {
    const int64_t group = k / setup.outputs, within = k % setup.outputs;
    const int64_t panel = within / layout.width, j = within % layout.width;
    std::byte* to = out + group * layout.group_bytes + panel * layout.panel_bytes + j * 4;
    const int64_t step_bytes = int64_t{layout.vectors(panel)} * layout.lanes * 4;
    const Column column{weights + k * setup.output_stride, setup};
    const int64_t sum = is_bytes ? pack_column<int8_t>(column, setup.depth(), step_bytes, to)
                                 : pack_column<int16_t>(column, setup.depth(), step_bytes, to);
    const int64_t at = (group * layout.panels + panel) * layout.width + j;
    offsets[at] = static_cast<int32_t>(-zero * sum);
    if (rescale == nullptr) continue;
    factors[at] = rescale[k];
    summands[at] = rescale[channels + k];
  }
}

}  // namespace trtlike::kernels::quantized
