// ReverseSequence: the first elements of each sequence of a batch, as many as its length says, in
// reverse order.
#include "ops/host_values.h"
#include "ops/indexing.h"

namespace trtlike::ops {
namespace {

struct Axes {
  int batch;
  int sequence;
};

Axes axes_of(const Attributes& attributes, const Dims& dims) {
  const Axes axes{
      core::normalize_axis(attributes.get_int("batch_axis"), dims.rank(), "attribute 'batch_axis'"),
      core::normalize_axis(attributes.get_int("sequence_axis"), dims.rank(),
                           "attribute 'sequence_axis'")};
  TRTLIKE_CHECK(axes.batch != axes.sequence,
                "[ops] attribute 'sequence_axis': expected another axis than the batch axis ",
                axes.batch, ", got the same.");
  return axes;
}

void infer(const InferArgs& args) {
  const TensorType &input = args.inputs[0], &lengths = args.inputs[1];
  const Axes axes = axes_of(args.attributes, input.dims);
  TRTLIKE_CHECK(core::is_integer(lengths.dtype), "[ops] input 1 'lengths': expected integers, got ",
                core::dtype_name(lengths.dtype), ".");
  const int64_t batch = input.dims[axes.batch];
  TRTLIKE_CHECK(
      lengths.dims.rank() == 1 && (lengths.dims[0] == batch || lengths.dims[0] < 0 || batch < 0),
      "[ops] input 1 'lengths': expected shape [", batch, "], got ", lengths.dims, ".");
  args.outputs[0] = input;
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &input = args.inputs[0], &out = args.outputs[0];
  const Axes axes = axes_of(args.attributes, input.dims);
  const std::vector<int64_t> lengths = int_elements(args.inputs[1]);
  const Dims strides = core::dense_strides(input.dims);
  const ElementMover mover(input, out, "ReverseSequence");
  for_each_index(out.dims, [&](const Dims& index, int64_t n) {
    const int64_t given = lengths[static_cast<size_t>(index[axes.batch])];
    const int64_t length = std::min(given, input.dims[axes.sequence]);
    Dims from = index;
    if (index[axes.sequence] < length) from[axes.sequence] = length - 1 - index[axes.sequence];
    mover.copy(offset_of(from, strides), n);
  });
}

}  // namespace

const OpDefinition& reverse_sequence_op() {
  static const OpDefinition op{
      .name = "ReverseSequence",
      .meaning = "the first elements of each sequence of a batch in reverse order",
      .layer_type = LayerType::ReverseSequence,
      .attributes = {{"batch_axis", int64_t{1}}, {"sequence_axis", int64_t{0}}},
      .inputs = {{.name = "input"}, {.name = "lengths"}},
      .infer = infer,
      .reference = reference,
      .rounding = kMoved,
  };
  return op;
}

}  // namespace trtlike::ops
