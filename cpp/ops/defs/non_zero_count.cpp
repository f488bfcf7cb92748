// NonZeroCount: how many elements are not 0.
#include "core/dtype.h"
#include "ops/op.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) { args.outputs[0] = {DataType::Int64, {1}}; }

void reference(const ReferenceArgs& args) {
  const core::TensorView& input = args.inputs[0];
  int64_t count = 0;
  core::dispatch_dtype(input.dtype, "NonZeroCount", [&](auto tag) {
    const auto* elements = input.as<decltype(tag)>();
    for (int64_t i = 0, n = input.elems(); i < n; ++i)
      count += core::to_double(elements[i]) != 0 ? 1 : 0;
  });
  *args.outputs[0].as<int64_t>() = count;
}

}  // namespace

const OpDefinition& non_zero_count_op() {
  static const OpDefinition op{
      .name = "NonZeroCount",
      .meaning = "how many elements are not 0",
      .layer_type = kInternalLayer,
      .attributes = {},
      .inputs = {{.name = "input"}},
      .infer = infer,
      .reference = reference,
      .is_data_dependent = true,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
