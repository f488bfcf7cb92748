// Reformat: the same tensor in another layout or floating-point type. Layouts are the tactics'
// business; what the op means is the conversion.
#include "ops/convert.h"
#include "ops/elements.h"
#include "ops/op.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  args.outputs[0] = {to_type(args.attributes), args.inputs[0].dims};
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &in = args.inputs[0], &out = args.outputs[0];
  dispatch_conversion(in.dtype, out.dtype, "Reformat", [&](auto source, auto target) {
    using From = decltype(source);
    using To = decltype(target);
    for (int64_t i = 0; i < in.elems(); ++i)
      out.as<To>()[i] = convert_element<To>(in.as<From>()[i]);
  });
}

}  // namespace

const OpDefinition& reformat_op() {
  static const OpDefinition op{
      .name = "Reformat",
      .meaning = "the same tensor in another layout or type",
      .layer_type = kInternalLayer,
      .attributes = {{"to_type", int64_t{0}}},
      .inputs = {{"input"}},
      .infer = infer,
      .reference = reference,
  };
  return op;
}

}  // namespace trtlike::ops
