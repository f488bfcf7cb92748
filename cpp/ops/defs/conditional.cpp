// If: one of two graphs, as a condition says; and the layers that mark its ends in a network that
// holds the branches flat: Condition, ConditionalInput, ConditionalOutput.
#include "ops/op.h"
#include "ops/shapes/regions_shape.h"

namespace trtlike::ops {
namespace {

void infer_if(const InferArgs& args) { check_flag(args, 0, "condition"); }

void infer_condition(const InferArgs& args) { check_flag(args, 0, "condition"); }

void infer_input(const InferArgs& args) { args.outputs[0] = args.inputs[0]; }

void propagate_input(const InferArgs& args, std::span<HostValue> outputs) {
  outputs[0] = args.host_value(0);
}

void infer_output(const InferArgs& args) {
  args.outputs[0] =
      args.has_input(1) ? join_types(args.inputs[0], args.inputs[1], "branches") : args.inputs[0];
}

void propagate_output(const InferArgs& args, std::span<HostValue> outputs) {
  if (args.has_input(1)) outputs[0] = join_host(args.host_value(0), args.host_value(1));
}

}  // namespace

const OpDefinition& if_op() {
  static const OpDefinition op{
      .name = "If",
      .meaning = "one of two graphs, as the condition says; the other does not run",
      .layer_type = kInternalLayer,
      // else_refusal: why no run may take the second branch; empty where it may.
      .attributes = {{"num_outputs", int64_t{1}}, {"else_refusal", std::string()}},
      .inputs = {{"condition"}, {.name = "captured", .optional = true}},
      .variadic = true,
      .outputs_attribute = "num_outputs",
      .regions = Regions::Branches,
      .infer = infer_if,
      .is_data_dependent = true,
  };
  return op;
}

const OpDefinition& condition_op() {
  static const OpDefinition op{
      .name = "Condition",
      .meaning = "what decides between the branches of a conditional",
      .layer_type = LayerType::Condition,
      .attributes = {{"conditional", int64_t{0}}},
      .inputs = {{"condition"}},
      .num_outputs = 0,
      .infer = infer_condition,
  };
  return op;
}

const OpDefinition& conditional_input_op() {
  static const OpDefinition op{
      .name = "ConditionalInput",
      .meaning = "a tensor as the branches of a conditional see it",
      .layer_type = LayerType::ConditionalInput,
      .attributes = {{"conditional", int64_t{0}}},
      .inputs = {{"input"}},
      .infer = infer_input,
      .propagate = propagate_input,
      .is_data_dependent = true,
  };
  return op;
}

const OpDefinition& conditional_output_op() {
  static const OpDefinition op{
      .name = "ConditionalOutput",
      .meaning = "the tensor of the branch that a conditional takes",
      .layer_type = LayerType::ConditionalOutput,
      // else_refusal: why there is no second tensor.
      .attributes = {{"conditional", int64_t{0}}, {"else_refusal", std::string()}},
      .inputs = {{"true_subgraph_output"}, {.name = "false_subgraph_output", .optional = true}},
      .infer = infer_output,
      .propagate = propagate_output,
      .is_data_dependent = true,
  };
  return op;
}

}  // namespace trtlike::ops
