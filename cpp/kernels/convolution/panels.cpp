// Dividing output channels into panels, and packing them.
#include "kernels/convolution/panels.h"

#include <algorithm>

#include "core/os/memory.h"

namespace trtlike::kernels::convolution {
namespace {

/// How many neighbouring groups share a panel: the largest divisor of the number of groups whose
/// output channels still fit one vector.
int64_t merged_groups(const ops::ConvolutionShape& shape, int lanes) {
  const int64_t outputs = shape.output_channels / shape.groups;
  int64_t merged = 1;
  for (int64_t n = 2; n <= shape.groups && n * outputs <= lanes; ++n)
    if (shape.groups % n == 0) merged = n;
  return merged;
}

}  // namespace

PanelPlan plan_panels(const ops::ConvolutionShape& shape, int64_t taps, int lanes,
                      int max_vectors) {
  const int64_t merged = merged_groups(shape, lanes);
  const int64_t groups = shape.groups / merged;
  const int64_t outputs = shape.output_channels / groups;
  PanelPlan plan;
  plan.taps = taps;
  plan.channels = shape.input_channels / groups;
  plan.lanes = lanes;
  const int64_t vectors = (outputs + lanes - 1) / lanes;
  const int64_t count = (vectors + max_vectors - 1) / max_vectors;
  for (int64_t g = 0; g < groups; ++g)
    for (int64_t i = 0; i < count; ++i) {
      const int64_t first = vectors * i / count, last = vectors * (i + 1) / count;
      const int64_t end = std::min(outputs, last * lanes);
      plan.panels.push_back({.in_channel = g * plan.channels,
                             .out_channel = g * outputs + first * lanes,
                             .out_channels = static_cast<int>(end - first * lanes),
                             .vectors = static_cast<int>(last - first),
                             .bias = plan.floats,
                             .weights = 0});
      plan.floats += (last - first) * lanes;
    }
  plan.biases = plan.floats;
  for (Panel& panel : plan.panels) {
    panel.weights = plan.floats;
    plan.floats += plan.panel_floats(panel);
  }
  return plan;
}

void pack_panels(const PanelPlan& plan, const ops::ConvolutionShape& shape, const WeightAt& weight,
                 const std::vector<float>& bias, float* to) {
  const int64_t group_inputs = shape.input_channels / shape.groups;
  const int64_t group_outputs = shape.output_channels / shape.groups;
  for (const Panel& panel : plan.panels) {
    const int64_t width = panel.vectors * plan.lanes;
    for (int64_t i = 0; i < panel.out_channels; ++i) {
      const int64_t k = panel.out_channel + i;
      if (!bias.empty()) to[panel.bias + i] = bias[static_cast<size_t>(k)];
      const int64_t skipped = k / group_outputs * group_inputs - panel.in_channel;
      for (int64_t t = 0; t < plan.taps; ++t) {
        float* at = to + panel.weights + (t * plan.channels + skipped) * width + i;
        for (int64_t c = 0; c < group_inputs; ++c) at[c * width] = weight(k, c, t);
      }
    }
  }
}

}  // namespace trtlike::kernels::convolution
