// LSTM to the op of that name.
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

/// The names of the activations in one string, as the op has them.
std::string joined_activations(NodeContext& node) {
  const auto* attribute = node.find_attribute("activations");
  if (attribute == nullptr) return "";
  return core::join(attribute->strings(), " ");
}

Outputs import_lstm(NodeContext& node) {
  std::vector<ValueId> inputs{node.input(0)};
  for (size_t i = 1; i < node.num_inputs(); ++i)
    inputs.push_back(i == 4 || i == 5 || i == 6 ? node.optional_input(i)
                                                : node.optional_weights(i));
  const std::vector<double> none;
  return node.add_many("LSTM", inputs,
                       {{"hidden_size", node.get_int("hidden_size", 0)},
                        {"direction", node.get_string("direction", "forward")},
                        {"activations", joined_activations(node)},
                        {"activation_alpha", node.get_floats("activation_alpha", none)},
                        {"activation_beta", node.get_floats("activation_beta", none)},
                        {"layout", node.get_int("layout", 0)},
                        {"input_forget", node.get_int("input_forget", 0)},
                        {"clip", node.get_float("clip", 0.0)}});
}

constexpr Importer kImporters[] = {{"LSTM", import_lstm}};

}  // namespace

std::span<const Importer> lstm_importers() { return kImporters; }

}  // namespace trtlike::onnx
