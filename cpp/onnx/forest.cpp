// Tables of nodes and leaves.
#include "onnx/forest.h"

#include "ops/shapes/tree_shape.h"

namespace trtlike::onnx {

int64_t Forest::add_node(int64_t feature, TreeMode mode, double split, bool missing_is_true) {
  features_.push_back(static_cast<double>(feature));
  rules_.push_back(
      static_cast<double>(static_cast<int64_t>(mode) + (missing_is_true ? ops::kMissingHolds : 0)));
  splits_.push_back(split);
  children_.resize(children_.size() + 2);
  return static_cast<int64_t>(features_.size()) - 1;
}

int64_t Forest::add_leaf(const std::vector<std::pair<int64_t, double>>& entries) {
  for (const auto& [target, weight] : entries) {
    targets_.push_back(static_cast<double>(target));
    weights_.push_back(weight);
  }
  ends_.push_back(static_cast<double>(weights_.size()));
  return -static_cast<int64_t>(ends_.size());
}

void Forest::set_children(int64_t node, int64_t if_true, int64_t if_false) {
  children_[static_cast<size_t>(2 * node)] = static_cast<double>(if_true);
  children_[static_cast<size_t>(2 * node + 1)] = static_cast<double>(if_false);
}

ValueId Forest::add_to(NodeContext& node, ValueId x, DataType dtype, int64_t targets,
                       int64_t aggregate) {
  const auto list = [&](DataType type, const std::vector<double>& elements) {
    return node.add_weights(type, {static_cast<int64_t>(elements.size())}, elements);
  };
  const auto ints = [&](const std::vector<double>& elements) {
    return list(DataType::Int32, elements);
  };
  const ValueId children =
      node.add_weights(DataType::Int32, {static_cast<int64_t>(features_.size()), 2}, children_);
  return node.add("TreeEnsemble",
                  {x, ints(features_), ints(rules_), list(dtype, splits_), children, ints(roots_),
                   ints(ends_), ints(targets_), list(dtype, weights_)},
                  {{"num_targets", targets}, {"aggregate", aggregate}});
}

}  // namespace trtlike::onnx
