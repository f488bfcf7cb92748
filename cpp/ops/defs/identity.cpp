// Identity: the input itself.
#include <cstring>

#include "ops/op.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) { args.outputs[0] = args.inputs[0]; }

void reference(const ReferenceArgs& args) {
  if (args.inputs[0].bytes() != 0)
    std::memcpy(args.outputs[0].data, args.inputs[0].data, args.inputs[0].bytes());
}

void propagate(const InferArgs& args, std::span<HostValue> outputs) {
  outputs[0] = args.host_value(0);
}

bool is_view(const InferArgs&) { return true; }

}  // namespace

const OpDefinition& identity_op() {
  static const OpDefinition op{
      .name = "Identity",
      .meaning = "the input itself",
      .layer_type = LayerType::Identity,
      .attributes = {},
      .inputs = {{"input"}},
      .infer = infer,
      .reference = reference,
      .propagate = propagate,
      .is_view = is_view,
      .rounding = kMoved,
  };
  return op;
}

}  // namespace trtlike::ops
