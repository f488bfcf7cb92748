// The graph behind the public Network, Layer and Tensor handles.
#pragma once

#include "ir/graph.h"

namespace trtlike::ir {

class NetworkState {
 public:
  Graph graph;
  uint32_t flags = 0;
  /// Why the outputs of a layer have no type yet. Its attributes may still be set so that they do;
  /// reading an output's shape, using it or building throws the reason.
  std::map<NodeId, std::string> refusals;

  /// Throws UserError with the reason when `value` has no type yet.
  void check_inferred(ValueId value) const;
  /// Throws the first refusal there is: a network can be built when none is left.
  void check_complete() const;
};

}  // namespace trtlike::ir
