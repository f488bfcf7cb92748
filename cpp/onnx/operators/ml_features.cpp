// Operators of ai.onnx.ml that prepare features: scaling, imputing, encoding, choosing and joining
// columns.
#include <cmath>

#include "onnx/classifiers.h"
#include "onnx/extents.h"
#include "ops/shapes/reduce_shape.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

/// The operators give floats whatever they read; doubles are computed with as they are.
ValueId as_float(NodeContext& node, ValueId x) {
  return node.dtype(x) == DataType::Double ? x : cast(node, x, DataType::Float);
}

/// One number for all columns, or one each.
ValueId per_column(NodeContext& node, ValueId x, const std::vector<double>& elements) {
  const auto count = static_cast<int64_t>(elements.size());
  const int64_t columns = node.rank(x) == 0 ? 1 : node.dims(x)[node.rank(x) - 1];
  if (count != 1 && core::is_known(columns) && count != columns)
    node.fail(Code::InvalidNode,
              core::str("expected one number or ", columns, " for rows of shape ",
                        node.dims(x).to_string(), ", got ", count, "."));
  Dims dims = Dims::filled(node.rank(x), 1);
  if (node.rank(x) > 0) dims[node.rank(x) - 1] = count;
  return node.add_constant(node.dtype(x), dims, elements);
}

Outputs import_scaler(NodeContext& node) {
  ValueId x = as_float(node, node.input(0));
  const auto offset = node.get_floats("offset", std::vector<double>{});
  const auto scale = node.get_floats("scale", std::vector<double>{});
  if (!offset.empty()) x = elementwise(node, Op::Sub, x, per_column(node, x, offset), "offset");
  if (!scale.empty()) x = elementwise(node, Op::Prod, x, per_column(node, x, scale), "scale");
  return {cast(node, x, DataType::Float)};
}

Outputs import_binarizer(NodeContext& node) {
  const ValueId x = node.input(0);
  const ValueId above =
      elementwise(node, Op::Greater, x, node.get_float("threshold", 0.0), "above");
  return {cast(node, above, node.dtype(x))};
}

Outputs import_normalizer(NodeContext& node) {
  const ValueId x = as_float(node, node.input(0));
  const std::string norm = node.get_string("norm", "MAX");
  if (norm != "MAX" && norm != "L1" && norm != "L2")
    node.fail_attribute("norm", core::str("expected MAX, L1 or L2, got '", norm, "'."));
  const int64_t axis = node.rank(x) - 1;
  const ValueId size = norm == "L2" ? elementwise(node, Op::Prod, x, x, "square")
                                    : unary(node, UnaryOperation::Abs, x, "size");
  const auto operation = norm == "MAX" ? ReduceOperation::Max : ReduceOperation::Sum;
  ValueId divisor = reduce(node, static_cast<int64_t>(operation), size, {axis}, true, "norm");
  if (norm == "L2") divisor = unary(node, UnaryOperation::Sqrt, divisor, "root");
  divisor = elementwise(node, Op::Max, divisor, 1e-30, "least");
  return {cast(node, elementwise(node, Op::Div, x, divisor, "divide"), DataType::Float)};
}

Outputs import_imputer(NodeContext& node) {
  const ValueId x = node.input(0);
  std::vector<double> values = node.get_floats("imputed_value_floats", std::vector<double>{});
  double replaced = node.get_float("replaced_value_float", 0.0);
  if (values.empty()) {
    const auto integers = node.get_ints("imputed_value_int64s", std::vector<int64_t>{});
    values.assign(integers.begin(), integers.end());
    replaced = static_cast<double>(node.get_int("replaced_value_int64", 0));
  }
  if (values.empty())
    node.fail(Code::InvalidNode,
              "expected imputed_value_floats or imputed_value_int64s, got neither.");
  const ValueId is_missing = std::isnan(replaced)
                                 ? unary(node, UnaryOperation::IsNan, x, "is_missing")
                                 : elementwise(node, Op::Equal, x, replaced, "is_missing");
  return {select(node, is_missing, per_column(node, x, values), x)};
}

/// Inputs side by side, each cut or filled up with zeros to its number of columns.
Outputs import_feature_vectorizer(NodeContext& node) {
  const auto columns = node.get_ints("inputdimensions", std::vector<int64_t>{});
  std::vector<ValueId> parts;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    ValueId x = cast(node, node.input(i), DataType::Float);
    if (node.rank(x) == 1)
      x = unsqueeze(node, x, {1});
    else
      node.check_rank(i, 2);
    if (i < columns.size() && node.dims(x)[1] != columns[i]) {
      SliceArguments part;
      part.axes = {1};
      part.start = {0};
      part.shape = {columns[i]};
      part.stride = {1};
      part.mode = 3;
      x = slice(node, x, part, "columns");
    }
    parts.push_back(x);
  }
  return {concat(node, parts, 1)};
}

Outputs import_array_feature_extractor(NodeContext& node) {
  ValueId x = node.input(0);
  if (node.rank(x) == 1) x = unsqueeze(node, x, {0});
  const ValueId columns = reshape(node, node.input(1), {-1}, "columns");
  return {node.add("Gather", {x, columns}, {{"axis", int64_t{node.rank(x) - 1}}})};
}

/// A one for the category that an element is; zeros for others, whatever "zeros" says: whether
/// there are any is known when the engine runs only.
Outputs import_one_hot_encoder(NodeContext& node) {
  const auto categories = node.get_ints("cats_int64s", std::vector<int64_t>{});
  if (categories.empty())
    node.fail_attribute("cats_int64s", "expected categories that are integers, got none.");
  const ValueId x = cast(node, node.input(0), DataType::Int64);
  Dims dims = Dims::filled(node.rank(x) + 1, 1);
  dims[node.rank(x)] = static_cast<int64_t>(categories.size());
  const ValueId table =
      node.add_constant(DataType::Int64, dims, {categories.begin(), categories.end()});
  const ValueId is_equal =
      elementwise(node, Op::Equal, unsqueeze(node, x, {node.rank(x)}), table, "is_equal");
  return {cast(node, is_equal, DataType::Float)};
}

/// Keys or values of a table: "<role>_floats", "<role>_int64s" or "<role>_tensor".
ValueId table_list(NodeContext& node, const std::string& role) {
  if (node.has_attribute(role + "_tensor"))
    return node.add_weights(node.tensors().read(node.get_tensor(role + "_tensor")));
  const auto floats = node.get_floats(role + "_floats", std::vector<double>{});
  if (!floats.empty())
    return node.add_weights(DataType::Float, {static_cast<int64_t>(floats.size())}, floats);
  const auto ints = node.get_ints(role + "_int64s", std::vector<int64_t>{});
  if (ints.empty())
    node.fail(Code::UnsupportedNodeAttr,
              core::str("expected ", role, " that are numbers, got none or strings."));
  return node.add_weights(DataType::Int64, {static_cast<int64_t>(ints.size())},
                          {ints.begin(), ints.end()});
}

Outputs import_label_encoder(NodeContext& node) {
  ValueId x = node.input(0);
  const ValueId keys = table_list(node, "keys"), values = table_list(node, "values");
  ValueId rest;
  if (node.has_attribute("default_tensor"))
    rest = node.add_weights(node.tensors().read(node.get_tensor("default_tensor")));
  else if (core::is_integer(node.dtype(values)))
    rest = node.add_weights(node.dtype(values), {1},
                            {static_cast<double>(node.get_int("default_int64", -1))});
  else
    rest = node.add_weights(node.dtype(values), {1}, {node.get_float("default_float", -0.0)});
  return {node.add("LabelEncoder", {x, keys, values, rest})};
}

/// Maps from labels to probabilities are no tensors: the probabilities themselves, a row each.
Outputs import_zip_map(NodeContext& node) {
  node.warn("a list of maps is no tensor: the output is the probabilities, one column a class");
  return {node.input(0)};
}

constexpr Importer kImporters[] = {
    {"Scaler", import_scaler, 0, kMlDomain},
    {"Binarizer", import_binarizer, 0, kMlDomain},
    {"Normalizer", import_normalizer, 0, kMlDomain},
    {"Imputer", import_imputer, 0, kMlDomain},
    {"FeatureVectorizer", import_feature_vectorizer, 0, kMlDomain},
    {"ArrayFeatureExtractor", import_array_feature_extractor, 0, kMlDomain},
    {"OneHotEncoder", import_one_hot_encoder, 0, kMlDomain},
    {"LabelEncoder", import_label_encoder, 0, kMlDomain},
    {"ZipMap", import_zip_map, 0, kMlDomain},
};

}  // namespace

std::span<const Importer> ml_features_importers() { return kImporters; }

}  // namespace trtlike::onnx
