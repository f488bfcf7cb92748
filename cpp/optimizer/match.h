// What rules ask about the graph around their anchor, in one wording.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.h"
#include "trtlike/enums/layer_enums.h"

namespace trtlike::optimizer {

bool is_op(const ir::Graph& graph, ir::NodeId node, std::string_view op);
/// True for an ElementWise node of this operation.
bool is_element_wise(const ir::Graph& graph, ir::NodeId node, ElementWiseOperation operation);
bool is_unary(const ir::Graph& graph, ir::NodeId node, UnaryOperation operation);
bool is_constant(const ir::Graph& graph, ir::ValueId id);
bool has_input(const ir::Node& node, size_t index);
const Dims& dims_of(const ir::Graph& graph, ir::ValueId id);
DataType dtype_of(const ir::Graph& graph, ir::ValueId id);

/// The only node that reads the value, however often; none when several do, none does, or the value
/// is an output.
ir::NodeId only_reader(const ir::Graph& graph, ir::ValueId id);

/// Input `index` of a node with two inputs is the constant, the other one is not.
struct WithConstant {
  ir::ValueId other;
  ir::ValueId constant;
  bool constant_is_first = false;
};
std::optional<WithConstant> split_constant(const ir::Graph& graph, const ir::Node& node);

/// "conv1 + relu1": the name of the node that computes all of these; "conv1 + ... + relu9" for very
/// many.
std::string joined_name(const ir::Graph& graph, const std::vector<ir::NodeId>& nodes);
/// True when both may run in one kernel: at most one has a precision of its own, or both the same.
bool precisions_agree(const ir::Graph& graph, ir::NodeId a, ir::NodeId b);
/// The node's attributes as a list, for a new node.
ir::AttributeList attribute_list(const ir::Node& node);
/// The axes of a bit mask, ascending.
std::vector<int> mask_axes(int64_t mask, int rank);

/// True when a tensor of these extents varies along `axis` at most: one element for each of
/// `extent` positions, or one for all.
bool is_along(const Dims& dims, int axis, int64_t extent);
/// The factors of a constant that varies along `axis` at most: one for each of `extent` positions,
/// or all the same. Nothing when it varies elsewhere.
std::optional<std::vector<double>> factors_along(const ir::Graph& graph, ir::ValueId constant,
                                                 int axis, int64_t extent);

}  // namespace trtlike::optimizer
