// Decision trees as the op TreeEnsemble reads them, put together from ONNX's lists.
#pragma once

#include <vector>

#include "onnx/node_context.h"

namespace trtlike::onnx {

/// Comparisons in ONNX's numbers, from TreeEnsemble 5 on.
enum class TreeMode : int64_t {
  LessOrEqual,
  Less,
  GreaterOrEqual,
  Greater,
  Equal,
  NotEqual,
  Member
};

class Forest {
 public:
  /// A new node without children; gives its number.
  int64_t add_node(int64_t feature, TreeMode mode, double split, bool missing_is_true);
  /// A leaf of these entries; gives the number that stands for it among children.
  int64_t add_leaf(const std::vector<std::pair<int64_t, double>>& entries);
  void set_children(int64_t node, int64_t if_true, int64_t if_false);
  void add_root(int64_t child) { roots_.push_back(static_cast<double>(child)); }
  size_t num_trees() const { return roots_.size(); }

  /// The layer: one column a target. `dtype` is that of splits, weights and the result; `aggregate`
  /// is AVERAGE (0), SUM (1), MIN (2) or MAX (3).
  ValueId add_to(NodeContext& node, ValueId x, DataType dtype, int64_t targets, int64_t aggregate);

 private:
  std::vector<double> features_, rules_, splits_, children_, roots_, ends_, targets_, weights_;
};

}  // namespace trtlike::onnx
