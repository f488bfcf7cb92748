// Operators that ONNX Runtime's optimizer writes into models (domain com.microsoft).
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

constexpr const char* kMicrosoft = "com.microsoft";

Outputs import_bias_gelu(NodeContext& node) {
  const ValueId sum = elementwise(node, Op::Sum, node.input(0), node.input(1), "bias");
  return {activation(node, ActivationType::GeluErf, sum)};
}

Outputs import_fast_gelu(NodeContext& node) {
  ValueId x = node.input(0);
  if (node.has_input(1)) x = elementwise(node, Op::Sum, x, node.input(1), "bias");
  return {activation(node, ActivationType::GeluTanh, x)};
}

/// Argument 1 is the form without mean and shift. Outputs 1 and 2 are for training.
Outputs import_skip_layer_normalization(NodeContext& node) {
  const bool simplified = node.argument() == 1;
  ValueId sum = elementwise(node, Op::Sum, node.input(0), node.input(1), "skip");
  const size_t bias = simplified ? 3 : 4;
  if (node.has_input(bias)) sum = elementwise(node, Op::Sum, sum, node.input(bias), "bias");
  const int rank = node.rank(sum);
  std::vector<ValueId> inputs{sum, with_rank(node, node.input(2), rank)};
  if (!simplified && node.has_input(3)) inputs.push_back(with_rank(node, node.input(3), rank));
  const ValueId normalized = node.add("Normalization", inputs,
                                      {{"axes", axes_mask({rank - 1})},
                                       {"epsilon", node.get_float("epsilon", 1e-12f)},
                                       {"simplified", simplified}});
  return {normalized, {}, {}, sum};
}

Outputs import_fused_matmul(NodeContext& node) {
  std::vector<ValueId> operands{node.input(0), node.input(1)};
  equalize_ranks(node, operands);
  const ValueId product =
      node.add("MatrixMultiply", operands,
               {{"op0", node.get_int("transA", 0)}, {"op1", node.get_int("transB", 0)}});
  const double alpha = node.get_float("alpha", 1.0);
  return {alpha == 1.0 ? product : elementwise(node, Op::Prod, product, alpha, "alpha")};
}

constexpr Importer kImporters[] = {
    {"BiasGelu", import_bias_gelu, 0, kMicrosoft},
    {"FastGelu", import_fast_gelu, 0, kMicrosoft},
    {"SkipLayerNormalization", import_skip_layer_normalization, 0, kMicrosoft},
    {"SkipSimplifiedLayerNormalization", import_skip_layer_normalization, 1, kMicrosoft},
    {"FusedMatMul", import_fused_matmul, 0, kMicrosoft},
};

}  // namespace

std::span<const Importer> contrib_importers() { return kImporters; }

}  // namespace trtlike::onnx
