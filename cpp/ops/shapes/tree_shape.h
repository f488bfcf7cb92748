// How decision trees are told in TreeEnsemble's inputs: what its reference and kernels share.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace trtlike::ops {

/// A child of at least 0 is a node, one below is leaf -1 - child. Leaf i has the entries of targets
/// and weights from the end of leaf i - 1 to its own.
enum TreeInput : size_t {
  kX,
  kFeatures,
  kRules,
  kSplits,
  kChildren,
  kRoots,
  kEnds,
  kTargets,
  kWeights
};

enum class TreeAggregate : int64_t { Average, Sum, Min, Max };
enum class TreeComparison : int64_t { LessOrEqual, Less, GreaterOrEqual, Greater, Equal, NotEqual };
/// Added to a rule's comparison where a missing value holds.
inline constexpr int64_t kMissingHolds = 8;

template <typename T>
bool holds(int64_t rule, T x, T split) {
  if (std::isnan(x) && (rule & kMissingHolds) != 0) return true;
  switch (static_cast<TreeComparison>(rule & (kMissingHolds - 1))) {
    case TreeComparison::LessOrEqual:
      return x <= split;
    case TreeComparison::Less:
      return x < split;
    case TreeComparison::GreaterOrEqual:
      return x >= split;
    case TreeComparison::Greater:
      return x > split;
    case TreeComparison::Equal:
      return x == split;
    default:
      return x != split;
  }
}

}  // namespace trtlike::ops
