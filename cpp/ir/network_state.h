// The graph behind the public Network, Layer and Tensor handles.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "ir/graph.h"
#include "trtlike/error_recorder.h"
#include "trtlike/network.h"

namespace trtlike {

class NetworkState {
 public:
  ir::Graph graph;
  uint32_t flags = 0;
  /// Inputs that are bound in another floating-point type than the layers behind them read.
  std::map<ir::ValueId, DataType> input_types;
  /// Why the outputs of a layer have no type yet. Its attributes may still be set so that they do;
  /// reading an output's shape, using it or building throws the reason.
  std::map<ir::NodeId, std::string> refusals;
  std::set<ir::ValueId> debug_tensors;
  bool unfused_are_debug = false;
  std::shared_ptr<ErrorRecorder> error_recorder;
  /// Names of weights.
  std::set<std::string> refittable;

  /// Throws UserError with the reason when `value` has no type yet.
  void check_inferred(ir::ValueId value) const;
  /// Throws the first refusal there is: a network can be built when none is left.
  void check_complete() const;
};

/// From handles to what they denote, and back.
struct NetworkAccess {
  using State = std::shared_ptr<NetworkState>;
  template <typename Handle>
  static const State& state(const Handle& handle) {
    return handle.state_;
  }
  static Network network(const State& state) {
    Network network;
    network.state_ = state;
    return network;
  }
  static Loop loop(const State& state, int64_t number) { return {state, number}; }
  static IfConditional conditional(const State& state, int64_t number) { return {state, number}; }
  static Tensor tensor(const State& state, ir::ValueId value) { return {state, value.index}; }
  static Layer layer(const State& state, ir::NodeId node) { return {state, node.index}; }
};

}  // namespace trtlike
