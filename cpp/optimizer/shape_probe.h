// Tries a graph's shapes at a few values of its unknown extents, to see which are always the same.
#pragma once

#include <optional>
#include <vector>

#include "ir/graph.h"

namespace trtlike::optimizer {

/// The graph's types and host values at several choices of the network inputs' unknown extents: in
/// rising and in falling order, large and small, all 1. Inputs' dimensions of one name get one
/// value. What holds at every choice is taken to hold always.
class ShapeProbe {
 public:
  explicit ShapeProbe(const ir::Graph& graph);

  /// False when nothing is unknown, or when too few choices fit the network to tell extents apart.
  bool is_usable() const { return usable_; }
  size_t num_choices() const { return choices_.size(); }
  const Dims& dims(ir::ValueId id, size_t choice) const;
  const ops::HostValue& host(ir::ValueId id, size_t choice) const;

  /// True when both values have the same, known shape at every choice.
  bool have_equal_dims(ir::ValueId a, ir::ValueId b) const;
  /// True when element `element` of `shape` is extent `axis` of `value` at every choice.
  bool is_extent(ir::ValueId shape, size_t element, ir::ValueId value, int axis) const;

 private:
  std::vector<ir::Graph> choices_;
  bool usable_ = false;
};

}  // namespace trtlike::optimizer
