// Which extents and shape tensors' elements are equal at every run, by construction: they are
// traced to the unknown extents of the network's inputs.
#pragma once

#include <map>
#include <utility>

#include "ir/graph.h"
#include "optimizer/expressions.h"

namespace trtlike::optimizer {

/// Traces on demand and remembers; valid while values keep their meaning, as they do in rewrites.
class Extents {
 public:
  using Id = Expressions::Id;

  explicit Extents(const ir::Graph& graph) : graph_(graph) {}

  Id extent(ir::ValueId value, int axis);
  /// Element `index` of an integer tensor, counted row by row.
  Id element(ir::ValueId value, int64_t index);

  /// True when both have the same shape at every run.
  bool have_equal_dims(ir::ValueId a, ir::ValueId b);
  /// True when the two extents are equal at every run in which tensors of them can meet in an
  /// element-wise node: they are equal at every run, or neither is ever 1.
  bool are_equal_where_they_meet(Id a, Id b);
  /// The same for every axis of two values.
  bool are_equal_where_they_meet(ir::ValueId a, ir::ValueId b);

  /// The elements of input `input` of a node or, where it is absent, of the attribute; none when
  /// their number is not known.
  std::vector<Id> list(const ir::Node& node, size_t input, const char* attribute);

  Expressions& expressions() { return expressions_; }

 private:
  /// Deeper than this an integer stands for itself, which is always right.
  static constexpr int kMaxDepth = 2000;

  struct ElementSource {
    ir::ValueId value;
    int64_t index = 0;
  };

  Id trace_extent(ir::ValueId value, int axis);
  Id trace_element(ir::ValueId value, int64_t index);
  Id input_extent(ir::ValueId value, int axis);
  /// An integer about which nothing is known but where it stands.
  Id own_extent(ir::ValueId value, int axis);
  Id own_element(ir::ValueId value, int64_t index);

  Id broadcast(Id a, Id b);
  Id broadcast_operands(const ir::Node& node, int axis);
  Id window_extent(const ir::Node& node, ir::ValueId out, int axis);
  Id padded_extent(const ir::Node& node, ir::ValueId out, int axis);
  Id product_extent(const ir::Node& node, ir::ValueId out, int axis);
  Id concatenated_extent(const ir::Node& node, int axis);
  Id shuffled_extent(const ir::Node& node, ir::ValueId out, int axis);
  /// The extent that a reshape gives to its -1.
  Id left_over(const ir::Node& node, ir::ValueId out, int axis, const std::vector<Id>& wanted);
  Id slice_extent(const ir::Node& node, ir::ValueId out, int axis);
  Id resized_extent(const ir::Node& node, ir::ValueId out, int axis);
  Id copied_extent(const ir::Node& node, ir::ValueId out, int axis);

  Id element_wise(const ir::Node& node, ir::ValueId out, int64_t index);
  Id product_of_elements(const ir::Node& node, ir::ValueId out);
  std::optional<ElementSource> moved_element(const ir::Node& node, int64_t index) const;

  const ir::Graph& graph_;
  Expressions expressions_;
  std::map<std::pair<ir::ValueId, int64_t>, Id> extents_, elements_;
  int depth_ = 0;
};

}  // namespace trtlike::optimizer
