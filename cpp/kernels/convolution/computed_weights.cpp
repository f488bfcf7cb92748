// Packing while the network runs.
#include "kernels/convolution/computed_weights.h"

#include <algorithm>

#include "core/strings.h"
#include "core/tensor_view.h"

namespace trtlike::kernels::convolution {
namespace {

constexpr size_t kWeights = 1, kBias = 2;
/// Floats that are worth handing to another thread.
constexpr int64_t kLeastFloats = 1 << 15;

}  // namespace

WeightsView::WeightsView(const Problem& problem, const ops::ConvolutionShape& shape)
    : group_outputs_(shape.output_channels / shape.groups) {
  const TensorDesc& desc = problem.inputs[kWeights];
  const bool is_linear = desc.layout == Layout::Linear;
  const int64_t elements = shape.kernel[0] * shape.kernel[1] * shape.kernel[2];
  const int64_t first = is_linear ? desc.dims[1] * elements : elements * desc.pixel_pitch();
  const int64_t second = is_linear ? elements : 1;
  element_ = is_linear ? 1 : desc.pixel_pitch();
  if (ops::is_deconvolution(*problem.op)) {
    group_ = shape.input_channels / shape.groups * first;
    out_ = second;
    channel_ = first;
  } else {
    group_ = group_outputs_ * first;
    out_ = first;
    channel_ = second;
  }
  if (problem.has_input(kBias)) bias_ = problem.inputs[kBias];
}

float WeightsView::bias(const RunArgs& args, int64_t k) const {
  if (bias_.is_absent()) return 0;
  return static_cast<float>(
      core::TensorView{const_cast<void*>(args.inputs[kBias]), bias_.dtype, bias_.dims}.at(k));
}

std::optional<std::string> refuse_computed(const Problem& problem) {
  const TensorDesc& weights = problem.inputs[kWeights];
  if (weights.dtype != DataType::Float)
    return core::str("needs constant weights, or f32, got ", core::dtype_short_name(weights.dtype));
  if (problem.has_input(kBias) && !core::is_float(problem.inputs[kBias].dtype))
    return "needs a floating-point bias";
  return std::nullopt;
}

ComputedPanels::ComputedPanels(const Problem& problem, const ops::ConvolutionShape& shape)
    : computed_(!problem.is_constant(kWeights)), shape_(shape), view_(problem, shape) {}

void ComputedPanels::add(const PanelPlan& plan, const std::vector<int64_t>& elements,
                         int64_t offset) {
  parts_.push_back({&plan, elements, offset, rows_});
  rows_ += static_cast<int64_t>(plan.panels.size()) * plan.channels;
}

int ComputedPanels::slices(int threads) {
  int64_t floats = 0;
  for (const Part& part : parts_) floats += part.plan->floats;
  slices_ = static_cast<int>(
      std::clamp<int64_t>(floats / kLeastFloats, 1, std::min(rows_ + 1, int64_t{4} * threads)));
  return slices_;
}

void ComputedPanels::pack(const RunArgs& args, int slice) const noexcept {
  const int64_t first = rows_ * slice / slices_, last = rows_ * (slice + 1) / slices_;
  for (const Part& part : parts_) {
    const int64_t rows = static_cast<int64_t>(part.plan->panels.size()) * part.plan->channels;
    pack_rows(part, std::clamp<int64_t>(first - part.first_row, 0, rows),
              std::clamp<int64_t>(last - part.first_row, 0, rows), args);
  }
}

void ComputedPanels::pack_rows(const Part& part, int64_t first, int64_t last,
                               const RunArgs& args) const {
  const PanelPlan& plan = *part.plan;
  const auto* weights = static_cast<const float*>(args.inputs[kWeights]);
  float* to = static_cast<float*>(args.shared) + part.offset;
  for (int64_t row = first; row < last; ++row) {
    const Panel& panel = plan.panels[static_cast<size_t>(row / plan.channels)];
    const int64_t channel = row % plan.channels;
    if (channel == 0)
      for (int i = 0; i < panel.vectors * plan.lanes; ++i)
        to[panel.bias + i] =
            i < panel.out_channels ? view_.bias(args, panel.out_channel + i) : 0.0f;
    pack_row(part, panel, channel, weights, to + panel.weights);
  }
}

/// The weights of one input channel: a row of the panel for each tap.
void ComputedPanels::pack_row(const Part& part, const Panel& panel, int64_t channel,
                              const float* weights, float* to) const {
  const PanelPlan& plan = *part.plan;
  const int64_t width = panel.vectors * plan.lanes;
  const int64_t group_inputs = shape_.input_channels / shape_.groups;
  const int64_t group_outputs = shape_.output_channels / shape_.groups;
  // The channels of the panel that read this input: all, or those of one of its merged groups.
  const int64_t group = (panel.in_channel + channel) / group_inputs;
  const int64_t begin = std::max<int64_t>(0, group * group_outputs - panel.out_channel);
  const int64_t end =
      std::min<int64_t>(panel.out_channels, (group + 1) * group_outputs - panel.out_channel);
  const int64_t c = (panel.in_channel + channel) % group_inputs;
  const int64_t step = end - begin > 1 ? view_.offset(panel.out_channel + begin + 1, 0, 0) -
                                             view_.offset(panel.out_channel + begin, 0, 0)
                                       : 0;
  for (int64_t t = 0; t < plan.taps; ++t) {
    float* row = to + (t * plan.channels + channel) * width;
    const float* from =
        weights + view_.offset(panel.out_channel + begin, c, part.elements[static_cast<size_t>(t)]);
    std::fill(row, row + begin, 0.0f);
    for (int64_t i = begin; i < end; ++i, from += step) row[i] = *from;
    std::fill(row + end, row + width, 0.0f);
  }
}

}  // namespace trtlike::kernels::convolution
