// A fusion rule: reads the graph around an anchor node and returns a patch, or nothing.
#pragma once

#include <optional>
#include <string_view>

#include "ir/graph.h"
#include "ir/patch.h"

namespace trtlike::optimizer {

struct Rule {
  const char* name;      ///< the file's and function's name, the log line and the off-switch
  const char* equation;  ///< "Activation(Convolution(x)) -> FusedConvolution(x)"
  const char* anchor;    ///< the op at which `rewrite` is tried; "" for every node
  int priority;          ///< lower first; ties by name
  std::optional<ir::Patch> (*rewrite)(const ir::Graph& graph, ir::NodeId node);
  /// Whether it pays depends on the machine: the builder applies it where it measures a gain.
  bool is_timed = false;
};

}  // namespace trtlike::optimizer
