// FlexAttention: attention whose scores and probabilities go through graphs of the model's.
#include <cmath>

#include "onnx/heads.h"

namespace trtlike::onnx {
namespace {

/// The values behind a graph attribute of one input and one output; unchanged without one.
ValueId apply(NodeContext& node, const char* attribute, ValueId x) {
  if (!node.has_attribute(attribute)) return x;
  const ::onnx::GraphProto& graph = node.get_graph(attribute);
  if (graph.input_size() != 1 || graph.output_size() != 1)
    node.fail_attribute(attribute,
                        core::str("expected a graph of one input and one output, got ",
                                  graph.input_size(), " and ", graph.output_size(), "."));
  const ValueId result = node.import_graph(graph, {x}, attribute).front();
  if (!result) node.fail_attribute(attribute, "expected a graph that gives a tensor, got none.");
  return cast(node, result, node.dtype(x));
}

DataType softmax_type(NodeContext& node, DataType dtype) {
  if (node.has_attribute("softmax_precision"))
    return to_dtype(static_cast<int32_t>(node.get_int("softmax_precision")), node.describe());
  return dtype == DataType::Double ? dtype : DataType::Float;
}

Outputs import_flex_attention(NodeContext& node) {
  for (size_t i = 0; i < 3; ++i) node.check_rank(i, 4);
  const ValueId query = node.input(0);
  const int64_t heads = node.dims(query)[1];
  const ValueId key = repeat_heads(node, node.input(1), heads);
  const ValueId value = repeat_heads(node, node.input(2), heads);
  // Each factor gets the root of the scale, so that products of narrow types do not overflow.
  const double scale =
      node.has_attribute("scale") ? node.get_float("scale") : default_scale(node, query, 0);
  const double root = std::sqrt(scale);
  const auto scaled = [&](ValueId x, const char* name) {
    return elementwise(node, ElementWiseOperation::Prod, x, root, name);
  };
  ValueId scores = node.add("MatrixMultiply", {scaled(query, "query"), scaled(key, "key")},
                            {{"op1", enum_number(MatrixOperation::Transpose)}}, "scores");
  scores = cast(node, scores, softmax_type(node, node.dtype(query)));
  scores = apply(node, "score_mod", scores);
  ValueId weights = node.add("Softmax", {scores}, {{"axes", axes_mask({3})}}, "softmax");
  weights = apply(node, "prob_mod", weights);
  const ValueId wide = cast(node, value, node.dtype(weights));
  const ValueId result = node.add("MatrixMultiply", {weights, wide});
  return {cast(node, result, node.dtype(value))};
}

constexpr Importer kImporters[] = {
    {"FlexAttention", import_flex_attention, 0, "ai.onnx.preview"},
};

}  // namespace

std::span<const Importer> flex_attention_importers() { return kImporters; }

}  // namespace trtlike::onnx
