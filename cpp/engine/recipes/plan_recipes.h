// How constants of a plan follow from weights that it can be given anew: plain data, as all of the
// plan. Evaluated by refit.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/tensor_desc.h"
#include "ops/op.h"

namespace trtlike::engine {

/// A range of the constants section.
struct BlobRange {
  uint64_t offset = 0;
  uint64_t bytes = 0;
};

/// Weights of the network.
struct PlanWeights {
  /// Empty for those that have no name; their layers tell them.
  std::string name;
  DataType dtype = DataType::Float;
  int64_t count = 0;
  /// Of the elements that the plan was built with, where no others may be given; 0: any may.
  uint64_t checksum = 0;
  /// Layers of the network that have them as their own, and as what.
  struct Use {
    std::string layer;
    WeightsRole role = WeightsRole::Any;
  };
  std::vector<Use> uses;
};

enum class RecipeSource : int32_t {
  Weights = 0,   ///< weights as they are
  Literal = 1,   ///< elements that the plan keeps
  View = 2,      ///< another value's elements with other extents
  Computed = 3,  ///< an output of a step
};

struct RecipeValue {
  RecipeSource source = RecipeSource::Computed;
  DataType dtype = DataType::Float;
  Dims dims{};
  /// The index of the weights, or of the value that is viewed.
  int32_t of = -1;
  BlobRange literal{};
};

/// One op on values.
struct RecipeStep {
  std::string op;
  ops::Attributes attributes;
  /// Indices of values; -1 for an absent input, or an output that nobody needs.
  std::vector<int32_t> inputs, outputs;
};

/// Where a value goes, stored as `desc` says.
struct RecipeTarget {
  int32_t value = -1;
  kernels::TensorDesc desc;
  BlobRange range;
};

struct PlanRecipes {
  std::vector<PlanWeights> weights;
  std::vector<RecipeValue> values;
  /// Inputs are computed by earlier ones.
  std::vector<RecipeStep> steps;
  std::vector<RecipeTarget> targets;
  /// Where the targets begin in the constants section: behind everything else.
  uint64_t kept_bytes = 0;

  bool empty() const { return weights.empty(); }
};

}  // namespace trtlike::engine
