// Activations that are a TensorRT activation, with ONNX's defaults for alpha and beta.
#include <cmath>

#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

constexpr int64_t kRelu = static_cast<int64_t>(ActivationType::Relu);
constexpr int64_t kSigmoid = static_cast<int64_t>(ActivationType::Sigmoid);
constexpr int64_t kTanh = static_cast<int64_t>(ActivationType::Tanh);
constexpr int64_t kSoftsign = static_cast<int64_t>(ActivationType::Softsign);

Outputs import_plain(NodeContext& node) {
  return {activation(node, static_cast<ActivationType>(node.argument()), node.input(0))};
}

Outputs import_relu(NodeContext& node) {
  const ValueId x = node.input(0);
  if (core::is_floating_point(node.dtype(x))) return import_plain(node);
  return {elementwise(node, ElementWiseOperation::Max, x, 0.0)};
}

Outputs import_leaky_relu(NodeContext& node) {
  return {
      activation(node, ActivationType::LeakyRelu, node.input(0), node.get_float("alpha", 0.01f))};
}

Outputs import_elu(NodeContext& node) {
  return {activation(node, ActivationType::Elu, node.input(0), node.get_float("alpha", 1.0))};
}

Outputs import_selu(NodeContext& node) {
  // Older operator sets round the constants to four digits.
  const bool is_old = node.opset() < 6;
  return {activation(node, ActivationType::Selu, node.input(0),
                     node.get_float("alpha", is_old ? 1.6732f : 1.67326319217681884765625f),
                     node.get_float("gamma", is_old ? 1.0507f : 1.05070102214813232421875f))};
}

Outputs import_softplus(NodeContext& node) {
  return {activation(node, ActivationType::Softplus, node.input(0), 1.0, 1.0)};
}

Outputs import_hard_sigmoid(NodeContext& node) {
  return {activation(node, ActivationType::HardSigmoid, node.input(0),
                     node.get_float("alpha", 0.2f), node.get_float("beta", 0.5))};
}

Outputs import_scaled_tanh(NodeContext& node) {
  return {activation(node, ActivationType::ScaledTanh, node.input(0), node.get_float("alpha", 1.0),
                     node.get_float("beta", 1.0))};
}

Outputs import_thresholded_relu(NodeContext& node) {
  return {activation(node, ActivationType::ThresholdedRelu, node.input(0),
                     node.get_float("alpha", 1.0))};
}

Outputs import_gelu(NodeContext& node) {
  const std::string approximate = node.get_string("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    node.fail_attribute("approximate",
                        core::str("expected none or tanh, got '", approximate, "'."));
  return {activation(node,
                     approximate == "tanh" ? ActivationType::GeluTanh : ActivationType::GeluErf,
                     node.input(0))};
}

constexpr Importer kImporters[] = {
    {"Relu", import_relu, kRelu},
    {"Sigmoid", import_plain, kSigmoid},
    {"Tanh", import_plain, kTanh},
    {"Softsign", import_plain, kSoftsign},
    {"LeakyRelu", import_leaky_relu},
    {"Elu", import_elu},
    {"Selu", import_selu},
    {"Softplus", import_softplus},
    {"HardSigmoid", import_hard_sigmoid},
    {"ScaledTanh", import_scaled_tanh},
    {"ThresholdedRelu", import_thresholded_relu},
    {"Gelu", import_gelu},
    {"Gelu", import_gelu, 0, "com.microsoft"},
};

}  // namespace

std::span<const Importer> activation_importers() { return kImporters; }

}  // namespace trtlike::onnx
