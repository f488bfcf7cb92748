// TreeEnsembleRegressor and TreeEnsembleClassifier (trees by ids of trees and nodes), TreeEnsemble
// (trees by positions).
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "onnx/classifiers.h"
#include "onnx/forest.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;
using Ints = std::vector<int64_t>;
using Floats = std::vector<double>;
using Entries = std::vector<std::pair<int64_t, double>>;
/// A tree's number and a node's in it.
using TreeNode = std::pair<int64_t, int64_t>;

Floats read_tensor(NodeContext& node, const ::onnx::TensorProto& proto) {
  const TensorData tensor = node.tensors().read(proto);
  const core::TensorView view{const_cast<void*>(tensor.data.data.get()), tensor.dtype, tensor.dims};
  Floats elements;
  for (int64_t i = 0; i < view.elems(); ++i) elements.push_back(view.at(i));
  return elements;
}

/// The list `name`, or the tensor "<name>_as_tensor", of doubles mostly.
Floats numbers(NodeContext& node, const std::string& name) {
  if (node.has_attribute(name + "_as_tensor"))
    return read_tensor(node, node.get_tensor(name + "_as_tensor"));
  return node.get_floats(name, Floats{});
}

DataType table_type(NodeContext& node) {
  return node.has_attribute("nodes_values_as_tensor") ? DataType::Double : DataType::Float;
}

void check_length(NodeContext& node, const std::string& name, size_t got, size_t expected) {
  if (got != expected)
    node.fail_attribute(name, core::str("expected ", expected, " elements, got ", got, "."));
}

/// The trees of the classic operators, written node by node.
class ClassicTrees {
 public:
  /// `role` is "class" or "target".
  ClassicTrees(NodeContext& node, const std::string& role) : node_(node) {
    read_entries(role);
    trees_ = node.get_ints("nodes_treeids");
    ids_ = node.get_ints("nodes_nodeids");
    modes_ = node.get_strings("nodes_modes");
    check_length(node, "nodes_nodeids", ids_.size(), trees_.size());
    check_length(node, "nodes_modes", modes_.size(), trees_.size());
    add_nodes();
    link();
  }

  Forest& forest() { return forest_; }
  /// The targets that leaves add to, and whether no weight is below 0.
  const std::set<int64_t>& targets() const { return targets_; }
  bool is_positive() const { return is_positive_; }

 private:
  void read_entries(const std::string& role) {
    const Ints trees = node_.get_ints(role + "_treeids"), ids = node_.get_ints(role + "_nodeids");
    const Ints targets = node_.get_ints(role + "_ids");
    const Floats weights = numbers(node_, role + "_weights");
    check_length(node_, role + "_nodeids", ids.size(), trees.size());
    check_length(node_, role + "_ids", targets.size(), trees.size());
    check_length(node_, role + "_weights", weights.size(), trees.size());
    for (size_t i = 0; i < trees.size(); ++i) {
      entries_[{trees[i], ids[i]}].emplace_back(targets[i], weights[i]);
      targets_.insert(targets[i]);
      is_positive_ = is_positive_ && weights[i] >= 0;
    }
  }

  TreeMode mode(const std::string& name) const {
    static const char* const names[] = {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE",
                                        "BRANCH_GT",  "BRANCH_EQ", "BRANCH_NEQ"};
    for (size_t i = 0; i < std::size(names); ++i)
      if (name == names[i]) return static_cast<TreeMode>(i);
    node_.fail_attribute(
        "nodes_modes",
        core::str("expected BRANCH_LEQ, _LT, _GTE, _GT, _EQ, _NEQ or LEAF, got '", name, "'."));
  }

  void add_nodes() {
    const Ints features = node_.get_ints("nodes_featureids");
    const Ints missing = node_.get_ints("nodes_missing_value_tracks_true", Ints{});
    const Floats values = numbers(node_, "nodes_values");
    check_length(node_, "nodes_featureids", features.size(), trees_.size());
    check_length(node_, "nodes_values", values.size(), trees_.size());
    for (size_t i = 0; i < trees_.size(); ++i) {
      const TreeNode name{trees_[i], ids_[i]};
      const bool missing_is_true = i < missing.size() && missing[i] != 0;
      const int64_t number = modes_[i] == "LEAF" ? forest_.add_leaf(entries_[name])
                                                 : forest_.add_node(features[i], mode(modes_[i]),
                                                                    values[i], missing_is_true);
      numbers_.emplace(name, number);
    }
  }

  int64_t child(size_t i, int64_t id) const {
    const auto found = numbers_.find({trees_[i], id});
    if (found == numbers_.end())
      node_.fail(Code::InvalidNode,
                 core::str("expected children that are nodes of their tree, got ", id, " in tree ",
                           trees_[i], "."));
    return found->second;
  }

  /// Children, and roots in the order of the trees' numbers: the first node of each.
  void link() {
    const Ints yes = node_.get_ints("nodes_truenodeids"), no = node_.get_ints("nodes_falsenodeids");
    check_length(node_, "nodes_truenodeids", yes.size(), trees_.size());
    check_length(node_, "nodes_falsenodeids", no.size(), trees_.size());
    std::map<int64_t, int64_t> roots;
    for (size_t i = 0; i < trees_.size(); ++i) {
      const int64_t number = numbers_.at({trees_[i], ids_[i]});
      roots.try_emplace(trees_[i], number);
      if (number >= 0) forest_.set_children(number, child(i, yes[i]), child(i, no[i]));
    }
    for (const auto& [tree, number] : roots) forest_.add_root(number);
  }

  NodeContext& node_;
  Forest forest_;
  Ints trees_, ids_;
  std::vector<std::string> modes_;
  std::map<TreeNode, Entries> entries_;
  std::map<TreeNode, int64_t> numbers_;
  std::set<int64_t> targets_;
  bool is_positive_ = true;
};

int64_t aggregate_of(NodeContext& node) {
  static const char* const names[] = {"AVERAGE", "SUM", "MIN", "MAX"};
  const std::string name = node.get_string("aggregate_function", "SUM");
  for (size_t i = 0; i < std::size(names); ++i)
    if (name == names[i]) return static_cast<int64_t>(i);
  node.fail_attribute("aggregate_function",
                      core::str("expected AVERAGE, SUM, MIN or MAX, got '", name, "'."));
}

ValueId with_base(NodeContext& node, ValueId scores, int64_t targets) {
  const Floats base = numbers(node, "base_values");
  if (base.empty()) return scores;
  const int64_t width = base.size() == 1 ? 1 : targets;
  return elementwise(node, Op::Sum, scores, float_table(node, {1, width}, base), "base");
}

Outputs import_regressor(NodeContext& node) {
  node.check_rank(0, 2);
  ClassicTrees trees(node, "target");
  const int64_t targets = node.get_int("n_targets", 1);
  const ValueId sums =
      trees.forest().add_to(node, node.input(0), table_type(node), targets, aggregate_of(node));
  return {post_transform(node, with_base(node, cast(node, sums, DataType::Float), targets),
                         post_transform_name(node))};
}

/// One score for two classes: the second one where it is above 0, or above 1/2 where no weight is
/// below 0.
Outputs import_binary(NodeContext& node, ValueId score, bool is_positive) {
  const std::string transform = post_transform_name(node);
  if (transform == "PROBIT")
    node.fail_attribute("post_transform",
                        "expected NONE, LOGISTIC or SOFTMAX for trees of one class, got PROBIT.");
  const ValueId is_second =
      column(node, elementwise(node, Op::Greater, score, is_positive ? 0.5 : 0.0, "is_second"));
  const bool is_logistic = transform == "LOGISTIC";
  const ValueId opposite =
      is_positive && !is_logistic
          ? elementwise(node, Op::Sub, node.scalar_like(score, 1.0), score, "opposite")
          : unary(node, UnaryOperation::Neg, score, "opposite");
  const ValueId scores = concat(node, {opposite, score}, 1, "both");
  return {labels_of(node, cast(node, is_second, DataType::Int64)),
          is_logistic ? post_transform(node, scores, transform) : scores};
}

/// The best class among those that leaves vote for; all of them where each has a base value.
ValueId best_voted(NodeContext& node, ValueId scores, const std::set<int64_t>& voted,
                   int64_t classes) {
  if (static_cast<int64_t>(voted.size()) == classes || !numbers(node, "base_values").empty())
    return best_class(node, scores);
  Floats bars(static_cast<size_t>(classes), -INFINITY);
  for (const int64_t target : voted) bars[static_cast<size_t>(target)] = 0;
  return best_class(
      node, elementwise(node, Op::Sum, scores, float_table(node, {1, classes}, bars), "voted"));
}

Outputs import_classifier(NodeContext& node) {
  node.check_rank(0, 2);
  ClassicTrees trees(node, "class");
  const int64_t classes = num_labels(node);
  const std::set<int64_t>& voted = trees.targets();
  if (classes < 2 || voted.empty() || *voted.begin() < 0 || *voted.rbegin() >= classes)
    node.fail_attribute("class_ids", core::str("expected classes below the number of labels, ",
                                               "which is 2 or more, got ", classes, " labels."));
  const bool is_binary = classes == 2 && voted == std::set<int64_t>{0};
  const int64_t width = is_binary ? 1 : classes;
  const ValueId sums = trees.forest().add_to(node, node.input(0), table_type(node), width, 1);
  const ValueId scores = with_base(node, cast(node, sums, DataType::Float), width);
  if (is_binary) return import_binary(node, scores, trees.is_positive());
  return {labels_of(node, best_voted(node, scores, voted, classes)),
          post_transform(node, scores, post_transform_name(node))};
}

/// The trees of opset 5: children by position, in one list of nodes and one of leaves.
class PositionedTrees {
 public:
  explicit PositionedTrees(NodeContext& node) : node_(node) {
    add_leaves();
    const Ints features = node.get_ints("nodes_featureids");
    count_ = features.size();
    const Floats splits = tensor("nodes_splits"), modes = tensor("nodes_modes");
    const Ints missing = node.get_ints("nodes_missing_value_tracks_true", Ints{});
    check_length(node, "nodes_splits", splits.size(), count_);
    check_length(node, "nodes_modes", modes.size(), count_);
    if (node.has_attribute("membership_values")) members_ = tensor("membership_values");
    for (size_t i = 0; i < count_; ++i) {
      const auto mode = static_cast<int64_t>(modes[i]);
      if (mode < 0 || mode > static_cast<int64_t>(TreeMode::Member))
        node.fail_attribute("nodes_modes", core::str("expected 0 to 6, got ", mode, "."));
      add(features[i], static_cast<TreeMode>(mode), splits[i],
          i < missing.size() && missing[i] != 0);
    }
    link();
  }

  Forest& forest() { return forest_; }

 private:
  Floats tensor(const char* name) { return read_tensor(node_, node_.get_tensor(name)); }

  void add_leaves() {
    const Ints targets = node_.get_ints("leaf_targetids");
    const Floats weights = tensor("leaf_weights");
    check_length(node_, "leaf_weights", weights.size(), targets.size());
    for (size_t i = 0; i < targets.size(); ++i)
      leaves_.push_back(forest_.add_leaf({{targets[i], weights[i]}}));
  }

  /// A node; a membership is a chain of equalities, ended by a NaN in the list of members.
  void add(int64_t feature, TreeMode mode, double split, bool missing_is_true) {
    Ints chain;
    if (mode != TreeMode::Member) {
      chain.push_back(forest_.add_node(feature, mode, split, missing_is_true));
    } else {
      for (; next_member_ < members_.size() && !std::isnan(members_[next_member_]); ++next_member_)
        chain.push_back(
            forest_.add_node(feature, TreeMode::Equal, members_[next_member_], missing_is_true));
      ++next_member_;
      if (chain.empty())
        node_.fail_attribute("membership_values",
                             "expected a member or more for each node of a set, got none.");
    }
    chains_.push_back(chain);
  }

  int64_t child(int64_t at, bool is_leaf) const {
    const auto count = static_cast<int64_t>(is_leaf ? leaves_.size() : count_);
    if (at < 0 || at >= count)
      node_.fail(Code::InvalidNode,
                 core::str("expected children below ", count, ", got ", at, "."));
    return is_leaf ? leaves_[static_cast<size_t>(at)] : chains_[static_cast<size_t>(at)].front();
  }

  void link() {
    const Ints yes = node_.get_ints("nodes_truenodeids"), no = node_.get_ints("nodes_falsenodeids");
    const Ints yes_leaf = node_.get_ints("nodes_trueleafs");
    const Ints no_leaf = node_.get_ints("nodes_falseleafs");
    check_length(node_, "nodes_truenodeids", yes.size(), count_);
    check_length(node_, "nodes_falsenodeids", no.size(), count_);
    check_length(node_, "nodes_trueleafs", yes_leaf.size(), count_);
    check_length(node_, "nodes_falseleafs", no_leaf.size(), count_);
    for (size_t i = 0; i < count_; ++i) {
      const int64_t if_true = child(yes[i], yes_leaf[i] != 0);
      int64_t if_false = child(no[i], no_leaf[i] != 0);
      for (auto at = chains_[i].rbegin(); at != chains_[i].rend(); ++at) {
        forest_.set_children(*at, if_true, if_false);
        if_false = *at;
      }
    }
    for (const int64_t root : node_.get_ints("tree_roots")) forest_.add_root(child(root, false));
  }

  NodeContext& node_;
  Forest forest_;
  size_t count_ = 0, next_member_ = 0;
  Floats members_;
  Ints leaves_;
  std::vector<Ints> chains_;
};

Outputs import_tree_ensemble(NodeContext& node) {
  node.check_rank(0, 2);
  PositionedTrees trees(node);
  static const char* const names[] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"};
  const int64_t transform = node.get_int("post_transform", 0);
  if (transform < 0 || transform > 4)
    node.fail_attribute("post_transform", core::str("expected 0 to 4, got ", transform, "."));
  const ValueId sums =
      trees.forest().add_to(node, node.input(0), node.dtype(node.input(0)),
                            node.get_int("n_targets"), node.get_int("aggregate_function", 1));
  return {post_transform(node, sums, names[transform])};
}

constexpr Importer kImporters[] = {
    {"TreeEnsembleRegressor", import_regressor, 0, kMlDomain},
    {"TreeEnsembleClassifier", import_classifier, 0, kMlDomain},
    {"TreeEnsemble", import_tree_ensemble, 0, kMlDomain},
};

}  // namespace

std::span<const Importer> ml_trees_importers() { return kImporters; }

}  // namespace trtlike::onnx
