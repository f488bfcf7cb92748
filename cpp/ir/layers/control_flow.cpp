// Loops, conditionals, and the layers at their ends.
#include "trtlike/layers/control_flow.h"

#include "core/check.h"
#include "ir/layers/properties.h"
#include "ir/network_state.h"

namespace trtlike {
namespace {

using State = std::shared_ptr<NetworkState>;

/// A layer of this loop or conditional.
Layer add_end(const State& state, const char* op, const std::vector<Tensor>& inputs,
              std::map<std::string, AttributeValue> attributes, const char* owner, int64_t number) {
  TRTLIKE_CHECK(state != nullptr, "[network] ", owner,
                ": expected one of a network, got an empty handle.");
  attributes[owner] = number;
  return NetworkAccess::network(state).add_layer(op, inputs, attributes);
}

std::string& name_at(std::vector<std::string>& names, int64_t number, const char* what) {
  TRTLIKE_CHECK(number >= 0 && number < std::ssize(names), "[network] ", what,
                ": expected one of a network, got an empty handle.");
  return names[static_cast<size_t>(number)];
}

std::string& loop_name(const State& state, int64_t number) {
  static std::vector<std::string> none;
  return name_at(state == nullptr ? none : state->graph.loop_names(), number, "loop");
}

std::string& conditional_name(const State& state, int64_t number) {
  static std::vector<std::string> none;
  return name_at(state == nullptr ? none : state->graph.conditional_names(), number, "conditional");
}

}  // namespace

Loop LoopBoundaryLayer::loop() const {
  return NetworkAccess::loop(NetworkAccess::state(*this), get<int64_t>(*this, "loop"));
}

IfConditional IfConditionalBoundaryLayer::conditional() const {
  return NetworkAccess::conditional(NetworkAccess::state(*this),
                                    get<int64_t>(*this, "conditional"));
}

TripLimit TripLimitLayer::kind() const { return get_enum<TripLimit>(*this, "kind"); }

int IteratorLayer::axis() const { return static_cast<int>(get<int64_t>(*this, "axis")); }
void IteratorLayer::set_axis(int axis) { set_attribute("axis", int64_t{axis}); }
bool IteratorLayer::reverse() const { return get<bool>(*this, "reverse"); }
void IteratorLayer::set_reverse(bool reverse) { set_attribute("reverse", reverse); }

LoopOutput LoopOutputLayer::kind() const { return get_enum<LoopOutput>(*this, "kind"); }
int LoopOutputLayer::axis() const { return static_cast<int>(get<int64_t>(*this, "axis")); }
void LoopOutputLayer::set_axis(int axis) { set_attribute("axis", int64_t{axis}); }

const std::string& Loop::name() const { return loop_name(state_, number_); }
void Loop::set_name(const std::string& name) { loop_name(state_, number_) = name; }

RecurrenceLayer Loop::add_recurrence(const Tensor& initial_value) {
  return RecurrenceLayer(add_end(state_, "Recurrence", {initial_value},
                                 {{"varying_axes", std::vector<int64_t>{}}}, "loop", number_));
}

TripLimitLayer Loop::add_trip_limit(const Tensor& tensor, TripLimit kind) {
  return TripLimitLayer(
      add_end(state_, "TripLimit", {tensor}, {{"kind", enum_number(kind)}}, "loop", number_));
}

IteratorLayer Loop::add_iterator(const Tensor& tensor, int axis, bool reverse) {
  return IteratorLayer(add_end(state_, "Iterator", {tensor},
                               {{"axis", int64_t{axis}}, {"reverse", reverse}}, "loop", number_));
}

LoopOutputLayer Loop::add_loop_output(const Tensor& tensor, LoopOutput kind, int axis) {
  return LoopOutputLayer(add_end(state_, "LoopOutput", {tensor},
                                 {{"kind", enum_number(kind)}, {"axis", int64_t{axis}}}, "loop",
                                 number_));
}

const std::string& IfConditional::name() const { return conditional_name(state_, number_); }
void IfConditional::set_name(const std::string& name) { conditional_name(state_, number_) = name; }

ConditionLayer IfConditional::set_condition(const Tensor& condition) {
  return ConditionLayer(add_end(state_, "Condition", {condition}, {}, "conditional", number_));
}

IfConditionalOutputLayer IfConditional::add_output(const Tensor& true_subgraph_output,
                                                   const Tensor& false_subgraph_output) {
  return IfConditionalOutputLayer(
      add_end(state_, "ConditionalOutput", {true_subgraph_output, false_subgraph_output},
              {{"else_refusal", std::string()}}, "conditional", number_));
}

IfConditionalInputLayer IfConditional::add_input(const Tensor& input) {
  return IfConditionalInputLayer(
      add_end(state_, "ConditionalInput", {input}, {}, "conditional", number_));
}

Loop Network::add_loop() {
  const auto count = state_->graph.loop_names().size();
  return NetworkAccess::loop(state_,
                             state_->graph.add_loop(core::str("(Unnamed Loop* ", count, ")")));
}

IfConditional Network::add_if_conditional() {
  const auto count = state_->graph.conditional_names().size();
  return NetworkAccess::conditional(
      state_, state_->graph.add_conditional(core::str("(Unnamed Conditional* ", count, ")")));
}

}  // namespace trtlike
