// Mod: the remainder of a truncating division, as C's fmod.
#include <cmath>

#include "ops/shapes/broadcast.h"

namespace trtlike::ops {

const OpDefinition& mod_op();

namespace {

void infer(const InferArgs& args) {
  const OpDefinition& self = mod_op();
  TRTLIKE_CHECK(core::is_floating_point(args.inputs[0].dtype), input_name(self, 0),
                ": expected a floating-point type, got ", core::dtype_name(args.inputs[0].dtype),
                ".");
  check_same_dtype(args, self, 1);
  args.outputs[0] = {args.inputs[0].dtype, infer_broadcast(args, self)};
}

/// Exact in every type: the remainder of two numbers of a type is a number of that type.
void reference(const ReferenceArgs& args) {
  const core::TensorView& out = args.outputs[0];
  core::dispatch_dtype(out.dtype, "Mod", [&](auto tag) {
    using T = decltype(tag);
    const T *a = args.inputs[0].as<T>(), *b = args.inputs[1].as<T>();
    for_each_broadcast(out.dims, args.inputs, [&](int64_t i, const int64_t* at) {
      out.as<T>()[i] =
          core::from_double<T>(std::fmod(core::to_double(a[at[0]]), core::to_double(b[at[1]])));
    });
  });
}

}  // namespace

const OpDefinition& mod_op() {
  static const OpDefinition op{
      .name = "Mod",
      .meaning = "what remains of a where b is taken from it as often as it fits; a's sign",
      .layer_type = LayerType::PluginV3,
      .attributes = {},
      .inputs = {{"a"}, {"b"}},
      .infer = infer,
      .reference = reference,
      .rounding = {0, always, never, never},
  };
  return op;
}

}  // namespace trtlike::ops
