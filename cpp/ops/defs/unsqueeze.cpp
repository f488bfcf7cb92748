// Unsqueeze: inserts extents of 1 where the result shall have them.
#include <cstring>

#include "ops/host_values.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  const TensorType& input = args.inputs[0];
  const HostValue axes = ints_argument(args, 1, "axes");
  TRTLIKE_CHECK(is_known(axes),
                "[ops] input 1 'axes': expected elements that are known when the "
                "network is built, got ones that are not.");
  const int rank = input.dims.rank() + static_cast<int>(axes->size());
  TRTLIKE_CHECK(rank <= Dims::kMaxDims, "[ops] axes: expected a result of rank at most ",
                Dims::kMaxDims, ", got ", rank, ".");
  std::vector<bool> inserted(static_cast<size_t>(rank), false);
  for (const int64_t given : *axes) {
    const auto axis = static_cast<size_t>(core::normalize_axis(given, rank, "axes"));
    TRTLIKE_CHECK(!inserted[axis], "[ops] axes: expected each axis once, got [", core::join(*axes),
                  "].");
    inserted[axis] = true;
  }
  Dims out;
  int from = 0;
  for (const bool one : inserted) out.push_back(one ? 1 : input.dims[from++]);
  args.outputs[0] = {input.dtype, out};
}

void reference(const ReferenceArgs& args) {
  if (args.outputs[0].bytes() > 0)
    std::memcpy(args.outputs[0].data, args.inputs[0].data, args.outputs[0].bytes());
}

void propagate(const InferArgs& args, std::span<HostValue> outputs) {
  outputs[0] = args.host_value(0);
}

bool is_view(const InferArgs&) { return true; }

}  // namespace

const OpDefinition& unsqueeze_op() {
  static const OpDefinition op{
      .name = "Unsqueeze",
      .meaning = "the same elements with extents of 1 at the named axes of the result",
      .layer_type = LayerType::Unsqueeze,
      .attributes = {{"axes", std::vector<int64_t>{}}},
      .inputs = {{.name = "input"}, {.name = "axes", .optional = true}},
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
