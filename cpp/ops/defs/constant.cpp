// Constant: a tensor whose elements are part of the network.
#include "ops/op.h"

namespace trtlike::ops {
namespace {

/// The graph stores type, shape and elements with the value itself, so there is nothing to infer or
/// compute.
void infer(const InferArgs&) { throw InternalError("[ops] Constant: its value carries its type."); }

}  // namespace

const OpDefinition& constant_op() {
  static const OpDefinition op{
      .name = "Constant",
      .meaning = "a tensor whose elements are part of the network",
      .layer_type = LayerType::Constant,
      .attributes = {},
      .inputs = {},
      .infer = infer,
      .reference = nullptr,
  };
  return op;
}

}  // namespace trtlike::ops
