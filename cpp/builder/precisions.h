// Which element types nodes may compute in and values are stored in, from the builder's flags and
// the layers' constraints.
#pragma once

#include <optional>
#include <vector>

#include "ir/graph.h"
#include "trtlike/builder.h"

namespace trtlike::builder {

struct Precisions {
  /// What a node's floating-point operands may be taken as; never empty. FP16 tensors may always be
  /// computed on as FP32, which is no less exact; what they are stored as is another question.
  std::vector<DataType> allowed;
  /// Where the constraint on the layer is a preference: what to take if nothing computes so.
  std::vector<DataType> fallback;
};

/// One a node, in `order`.
std::vector<Precisions> choose_precisions(const ir::Graph& graph,
                                          const std::vector<ir::NodeId>& order,
                                          const BuilderConfig& config);

/// By value: the type that it is stored in whatever computes it. A layer's output type where the
/// flags ask for it. The declared type of what is declared as half or bfloat16, unless its elements
/// are rounded to that anyway: explicit casts round, and no number depends on which kernel is the
/// fastest. FP32 for the network's outputs, for what normalizations, softmax and sums over
/// an axis read, for what such sums give, and for terms of sums on the way there, such as the
/// residual stream of a transformer or the decoding of boxes: rounding those costs accuracy and
/// saves next to nothing.
std::vector<std::optional<DataType>> choose_stored_types(const ir::Graph& graph,
                                                         const std::vector<ir::NodeId>& order,
                                                         const BuilderConfig& config);

/// One a node, in `order`: whether integers are made of its outputs, element by element, so that it
/// computes in the order of the direct sums, which are whole where their terms are.
std::vector<bool> find_strict(const ir::Graph& graph, const std::vector<ir::NodeId>& order);

/// Whether a constant may stand in the plan as FP16: FP32, large enough to be worth it, no element
/// beyond the largest half, and the largest one no subnormal half.
bool fits_half(const void* data, DataType dtype, const Dims& dims);

/// Without ObeyPrecisionConstraints or PreferPrecisionConstraints a layer's precision and output
/// types are no more than remarks: they are dropped, those of the network's outputs excepted.
void drop_idle_constraints(ir::Graph& graph, const BuilderConfig& config);

}  // namespace trtlike::builder
