// Loop: a graph that runs turn after turn; and the layers that mark its ends in a network that
// holds the body flat: TripLimit, Recurrence, Iterator, LoopOutput.
#include "ops/op.h"
#include "ops/shapes/regions_shape.h"

namespace trtlike::ops {
namespace {

void infer_loop(const InferArgs& args) {
  if (args.has_input(0)) check_count(args, 0, "trip count");
  if (args.has_input(1)) check_flag(args, 1, "condition");
}

void infer_trip_limit(const InferArgs& args) {
  if (args.attributes.get_enum<TripLimit>("kind") == TripLimit::While)
    check_flag(args, 0, "condition");
  else
    check_count(args, 0, "trip count");
}

void infer_recurrence(const InferArgs& args) {
  TensorType& value = args.outputs[0];
  value = args.has_input(1) ? join_types(args.inputs[0], args.inputs[1], "turns") : args.inputs[0];
  for (const int64_t axis : args.attributes.get_ints("varying_axes")) {
    TRTLIKE_CHECK(axis >= 0 && axis < value.dims.rank(),
                  "[ops] varying_axes: expected axes from 0 to ", value.dims.rank() - 1, ", got ",
                  axis, ".");
    value.dims[static_cast<int>(axis)] = core::kUnknownDim;
  }
}

/// Elements differ from turn to turn.
void propagate_recurrence(const InferArgs&, std::span<HostValue> outputs) { outputs[0].reset(); }

void infer_iterator(const InferArgs& args) {
  const int axis = normalize_loop_axis(args, args.inputs[0].dims.rank());
  args.outputs[0] = {args.inputs[0].dtype, {}};
  for (int i = 0; i < args.inputs[0].dims.rank(); ++i)
    if (i != axis) args.outputs[0].dims.push_back(args.inputs[0].dims[i]);
}

void infer_loop_output(const InferArgs& args) {
  const TensorType& value = args.inputs[0];
  if (args.has_input(1)) check_count(args, 1, "length");
  args.outputs[0] = value;
  if (args.attributes.get_enum<LoopOutput>("kind") == LoopOutput::LastValue) return;
  const int axis = normalize_loop_axis(args, value.dims.rank() + 1);
  const bool is_known = args.has_input(1) && args.host_value(1) &&
                        args.host_value(1)->size() == 1 &&
                        args.host_value(1)->front() != kUnknownElement;
  Dims dims;
  for (int i = 0; i <= value.dims.rank(); ++i)
    dims.push_back(i == axis ? is_known ? args.host_value(1)->front() : core::kUnknownDim
                             : value.dims[i < axis ? i : i - 1]);
  args.outputs[0].dims = dims;
}

}  // namespace

const OpDefinition& loop_op() {
  static const OpDefinition op{
      .name = "Loop",
      .meaning = "a graph that runs turn after turn, with values that one turn hands to the next",
      .layer_type = kInternalLayer,
      .attributes = {{"num_carried", int64_t{0}},
                     {"num_outputs", int64_t{1}},
                     {"has_condition", false},
                     {"reversed", std::vector<int64_t>{}}},
      .inputs = {{.name = "trip_count", .optional = true},
                 {.name = "condition", .optional = true},
                 {.name = "value", .optional = true}},
      .variadic = true,
      .outputs_attribute = "num_outputs",
      .regions = Regions::Turns,
      .infer = infer_loop,
      .is_data_dependent = true,
  };
  return op;
}

const OpDefinition& trip_limit_op() {
  static const OpDefinition op{
      .name = "TripLimit",
      .meaning = "how often a loop turns, or what it asks before each turn",
      .layer_type = LayerType::TripLimit,
      .attributes = {{"loop", int64_t{0}}, {"kind", int64_t{0}}},
      .inputs = {{"limit"}},
      .num_outputs = 0,
      .infer = infer_trip_limit,
  };
  return op;
}

const OpDefinition& recurrence_op() {
  static const OpDefinition op{
      .name = "Recurrence",
      .meaning = "a value that a turn of a loop gets from the turn before",
      .layer_type = LayerType::Recurrence,
      // varying_axes: those whose extents are not the same in all turns, beyond what follows from
      // the inputs.
      .attributes = {{"loop", int64_t{0}}, {"varying_axes", std::vector<int64_t>{}}},
      .inputs = {{"initial_value"}, {.name = "next_value", .optional = true}},
      .back_inputs = {1},
      .infer = infer_recurrence,
      .propagate = propagate_recurrence,
      .is_data_dependent = true,
  };
  return op;
}

const OpDefinition& iterator_op() {
  static const OpDefinition op{
      .name = "Iterator",
      .meaning = "the slices of a tensor along an axis, one a turn",
      .layer_type = LayerType::Iterator,
      .attributes = {{"loop", int64_t{0}}, {"axis", int64_t{0}}, {"reverse", false}},
      .inputs = {{"input"}},
      .infer = infer_iterator,
      .is_data_dependent = true,
  };
  return op;
}

const OpDefinition& loop_output_op() {
  static const OpDefinition op{
      .name = "LoopOutput",
      .meaning = "what leaves a loop: the last value, or the values of all turns",
      .layer_type = LayerType::LoopOutput,
      .attributes = {{"loop", int64_t{0}}, {"kind", int64_t{0}}, {"axis", int64_t{0}}},
      .inputs = {{"value"}, {.name = "length", .optional = true}},
      .infer = infer_loop_output,
      .is_data_dependent = true,
  };
  return op;
}

}  // namespace trtlike::ops
