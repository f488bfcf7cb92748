// Dequantize: integers to floating point.
#include "ops/arithmetic.h"
#include "ops/quantization.h"

namespace trtlike::ops {

const OpDefinition& dequantize_op();

namespace {

void infer(const InferArgs& args) {
  const OpDefinition& self = dequantize_op();
  const DataType from = args.inputs[0].dtype;
  TRTLIKE_CHECK(core::is_integer(from) || from == DataType::Int4, input_name(self, 0),
                ": expected an integer type, got ", core::dtype_name(from), ".");
  check_scale(args, self);
  const auto to = args.attributes.get_enum<DataType>("to_type");
  TRTLIKE_CHECK(core::is_float(to), "attribute 'to_type': expected a floating-point type, got ",
                core::dtype_name(to), ".");
  args.outputs[0] = {to, args.inputs[0].dims};
}

/// Two 4-bit elements lie in a byte, the first one in the low bits.
double element(const core::TensorView& view, int64_t i) {
  if (view.dtype != DataType::Int4) return view.at(i);
  const int nibble = view.as<uint8_t>()[i / 2] >> (i % 2 * 4) & 15;
  return nibble >= 8 ? nibble - 16 : nibble;
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &in = args.inputs[0], &scale = args.inputs[1], &out = args.outputs[0];
  const ScaleIndex index(in.dims, scale.dims, args.attributes.get_int("axis"));
  index.for_each([&](int64_t i, int64_t at) {
    const double zero = args.has_input(2) ? element(args.inputs[2], at) : 0;
    out.set(i, (element(in, i) - zero) * scale.at(at));
  });
}

void lower(const InferArgs& args, PointwiseLowering& out) { lower_quantization(args, false, out); }

}  // namespace

const OpDefinition& dequantize_op() {
  static const OpDefinition op{
      .name = "Dequantize",
      .meaning = "(x - zero_point) * scale",
      .layer_type = LayerType::Dequantize,
      .attributes = {{"axis", int64_t{-1}}, {"to_type", int64_t{0}}},
      .inputs = {{.name = "input", .takes_int4 = true}, {"scale"}, {"zero_point", true}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_outputs,
      .rounding = kDiminished,
      .lower = lower,
  };
  return op;
}

}  // namespace trtlike::ops
