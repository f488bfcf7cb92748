// What classifiers and regressors of ai.onnx.ml share: transforms of scores, and class labels.
#pragma once

#include "onnx/layers.h"

namespace trtlike::onnx {

inline constexpr const char* kMlDomain = "ai.onnx.ml";

/// NONE, SOFTMAX, SOFTMAX_ZERO, LOGISTIC or PROBIT of rows of scores.
ValueId post_transform(NodeContext& node, ValueId scores, const std::string& name);
/// The attribute "post_transform", or NONE.
std::string post_transform_name(NodeContext& node);

/// The number of class labels, whatever they are.
int64_t num_labels(NodeContext& node);
/// The labels of these classes (one a row). None where nobody reads them; fails where they are
/// strings.
ValueId labels_of(NodeContext& node, ValueId classes);
/// The first of the largest scores of each row.
ValueId best_class(NodeContext& node, ValueId scores);
/// Numbers from an attribute as a float constant of these extents; fails where there are more or
/// fewer.
ValueId float_table(NodeContext& node, const Dims& dims, const std::vector<double>& elements);
/// A column [N, 1] as its elements [N].
ValueId column(NodeContext& node, ValueId x);

}  // namespace trtlike::onnx
