// The graph behind the public Network, Layer and Tensor handles.
#pragma once

#include "ir/graph.h"

namespace trtlike::ir {

class NetworkState {
 public:
  Graph graph;
  uint32_t flags = 0;
};

}  // namespace trtlike::ir
