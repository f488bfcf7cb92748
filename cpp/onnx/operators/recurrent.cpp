// LSTM, GRU and RNN to the ops of these names.
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

constexpr size_t kSequenceLens = 4;
constexpr size_t kInitialC = 6;

/// The names of the activations in one string, as the op has them.
std::string joined_activations(NodeContext& node) {
  const auto* attribute = node.find_attribute("activations");
  if (attribute == nullptr) return "";
  return core::join(attribute->strings(), " ");
}

std::vector<ValueId> operands(NodeContext& node) {
  std::vector<ValueId> inputs{node.input(0)};
  for (size_t i = 1; i < node.num_inputs(); ++i)
    inputs.push_back(i >= kSequenceLens && i <= kInitialC ? node.optional_input(i)
                                                          : node.optional_weights(i));
  return inputs;
}

AttributeList cell_attributes(NodeContext& node) {
  const std::vector<double> none;
  return {{"hidden_size", node.get_int("hidden_size", 0)},
          {"direction", node.get_string("direction", "forward")},
          {"activations", joined_activations(node)},
          {"activation_alpha", node.get_floats("activation_alpha", none)},
          {"activation_beta", node.get_floats("activation_beta", none)},
          {"layout", node.get_int("layout", 0)},
          {"clip", node.get_float("clip", 0.0)}};
}

Outputs import_lstm(NodeContext& node) {
  AttributeList attributes = cell_attributes(node);
  attributes.emplace_back("input_forget", node.get_int("input_forget", 0));
  return node.add_many("LSTM", operands(node), attributes);
}

Outputs import_gru(NodeContext& node) {
  AttributeList attributes = cell_attributes(node);
  attributes.emplace_back("linear_before_reset", node.get_int("linear_before_reset", 0));
  return node.add_many("GRU", operands(node), attributes);
}

Outputs import_rnn(NodeContext& node) {
  return node.add_many("RNN", operands(node), cell_attributes(node));
}

constexpr Importer kImporters[] = {
    {"LSTM", import_lstm},
    {"GRU", import_gru},
    {"RNN", import_rnn},
};

}  // namespace

std::span<const Importer> recurrent_importers() { return kImporters; }

}  // namespace trtlike::onnx
