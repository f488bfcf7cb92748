// Inputs and outputs of a network as users bind them: their types, where those are not what layers
// compute in, and their formats.
#pragma once

#include <map>

#include "ir/graph.h"

namespace trtlike::builder {

/// Adds conversions behind inputs that are bound in the given types, and before outputs whose type
/// was set to one that their layer does not give.
void convert_surface(ir::Graph& graph, const std::map<ir::ValueId, DataType>& input_types);

/// Throws UnsupportedError for an input or output that allows none of the formats that there are.
void check_surface(const ir::Graph& graph);

/// True where the channels of an input or output are its last axis in memory.
bool is_channels_last(const ir::Value& value);

}  // namespace trtlike::builder
