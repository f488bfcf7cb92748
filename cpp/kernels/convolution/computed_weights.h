// Weights that are known when the network runs: modulated and dynamic filters. A phase before the
// sums packs them into the run's shared memory, in the form in which constants lie in a plan.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernels/convolution/panels.h"

namespace trtlike::kernels::convolution {

/// Element (output channel k, channel c of its group's inputs, kernel element e) of a convolution's
/// or deconvolution's weights, linear or channels last, and the bias.
class WeightsView {
 public:
  WeightsView(const Problem& problem, const ops::ConvolutionShape& shape);

  int64_t offset(int64_t k, int64_t c, int64_t e) const {
    return k / group_outputs_ * group_ + k % group_outputs_ * out_ + c * channel_ + e * element_;
  }
  /// Floats from one channel of the inputs to the next, and from one element to the next.
  int64_t channel_stride() const { return channel_; }
  int64_t element_stride() const { return element_; }
  float bias(const RunArgs& args, int64_t k) const;

 private:
  int64_t group_outputs_;
  int64_t group_, out_, channel_, element_;
  TensorDesc bias_;
};

/// Why the weights cannot be packed while the network runs.
std::optional<std::string> refuse_computed(const Problem& problem);

/// Packs panels. Nothing to do for constant weights.
class ComputedPanels {
 public:
  ComputedPanels(const Problem& problem, const ops::ConvolutionShape& shape);

  bool are_computed() const { return computed_; }
  /// Panels that lie `offset` floats into the shared memory; tap t is kernel element elements[t].
  void add(const PanelPlan& plan, const std::vector<int64_t>& elements, int64_t offset);
  /// The slices of the packing phase, once all are added.
  int slices(int threads);
  void pack(const RunArgs& args, int slice) const noexcept;

 private:
  struct Part {
    const PanelPlan* plan;
    std::vector<int64_t> elements;
    int64_t offset;
    int64_t first_row;
  };
  void pack_rows(const Part& part, int64_t first, int64_t last, const RunArgs& args) const;
  void pack_row(const Part& part, const Panel& panel, int64_t channel, const float* weights,
                float* to) const;

  bool computed_;
  ops::ConvolutionShape shape_;
  WeightsView view_;
  std::vector<Part> parts_;
  /// Input channels of all panels of all parts: what is divided among the slices.
  int64_t rows_ = 0;
  int slices_ = 1;
};

}  // namespace trtlike::kernels::convolution
