// Recipes: how constants follow from the network's weights, step by step, so that other weights can
// take the same way. A pass or rule that computes a constant from constants does it here.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.h"

namespace trtlike::ir {

/// A constant without a graph: type, extents and elements.
struct Constant {
  ops::TensorType type;
  ConstantData data;
};

/// Weights that a plan can be given anew. Constants that have the same have the same object.
struct NamedWeights {
  std::string name;
};

/// Either weights as they are, or an output of an op on constants.
struct Recipe {
  ops::TensorType type;
  std::shared_ptr<const NamedWeights> weights;
  const ops::OpDefinition* op = nullptr;
  ops::Attributes attributes;
  /// Nothing for an absent input.
  std::vector<std::optional<Constant>> inputs;
  size_t output = 0;
};

/// The recipe of weights themselves.
std::shared_ptr<const Recipe> make_weights_recipe(const std::string& name,
                                                  const ops::TensorType& type);

/// The constant behind a value, to compute with; null data for other values.
Constant constant_of(const Graph& graph, ValueId id);

/// The integers behind a constant, which has some, with these extents.
Constant integers_of(const ConstantData& constant, const Dims& dims);

/// The outputs of an op on constants, with the recipes that follow from theirs.
std::vector<Constant> compute(const ops::OpDefinition& op, const ops::Attributes& attributes,
                              std::span<const std::optional<Constant>> inputs);
/// The one output; attributes are completed by the op's defaults.
Constant compute(std::string_view op, const AttributeList& attributes,
                 const std::vector<Constant>& inputs);
/// Sums, products and the like of two constants, which broadcast.
Constant combine(ElementWiseOperation operation, const Constant& a, const Constant& b);
/// The constants one after the other along `axis`.
Constant concatenate(const std::vector<Constant>& parts, int64_t axis);
/// A constant that is the same everywhere.
Constant filled(DataType dtype, const Dims& dims, double element);
/// The same elements with other extents.
Constant reshaped(Constant constant, const Dims& dims);

}  // namespace trtlike::ir
