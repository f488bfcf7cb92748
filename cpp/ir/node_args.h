// A node's operands as the functions of its op see them.
#pragma once

#include <vector>

#include "ir/graph.h"

namespace trtlike::ir {

class NodeArgs {
 public:
  NodeArgs(const Graph& graph, const Node& node) : op_(*node.op), attributes_(node.attributes) {
    for (const ValueId id : node.inputs) {
      constants_.push_back(id && graph.value(id).constant ? graph.value(id).constant->data.get()
                                                          : nullptr);
      inputs_.push_back(id ? graph.value(id).type : ops::TensorType{});
      host_.push_back(id ? graph.value(id).host : std::nullopt);
    }
    for (const ValueId id : node.outputs) outputs_.push_back(graph.value(id).type);
  }

  /// Valid as long as this and the node.
  ops::InferArgs args() { return {op_.self, attributes_, inputs_, host_, outputs_, constants_}; }

 private:
  const ops::OpDefinition& op_;
  const ops::Attributes& attributes_;
  std::vector<ops::TensorType> inputs_, outputs_;
  std::vector<ops::HostValue> host_;
  std::vector<const void*> constants_;
};

}  // namespace trtlike::ir
