// Concatenation: tensors laid one after another along an axis.
#include "ops/host_values.h"
#include "ops/indexing.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  const TensorType& first = args.inputs[0];
  const int axis =
      core::normalize_axis(args.attributes.get_int("axis"), first.dims.rank(), "attribute 'axis'");
  TensorType out = first;
  for (size_t i = 1; i < args.inputs.size(); ++i) {
    const TensorType& input = args.inputs[i];
    TRTLIKE_CHECK(input.dtype == first.dtype, "[ops] input ", i, ": expected ",
                  core::dtype_name(first.dtype), " as input 0, got ", core::dtype_name(input.dtype),
                  ".");
    bool fits = input.dims.rank() == first.dims.rank();
    for (int d = 0; fits && d < first.dims.rank(); ++d) {
      const int64_t extent = input.dims[d];
      if (d == axis) {
        out.dims[d] = out.dims[d] < 0 || extent < 0 ? core::kUnknownDim : out.dims[d] + extent;
      } else if (out.dims[d] < 0) {
        out.dims[d] = extent;
      } else {
        fits = extent < 0 || extent == out.dims[d];
      }
    }
    TRTLIKE_CHECK(fits, "[ops] input ", i, ": expected the extents of input 0 except on axis ",
                  axis, ", ", first.dims, ", got ", input.dims, ".");
  }
  args.outputs[0] = out;
}

void reference(const ReferenceArgs& args) {
  const core::TensorView& out = args.outputs[0];
  const int axis =
      core::normalize_axis(args.attributes.get_int("axis"), out.dims.rank(), "attribute 'axis'");
  const size_t bytes = element_bytes(out.dtype, "Concatenation");
  const int64_t rows = core::elems_between(out.dims, 0, axis);
  const auto row_bytes = [&](const core::TensorView& view) {
    return static_cast<size_t>(core::elems_between(view.dims, axis, view.dims.rank())) * bytes;
  };
  char* to = out.as<char>();
  for (int64_t row = 0; row < rows; ++row) {
    for (const core::TensorView& input : args.inputs) {
      const size_t n = row_bytes(input);
      if (n == 0) continue;
      std::memcpy(to, input.as<char>() + static_cast<size_t>(row) * n, n);
      to += n;
    }
  }
}

void propagate(const InferArgs& args, std::span<HostValue> outputs) {
  move_host_values(args, reference, ~0u, outputs);
}

bool is_view(const InferArgs& args) { return args.inputs.size() == 1; }

}  // namespace

const OpDefinition& concatenation_op() {
  static const OpDefinition op{
      .name = "Concatenation",
      .meaning = "tensors one after another along an axis",
      .layer_type = LayerType::Concatenation,
      .attributes = {{"axis", int64_t{0}}},
      .inputs = {{.name = "input"}},
      .variadic = true,
      .infer = infer,
      .reference = reference,
      .propagate = propagate,
      .is_view = is_view,
      .rounding = kMoved,
      .joins_inputs = true,
  };
  return op;
}

}  // namespace trtlike::ops
