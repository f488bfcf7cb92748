// Operators that ONNX Runtime's optimizer writes into models (domain com.microsoft).
#include "onnx/heads.h"
#include "ops/shapes/reduce_shape.h"

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

/// The first axis behind those of the batch, which come first then.
ValueId rows_before_batch(NodeContext& node, ValueId x, const char* attribute) {
  const int rank = node.rank(x);
  if (node.get_int(attribute, 0) == 0 || rank < 3) return x;
  std::vector<int64_t> order = axes_between(1, rank);
  order.insert(order.end() - 1, 0);
  return transpose(node, x, order, attribute);
}

Outputs import_fused_matmul(NodeContext& node) {
  std::vector<ValueId> operands{rows_before_batch(node, node.input(0), "transBatchA"),
                                rows_before_batch(node, node.input(1), "transBatchB")};
  equalize_ranks(node, operands);
  const ValueId product =
      node.add("MatrixMultiply", operands,
               {{"op0", node.get_int("transA", 0)}, {"op1", node.get_int("transB", 0)}});
  const double alpha = node.get_float("alpha", 1.0);
  return {alpha == 1.0 ? product : elementwise(node, Op::Prod, product, alpha, "alpha")};
}

Outputs import_inverse(NodeContext& node) { return {node.add("Inverse", {node.input(0)})}; }

/// x times the second half's GELU, where x + bias is two halves.
Outputs import_bias_split_gelu(NodeContext& node) {
  const ValueId sum = elementwise(node, Op::Sum, node.input(0), node.input(1), "bias");
  const int64_t half = known_extent(node, sum, node.rank(sum) - 1, 0, "number of columns") / 2;
  const ValueId gate =
      activation(node, ActivationType::GeluErf, last_axis(node, sum, half, half), 0, 0, "gate");
  return {elementwise(node, Op::Prod, last_axis(node, sum, 0, half), gate)};
}

/// The activation of a fused operator; `parameter(i, fallback)` gives its numbers.
template <typename Parameter>
ValueId activate(NodeContext& node, ValueId x, const Parameter& parameter) {
  const std::string name = node.get_string("activation", "");
  const auto plain = [&](ActivationType type) {
    return activation(node, type, x, parameter(0, 0.0), parameter(1, 0.0), "activation");
  };
  if (name.empty()) return x;
  if (name == "Relu") return plain(ActivationType::Relu);
  if (name == "Tanh") return plain(ActivationType::Tanh);
  if (name == "Sigmoid") return plain(ActivationType::Sigmoid);
  if (name == "Clip") return plain(ActivationType::Clip);
  if (name == "LeakyRelu")
    return activation(node, ActivationType::LeakyRelu, x, parameter(0, 0.01), 0, "activation");
  if (name == "HardSigmoid")
    return activation(node, ActivationType::HardSigmoid, x, parameter(0, 0.2), parameter(1, 0.5),
                      "activation");
  if (name == "HardSwish") {
    const ValueId gate =
        activation(node, ActivationType::HardSigmoid, x, 1.0 / 6.0, 0.5, "hard_sigmoid");
    return elementwise(node, Op::Prod, x, gate, "activation");
  }
  node.fail_attribute("activation",
                      core::str("expected Relu, Tanh, Sigmoid, LeakyRelu, Clip, HardSigmoid or "
                                "HardSwish, got '",
                                name, "'."));
}

/// Conv, what is added to it, and an activation.
Outputs import_fused_conv(NodeContext& node) {
  ValueId y = find_importer("", "Conv")->import(node).front();
  if (node.has_input(3)) y = elementwise(node, Op::Sum, y, node.input(3), "residual");
  const auto parameters = node.get_floats("activation_params", std::vector<double>{});
  return {activate(node, y, [&](size_t i, double fallback) {
    return i < parameters.size() ? parameters[i] : fallback;
  })};
}

Outputs import_fused_gemm(NodeContext& node) {
  const ValueId y = find_importer("", "Gemm")->import(node).front();
  return {activate(node, y, [&](size_t i, double fallback) {
    return node.get_float(i == 0 ? "activation_alpha" : "activation_beta", fallback);
  })};
}

/// Groups of channels that come last, and x sigmoid(x) behind them where the model wants it.
Outputs import_group_norm(NodeContext& node) {
  ValueId x = node.input(0);
  node.check_rank(0, 4);
  const bool is_last = node.get_int("channels_last", 1) != 0;
  if (is_last) x = transpose(node, x, {0, 3, 1, 2}, "channels");
  const auto per_channel = [&](size_t input) {
    return unsqueeze(node, cast(node, node.input(input), node.dtype(x)), {0, 2, 3});
  };
  const int64_t groups = node.get_int("groups");
  ValueId y = node.add("Normalization", {x, per_channel(1), per_channel(2)},
                       {{"axes", axes_mask(axes_between(groups == 1 ? 1 : 2, 4))},
                        {"epsilon", node.get_float("epsilon", 1e-5f)},
                        {"num_groups", groups}});
  if (node.get_int("activation", 0) != 0)
    y = elementwise(node, Op::Prod, y, activation(node, ActivationType::Sigmoid, y, 0, 0, "gate"),
                    "silu");
  return {is_last ? transpose(node, y, {0, 2, 3, 1}) : y};
}

/// Rows of three tables added and normalized; how many tokens of each sequence the mask keeps.
Outputs import_embed_layer_normalization(NodeContext& node) {
  const ValueId ids = node.input(0);
  const auto rows = [&](size_t table, ValueId at) {
    return node.add("Gather", {node.input(table), at}, {{"axis", int64_t{0}}}, "embedding");
  };
  const ValueId positions = node.has_input(8)
                                ? node.input(8)
                                : unsqueeze(node, count_up(node, extent_of(node, ids, 1)), {0});
  ValueId sum = elementwise(node, Op::Sum, rows(2, ids), rows(3, positions), "sum");
  if (node.has_input(1) && node.has_input(4))
    sum = elementwise(node, Op::Sum, sum, rows(4, node.input(1)), "sum");
  const ValueId y = node.add(
      "Normalization", {sum, with_rank(node, node.input(5), 3), with_rank(node, node.input(6), 3)},
      {{"axes", axes_mask({2})}, {"epsilon", node.get_float("epsilon", 1e-12f)}});
  Outputs outputs{y, {}, sum};
  if (!node.wants_output(1)) return outputs;
  const ValueId mask =
      node.has_input(7) ? node.input(7) : elementwise(node, Op::Sub, ids, ids, "no_mask");
  outputs[1] = cast(
      node, reduce(node, static_cast<int64_t>(ReduceOperation::Sum), mask, {1}, false, "lengths"),
      DataType::Int32);
  return outputs;
}

constexpr Importer kImporters[] = {
    {"Inverse", import_inverse, 0, kMicrosoft},
    {"BiasSplitGelu", import_bias_split_gelu, 0, kMicrosoft},
    {"FusedConv", import_fused_conv, 0, kMicrosoft},
    {"FusedGemm", import_fused_gemm, 0, kMicrosoft},
    {"GroupNorm", import_group_norm, 0, kMicrosoft},
    {"EmbedLayerNormalization", import_embed_layer_normalization, 0, kMicrosoft},
    {"BiasGelu", import_bias_gelu, 0, kMicrosoft},
    {"FastGelu", import_fast_gelu, 0, kMicrosoft},
    {"SkipLayerNormalization", import_skip_layer_normalization, 0, kMicrosoft},
    {"SkipSimplifiedLayerNormalization", import_skip_layer_normalization, 1, kMicrosoft},
    {"FusedMatMul", import_fused_matmul, 0, kMicrosoft},
    {"TransposeMatMul", import_fused_matmul, 0, kMicrosoft},
};

}  // namespace

std::span<const Importer> contrib_importers() { return kImporters; }

}  // namespace trtlike::onnx
