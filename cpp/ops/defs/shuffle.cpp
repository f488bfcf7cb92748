// Shuffle: a transpose, then a reshape, then another transpose.
#include "ops/host_values.h"
#include "ops/indexing.h"
#include "ops/shapes/shuffle_shape.h"

namespace trtlike::ops {
namespace {

bool reshapes(const InferArgs& args) {
  return args.has_input(1) || args.attributes.get_bool("has_reshape") ||
         !args.attributes.get_ints("reshape_dims").empty();
}

Dims reshaped_dims(const InferArgs& args, const Dims& from) {
  if (!reshapes(args)) return from;
  const HostValue wanted = ints_argument(args, 1, "reshape_dims");
  TRTLIKE_CHECK(wanted.has_value(),
                "[ops] input 1 'reshape_dims': expected a list of known length, got shape ",
                args.inputs[1].dims, ".");
  return reshape_dims(from, *wanted, args.attributes.get_bool("zero_is_placeholder"));
}

void infer(const InferArgs& args) {
  const TensorType& input = args.inputs[0];
  const Dims from =
      permute(input.dims, permutation(args.attributes, "first_transpose", input.dims.rank()));
  const Dims to = reshaped_dims(args, from);
  args.outputs[0] = {input.dtype,
                     permute(to, permutation(args.attributes, "second_transpose", to.rank()))};
}

/// For each element of `to`, the element of `from` that stands there after the permutation.
void transpose(const core::TensorView& from, const core::TensorView& to,
               const std::vector<int>& permutation) {
  const Dims strides = permute(core::dense_strides(from.dims), permutation);
  const ElementMover mover(from, to, "Shuffle");
  for_each_index(to.dims,
                 [&](const Dims& index, int64_t n) { mover.copy(offset_of(index, strides), n); });
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &input = args.inputs[0], &out = args.outputs[0];
  const std::vector<int> first = permutation(args.attributes, "first_transpose", input.dims.rank());
  const std::vector<int> second = permutation(args.attributes, "second_transpose", out.dims.rank());
  std::vector<char> storage(input.bytes() + 1);
  core::TensorView middle{storage.data(), input.dtype, permute(input.dims, first)};
  transpose(input, middle, first);
  Dims reshaped = Dims::filled(out.dims.rank(), 0);
  for (size_t i = 0; i < second.size(); ++i) reshaped[second[i]] = out.dims[static_cast<int>(i)];
  middle.dims = reshaped;
  transpose(middle, out, second);
}

void propagate(const InferArgs& args, std::span<HostValue> outputs) {
  const bool trivial = args.inputs[0].dims.rank() <= 1 && args.outputs[0].dims.rank() <= 1;
  if (trivial) {
    outputs[0] = args.host_value(0);
    return;
  }
  const TensorType inputs[] = {args.inputs[0]};
  const HostValue host[] = {args.host_value(0)};
  move_host_values({args.self, args.attributes, inputs, host, args.outputs}, reference, 1, outputs);
}

bool is_view(const InferArgs& args) {
  const Dims& dims = args.inputs[0].dims;
  const std::vector<int> first = permutation(args.attributes, "first_transpose", dims.rank());
  if (!moves_nothing(dims, first)) return false;
  const Dims to = reshaped_dims(args, permute(dims, first));
  return moves_nothing(to, permutation(args.attributes, "second_transpose", to.rank()));
}

}  // namespace

const OpDefinition& shuffle_op() {
  static const OpDefinition op{
      .name = "Shuffle",
      .meaning = "a transpose, then a reshape, then another transpose",
      .layer_type = LayerType::Shuffle,
      .attributes = {{"first_transpose", std::vector<int64_t>{}},
                     {"has_reshape", false},
                     {"reshape_dims", std::vector<int64_t>{}},
                     {"zero_is_placeholder", true},
                     {"second_transpose", std::vector<int64_t>{}}},
      .inputs = {{.name = "input"}, {.name = "reshape_dims", .optional = true}},
      .host_inputs = {1},
      .infer = infer,
      .reference = reference,
      .propagate = propagate,
      .is_view = is_view,
      .rounding = kMoved,
  };
  return op;
}

}  // namespace trtlike::ops
