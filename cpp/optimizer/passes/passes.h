// The whole-graph passes. Each returns how many changes it made; pipeline.cpp orders them.
#pragma once

#include "ir/graph.h"

namespace trtlike::optimizer {

/// Constant nodes become plain constant values, which steps read and nothing computes.
int drop_constant_nodes(ir::Graph& graph);
/// Host inputs whose elements are known become attributes of their node, so that the shape subgraph
/// behind them can die: Shuffle(x, shape) -> Shuffle(x) {reshape_dims}.
int absorb_shape_inputs(ir::Graph& graph);
/// Shapes from the host that are known after all: extents that a reshape copies, broadcasts that
/// repeat nothing.
int resolve_dynamic_shapes(ir::Graph& graph);
/// Values that depend on constants alone, or whose elements are all known on the host, become
/// constants. Leaves quantization alone (its place in the graph carries meaning) and what would
/// have more elements than its inputs.
int fold_constants(ir::Graph& graph);
/// As fold_constants for Quantize and Dequantize of constants.
int fold_quantized_constants(ir::Graph& graph);
/// What Quantize and Dequantize nodes say of the integers between them becomes a property of those.
int note_quantizations(ir::Graph& graph);
/// Nodes that give back their input: Identity, Cast to the same type, Slice of everything, ...
int remove_noops(ir::Graph& graph);
/// Nodes of the same op, attributes and inputs become one; so do equal constants.
int merge_common_subexpressions(ir::Graph& graph);
/// Nodes whose outputs nobody reads, and constants that nobody reads.
int remove_dead_nodes(ir::Graph& graph);
/// Of nodes with regions: known branches take their node's place; constants go inside; what is not
/// read is neither captured, carried nor given.
int simplify_regions(ir::Graph& graph);
/// Convolutions whose results are declared as half or bfloat16 round them in their program.
int round_convolutions(ir::Graph& graph);
/// Outputs of the network that are inputs or constants become results of an Identity node.
int separate_outputs(ir::Graph& graph);

}  // namespace trtlike::optimizer
