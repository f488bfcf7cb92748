// Padding: zeros around the last two axes, or less of them where the counts are below zero.
#include "ops/indexing.h"
#include "ops/shapes/slice_shape.h"

namespace trtlike::ops {

std::vector<SliceAxis> padding_axes(const Attributes& attributes, const Dims& dims) {
  const std::vector<int64_t>&pre = attributes.get_ints("pre_padding"),
        &post = attributes.get_ints("post_padding");
  TRTLIKE_CHECK(dims.rank() >= 2, "[ops] input 0: expected rank 2 or more, got shape ", dims, ".");
  TRTLIKE_CHECK((pre.empty() || pre.size() == 2) && (post.empty() || post.size() == 2),
                "[ops] Padding: expected two counts before and two after (for the last two axes), "
                "got [",
                core::join(pre), "] and [", core::join(post), "].");
  std::vector<SliceAxis> out;
  for (int d = 0; d < dims.rank(); ++d) {
    const int padded = d - (dims.rank() - 2);
    const auto count = [&](const std::vector<int64_t>& counts) {
      return padded < 0 || counts.empty() ? 0 : counts[static_cast<size_t>(padded)];
    };
    const int64_t before = count(pre), after = count(post);
    SliceAxis axis{-before, core::kUnknownDim, 1};
    if (dims[d] >= 0) {
      axis.extent = dims[d] + before + after;
      TRTLIKE_CHECK(axis.extent >= 0, "[ops] Padding: expected to remove at most the ", dims[d],
                    " elements of axis ", d, ", got ", before, " and ", after, ".");
    }
    out.push_back(axis);
  }
  return out;
}

namespace {

void infer(const InferArgs& args) {
  const TensorType& input = args.inputs[0];
  args.outputs[0] = {input.dtype, {}};
  for (const SliceAxis& axis : padding_axes(args.attributes, input.dims))
    args.outputs[0].dims.push_back(axis.extent);
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &input = args.inputs[0], &out = args.outputs[0];
  const std::vector<SliceAxis> axes = padding_axes(args.attributes, input.dims);
  const Dims strides = core::dense_strides(input.dims);
  const ElementMover mover(input, out, "Padding");
  for_each_index(out.dims, [&](const Dims& index, int64_t n) {
    int64_t from = 0;
    for (int d = 0; d < index.rank() && from >= 0; ++d) {
      const int64_t at = axes[static_cast<size_t>(d)].start + index[d];
      from = at < 0 || at >= input.dims[d] ? -1 : from + at * strides[d];
    }
    if (from >= 0) {
      mover.copy(from, n);
    } else {
      mover.clear(n);
    }
  });
}

}  // namespace

const OpDefinition& padding_op() {
  static const OpDefinition op{
      .name = "Padding",
      .meaning = "zeros around the last two axes (or fewer elements of them)",
      .layer_type = LayerType::Padding,
      .attributes = {{"pre_padding", std::vector<int64_t>{}},
                     {"post_padding", std::vector<int64_t>{}}},
      .inputs = {{.name = "input"}},
      .infer = infer,
      .reference = reference,
      .rounding = kMoved,
  };
  return op;
}

}  // namespace trtlike::ops
