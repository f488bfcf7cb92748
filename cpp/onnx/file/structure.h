// Checks of a graph's wiring, before anything is imported: every name is made once, every input is
// made before its use, nothing goes in a circle.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "onnx.pb.h"
#include "trtlike/onnx_parser.h"

namespace trtlike::onnx {

/// One error for each broken name of the graph and of the graphs inside its nodes.
std::vector<ParserError> check_structure(const ::onnx::GraphProto& graph);

/// The node's name, or its first output's where it has none, in the form of messages: "node 'conv1'
/// (Conv)".
std::string describe_node(const ::onnx::NodeProto& node, int index);

/// Calls `visit` for every graph in the attributes of `node`.
void for_each_subgraph(const ::onnx::NodeProto& node,
                       const std::function<void(const ::onnx::GraphProto&)>& visit);

}  // namespace trtlike::onnx
