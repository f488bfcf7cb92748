// TreeEnsemble: decision trees whose leaves add to targets.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/host_values.h"
#include "ops/shapes/tree_shape.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  const TensorType &x = args.inputs[kX], &weights = args.inputs[kWeights];
  TRTLIKE_CHECK(core::is_number(x.dtype) && x.dims.rank() == 2,
                "[ops] input 0 'input': expected rows of numbers, got ", core::dtype_name(x.dtype),
                " with shape ", x.dims, ".");
  for (const size_t i : {kFeatures, kRules, kChildren, kRoots, kEnds, kTargets})
    TRTLIKE_CHECK(core::is_integer(args.inputs[i].dtype), "[ops] input ", i,
                  ": expected integers, got ", core::dtype_name(args.inputs[i].dtype), ".");
  check_float(args, kSplits, "splits");
  check_float(args, kWeights, "weights");
  const Dims& nodes = args.inputs[kFeatures].dims;
  TRTLIKE_CHECK(nodes.rank() == 1 && args.inputs[kRules].dims == nodes &&
                    args.inputs[kSplits].dims == nodes &&
                    args.inputs[kChildren].dims == Dims({nodes[0], 2}) &&
                    args.inputs[kTargets].dims == weights.dims,
                "[ops] inputs: expected lists of one length, got nodes ", nodes, ", ",
                args.inputs[kRules].dims, ", ", args.inputs[kSplits].dims, " and ",
                args.inputs[kChildren].dims, ", entries ", args.inputs[kTargets].dims, " and ",
                weights.dims, ".");
  const int64_t aggregate = args.attributes.get_int("aggregate");
  TRTLIKE_CHECK(aggregate >= 0 && aggregate <= 3,
                "[ops] attribute 'aggregate': expected AVERAGE (0), SUM (1), MIN (2) or MAX (3), ",
                "got ", aggregate, ".");
  const int64_t targets = args.attributes.get_int("num_targets");
  TRTLIKE_CHECK(targets >= 1, "[ops] attribute 'num_targets': expected 1 or more, got ", targets,
                ".");
  args.outputs[0] = {weights.dtype, {x.dims[0], targets}};
}

struct Forest {
  std::vector<int64_t> features, rules, children, roots, ends, targets;
  std::vector<double> splits, weights;
};

/// The leaf that a row falls into; -1 where there is none: links that lead nowhere or in circles.
int64_t find_leaf(const Forest& f, int64_t at, std::span<const double> row) {
  const auto nodes = static_cast<int64_t>(f.features.size());
  for (int64_t step = 0; step <= nodes; ++step) {
    if (at < 0) return -1 - at < static_cast<int64_t>(f.ends.size()) ? -1 - at : -1;
    if (at >= nodes) return -1;
    const auto n = static_cast<size_t>(at);
    const auto feature = static_cast<size_t>(f.features[n]);
    if (feature >= row.size()) return -1;
    at = f.children[2 * n + (holds(f.rules[n], row[feature], f.splits[n]) ? 0 : 1)];
  }
  return -1;
}

/// Combines weights in one target.
class Sum {
 public:
  explicit Sum(TreeAggregate aggregate) : aggregate_(aggregate) {}

  void add(double weight) {
    if (is_empty_ || (aggregate_ == TreeAggregate::Min && weight < value_) ||
        (aggregate_ == TreeAggregate::Max && weight > value_))
      value_ = weight;
    else if (aggregate_ == TreeAggregate::Sum || aggregate_ == TreeAggregate::Average)
      value_ += weight;
    is_empty_ = false;
  }
  double value(size_t trees) const {
    return aggregate_ == TreeAggregate::Average ? value_ / static_cast<double>(trees) : value_;
  }

 private:
  TreeAggregate aggregate_;
  double value_ = 0;
  bool is_empty_ = true;
};

void add_tree(const Forest& f, int64_t root, std::span<const double> row, std::vector<Sum>& sums) {
  const int64_t leaf = find_leaf(f, root, row);
  if (leaf < 0) return;
  const auto entries = static_cast<int64_t>(f.weights.size());
  const auto end = std::clamp<int64_t>(f.ends[static_cast<size_t>(leaf)], 0, entries);
  const int64_t begin = leaf == 0 ? 0 : f.ends[static_cast<size_t>(leaf) - 1];
  for (int64_t i = std::max<int64_t>(begin, 0); i < end; ++i) {
    const auto target = static_cast<size_t>(f.targets[static_cast<size_t>(i)]);
    if (target < sums.size()) sums[target].add(f.weights[static_cast<size_t>(i)]);
  }
}

void reference(const ReferenceArgs& args) {
  const auto ints = [&](TreeInput i) { return int_elements(args.inputs[i]); };
  const Forest forest{ints(kFeatures),
                      ints(kRules),
                      ints(kChildren),
                      ints(kRoots),
                      ints(kEnds),
                      ints(kTargets),
                      read_elements(args.inputs[kSplits]),
                      read_elements(args.inputs[kWeights])};
  const std::vector<double> x = read_elements(args.inputs[kX]);
  const auto width = static_cast<size_t>(args.inputs[kX].dims[1]);
  const auto aggregate = args.attributes.get_enum<TreeAggregate>("aggregate");
  const auto targets = static_cast<size_t>(args.attributes.get_int("num_targets"));
  std::vector<double> y;
  for (int64_t row = 0; row < args.inputs[kX].dims[0]; ++row) {
    std::vector<Sum> sums(targets, Sum(aggregate));
    const std::span<const double> features(x.data() + static_cast<size_t>(row) * width, width);
    for (const int64_t root : forest.roots) add_tree(forest, root, features, sums);
    for (const Sum& sum : sums) y.push_back(sum.value(forest.roots.size()));
  }
  write_elements(y, args.outputs[0]);
}

/// A tree is as deep as if it were balanced.
int64_t count_operations(const InferArgs& args) {
  const auto nodes = static_cast<double>(core::elems(args.inputs[kFeatures].dims));
  const auto trees = static_cast<double>(core::elems(args.inputs[kRoots].dims));
  const double depth = trees == 0 ? 0 : std::log2(nodes / trees + 2);
  return args.inputs[kX].dims[0] * static_cast<int64_t>(trees * depth);
}

}  // namespace

const OpDefinition& tree_ensemble_op() {
  static const OpDefinition op{
      .name = "TreeEnsemble",
      .meaning = "decision trees whose leaves add to targets",
      .layer_type = LayerType::PluginV3,
      .attributes = {{"num_targets", int64_t{1}}, {"aggregate", int64_t{1}}},
      .inputs = {{.name = "input"},
                 {.name = "features", .weights = true},
                 {.name = "rules", .weights = true},
                 {.name = "splits", .weights = true},
                 {.name = "children", .weights = true},
                 {.name = "roots", .weights = true},
                 {.name = "ends", .weights = true},
                 {.name = "targets", .weights = true},
                 {.name = "weights", .weights = true}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
  };
  return op;
}

}  // namespace trtlike::ops
