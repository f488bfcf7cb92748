// Loops and conditionals: layers at their ends, between which the layers of turns and branches are
// layers of the network like others.
#pragma once

#include <memory>
#include <string>

#include "trtlike/layer.h"

namespace trtlike {

class Loop;
class IfConditional;

/// A layer at an end of a loop.
class LoopBoundaryLayer : public Layer {
 public:
  LoopBoundaryLayer() = default;
  explicit LoopBoundaryLayer(const Layer& layer) : Layer(layer) {}
  Loop loop() const;
};

/// A value that a turn gets from the turn before: input 0 in the first turn, then input 1, which
/// set_input gives once the turn has computed it. Both have one type and rank.
class RecurrenceLayer : public TypedLayer<LayerType::Recurrence, LoopBoundaryLayer> {
 public:
  using TypedLayer::TypedLayer;
};

/// What ends the loop: a number of turns (one INT32 or INT64), or a condition (one BOOL), which is
/// asked before each turn.
class TripLimitLayer : public TypedLayer<LayerType::TripLimit, LoopBoundaryLayer> {
 public:
  using TypedLayer::TypedLayer;
  TripLimit kind() const;
};

/// The slice of a tensor at the number of the turn.
class IteratorLayer : public TypedLayer<LayerType::Iterator, LoopBoundaryLayer> {
 public:
  using TypedLayer::TypedLayer;
  int axis() const;
  void set_axis(int axis);
  /// The last slice first.
  bool reverse() const;
  void set_reverse(bool reverse);
};

/// A recurrence's last value, or the values of all turns along a new axis. Input 1 may be the
/// length of that axis, where it is known without the run.
class LoopOutputLayer : public TypedLayer<LayerType::LoopOutput, LoopBoundaryLayer> {
 public:
  using TypedLayer::TypedLayer;
  LoopOutput kind() const;
  int axis() const;
  void set_axis(int axis);
};

/// A loop of a network. A handle: copies denote the same loop.
class Loop {
 public:
  Loop() = default;
  bool operator==(const Loop& other) const = default;
  const std::string& name() const;
  void set_name(const std::string& name);

  // Each throws UserError as Network::add_layer does.

  RecurrenceLayer add_recurrence(const Tensor& initial_value);
  TripLimitLayer add_trip_limit(const Tensor& tensor, TripLimit kind);
  IteratorLayer add_iterator(const Tensor& tensor, int axis = 0, bool reverse = false);
  LoopOutputLayer add_loop_output(const Tensor& tensor, LoopOutput kind, int axis = 0);

 private:
  friend struct NetworkAccess;
  Loop(std::shared_ptr<NetworkState> state, int64_t number)
      : state_(std::move(state)), number_(number) {}

  std::shared_ptr<NetworkState> state_;
  int64_t number_ = -1;
};

/// A layer at an end of a conditional.
class IfConditionalBoundaryLayer : public Layer {
 public:
  IfConditionalBoundaryLayer() = default;
  explicit IfConditionalBoundaryLayer(const Layer& layer) : Layer(layer) {}
  IfConditional conditional() const;
};

class ConditionLayer : public TypedLayer<LayerType::Condition, IfConditionalBoundaryLayer> {
 public:
  using TypedLayer::TypedLayer;
};

/// A tensor as the branches see it.
class IfConditionalInputLayer
    : public TypedLayer<LayerType::ConditionalInput, IfConditionalBoundaryLayer> {
 public:
  using TypedLayer::TypedLayer;
};

/// The tensor of the branch that is taken: input 0 where the condition holds, else input 1. Both
/// have one type and rank.
class IfConditionalOutputLayer
    : public TypedLayer<LayerType::ConditionalOutput, IfConditionalBoundaryLayer> {
 public:
  using TypedLayer::TypedLayer;
};

/// A conditional of a network: of two branches one runs. Layers that nothing but a branch's outputs
/// needs belong to it. A handle: copies denote the same conditional.
class IfConditional {
 public:
  IfConditional() = default;
  bool operator==(const IfConditional& other) const = default;
  const std::string& name() const;
  void set_name(const std::string& name);

  // Each throws UserError as Network::add_layer does.

  /// `condition` is one BOOL. To be called once.
  ConditionLayer set_condition(const Tensor& condition);
  IfConditionalOutputLayer add_output(const Tensor& true_subgraph_output,
                                      const Tensor& false_subgraph_output);
  IfConditionalInputLayer add_input(const Tensor& input);

 private:
  friend struct NetworkAccess;
  IfConditional(std::shared_ptr<NetworkState> state, int64_t number)
      : state_(std::move(state)), number_(number) {}

  std::shared_ptr<NetworkState> state_;
  int64_t number_ = -1;
};

}  // namespace trtlike
