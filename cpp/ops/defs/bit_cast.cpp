// BitCast: the bits of the input, read as another type of the same size.
#include <cstring>

#include "core/check.h"
#include "ops/elements.h"
#include "ops/indexing.h"
#include "ops/op.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  const DataType to = to_type(args.attributes);
  const DataType from = args.inputs[0].dtype;
  TRTLIKE_CHECK(element_bytes(from, "BitCast") == element_bytes(to, "BitCast"),
                "[ops] attribute 'to_type': expected a type of the size of ",
                core::dtype_name(from), ", got ", core::dtype_name(to), ".");
  args.outputs[0] = {to, args.inputs[0].dims};
}

/// A truth value has one bit: any other number but 0 is true.
void reference(const ReferenceArgs& args) {
  const core::TensorView &in = args.inputs[0], &out = args.outputs[0];
  TRTLIKE_ASSERT(in.bytes() == out.bytes(), "bytes of elements ", in.bytes(), " ", out.bytes());
  if (out.dtype == DataType::Bool) {
    for (int64_t i = 0; i < in.elems(); ++i) out.as<bool>()[i] = in.as<uint8_t>()[i] != 0;
  } else if (in.bytes() != 0) {
    std::memcpy(out.data, in.data, in.bytes());
  }
}

}  // namespace

const OpDefinition& bit_cast_op() {
  static const OpDefinition op{
      .name = "BitCast",
      .meaning = "the bits of the input, read as another type of the same size",
      .layer_type = LayerType::PluginV3,
      .attributes = {{"to_type", int64_t{0}}},
      .inputs = {{"input"}},
      .infer = infer,
      .reference = reference,
      .rounding = {0, always, never, always},
      .reads_bits = true,
  };
  return op;
}

}  // namespace trtlike::ops
