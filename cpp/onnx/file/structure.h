// Checks of a graph's wiring, before anything is imported: every name is made once, every input is
// made, nothing goes in a circle. Nodes may stand in any order.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "onnx.pb.h"
#include "trtlike/onnx_parser.h"

namespace trtlike::onnx {

using Nodes = google::protobuf::RepeatedPtrField<::onnx::NodeProto>;

/// The nodes in an order in which each comes after those that it reads, by itself or in its graphs:
/// their own order where that is one. What goes in a circle, and what reads it, comes
/// last.
std::vector<int> order_of_use(const Nodes& nodes);

/// One error for each broken name of the graph and of the graphs inside its nodes.
std::vector<ParserError> check_structure(const ::onnx::GraphProto& graph);

/// The node's name, or its first output's where it has none, in the form of messages: "node 'conv1'
/// (Conv)".
std::string describe_node(const ::onnx::NodeProto& node, int index);

/// Calls `visit` for every graph in the attributes of `node`.
void for_each_subgraph(const ::onnx::NodeProto& node,
                       const std::function<void(const ::onnx::GraphProto&)>& visit);

}  // namespace trtlike::onnx
