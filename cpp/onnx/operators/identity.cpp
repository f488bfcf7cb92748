// Identity, and Dropout, which does nothing at inference.
#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

Outputs import_identity(NodeContext& node) {
  const ValueId value = node.any_input(0);
  return {value ? node.add("Identity", {value}) : value};
}

Outputs import_dropout(NodeContext& node) {
  if (node.has_input(2)) {
    const auto training = node.known_ints(node.input(2));
    const auto ratio =
        node.has_input(1) ? node.known_floats(node.input(1)) : std::vector<double>{0.5};
    const bool is_idle = ratio && !ratio->empty() && ratio->front() == 0.0;
    if (!is_idle && (!training || training->empty() || training->front() != 0))
      node.fail_input(ratio && training ? Code::UnsupportedNodeInput : Code::UnsupportedNodeDynamic,
                      2, "expected training_mode false, got true.");
  }
  Outputs outputs{node.add("Identity", {node.input(0)})};
  if (node.wants_output(1)) {
    const ValueId kept = node.add_constant(
        node.opset() < 10 ? node.dtype(node.input(0)) : DataType::Bool, {}, {1.0});
    outputs.push_back(expand_to(node, kept, extents_of(node, node.input(0)), "mask"));
  }
  return outputs;
}

constexpr Importer kImporters[] = {{"Identity", import_identity}, {"Dropout", import_dropout}};

}  // namespace

std::span<const Importer> identity_importers() { return kImporters; }

}  // namespace trtlike::onnx
