// Squeeze: drops extents of 1.
#include <cstring>

#include "ops/host_values.h"

namespace trtlike::ops {
namespace {

/// True for each axis that is dropped: the listed ones, or without a list all whose extent is 1.
std::vector<bool> dropped_axes(const InferArgs& args) {
  const Dims& dims = args.inputs[0].dims;
  std::vector<bool> dropped(static_cast<size_t>(dims.rank()), false);
  const HostValue axes = ints_argument(args, 1, "axes");
  const bool listed = args.has_input(1) || !axes->empty();
  TRTLIKE_CHECK(!listed || is_known(axes),
                "[ops] input 1 'axes': expected elements that are "
                "known when the network is built, got ones that are not.");
  if (!listed) {
    TRTLIKE_CHECK(core::is_static(dims),
                  "[ops] attribute 'axes': expected a list of axes for shape ", dims,
                  " with unknown extents, got none.");
    for (int d = 0; d < dims.rank(); ++d) dropped[static_cast<size_t>(d)] = dims[d] == 1;
    return dropped;
  }
  for (const int64_t given : *axes) {
    const int axis = core::normalize_axis(given, dims.rank(), "axes");
    TRTLIKE_CHECK(dims[axis] == 1 || dims[axis] < 0, "[ops] axes: expected an extent of 1 on axis ",
                  given, ", got shape ", dims, ".");
    dropped[static_cast<size_t>(axis)] = true;
  }
  return dropped;
}

void infer(const InferArgs& args) {
  const TensorType& input = args.inputs[0];
  const std::vector<bool> dropped = dropped_axes(args);
  Dims out;
  for (int d = 0; d < input.dims.rank(); ++d)
    if (!dropped[static_cast<size_t>(d)]) out.push_back(input.dims[d]);
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

const OpDefinition& squeeze_op() {
  static const OpDefinition op{
      .name = "Squeeze",
      .meaning = "the same elements without the named extents of 1",
      .layer_type = LayerType::Squeeze,
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
