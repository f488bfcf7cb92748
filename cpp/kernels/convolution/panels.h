// Weights of direct convolution as the register tiles read them: panels of a few vectors of output
// channels, each [taps][channels][vectors * lanes], behind one bias row a panel.
#pragma once

#include <functional>
#include <vector>

#include "kernels/tactic.h"
#include "ops/shapes/convolution_shape.h"

namespace trtlike::kernels::convolution {

/// Output channels that are computed together; they read the same input channels.
struct Panel {
  int64_t in_channel;
  int64_t out_channel;
  int out_channels;
  int vectors;
  int64_t bias;     ///< offset of vectors * lanes floats in the packed constants
  int64_t weights;  ///< offset of [taps][channels][vectors * lanes]
};

struct PanelPlan {
  int64_t taps = 1;
  int64_t channels = 1;  ///< input channels that each panel sums
  int lanes = 16;
  std::vector<Panel> panels;
  int64_t biases = 0;  ///< elements before the first weight
  int64_t floats = 0;

  int64_t panel_floats(const Panel& panel) const { return taps * channels * panel.vectors * lanes; }
  /// The panel's parts among packed constants: rows of biases in the type of the sums, then
  /// weights.
  template <typename Types>
  const typename Types::Sum* bias_of(const Panel& panel, const void* packed) const {
    return static_cast<const typename Types::Sum*>(packed) + panel.bias;
  }
  template <typename Types>
  const typename Types::B* weights_of(const Panel& panel, const void* packed) const {
    const auto* all = static_cast<const typename Types::Sum*>(packed) + biases;
    return reinterpret_cast<const typename Types::B*>(all) + (panel.weights - biases);
  }
};

/// Groups that fill less than a vector are merged (their weights for each other's inputs are zero);
/// each group's channels are spread evenly over panels of at most `max_vectors`. Depends on nothing
/// that may change at run time.
PanelPlan plan_panels(const ops::ConvolutionShape& shape, int64_t taps, int lanes, int max_vectors);

/// The weight of (output channel, input channel within its group, tap).
using WeightAt = std::function<float(int64_t out_channel, int64_t channel, int64_t tap)>;

/// Writes bias rows and weights of `plan` to `to` (plan.floats of them, zero before). `bias` may be
/// empty.
void pack_panels(const PanelPlan& plan, const ops::ConvolutionShape& shape, const WeightAt& weight,
                 const std::vector<float>& bias, float* to);

}  // namespace trtlike::kernels::convolution
