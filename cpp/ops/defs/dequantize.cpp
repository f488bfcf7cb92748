// Dequantize: integers to floating point.
#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/quantization.h"

namespace trtlike::ops {

const OpDefinition& dequantize_op();

namespace {

void infer(const InferArgs& args) {
  const OpDefinition& self = dequantize_op();
  const DataType from = args.inputs[0].dtype;
  TRTLIKE_CHECK(core::is_integer(from) || core::is_narrow(from), input_name(self, 0),
                ": expected an integer or narrow type, got ", core::dtype_name(from), ".");
  check_scale(args, self);
  check_block_shape(args);
  check_zero_point(args, self, from);
  const DataType to = to_type(args.attributes);
  TRTLIKE_CHECK(core::is_float(to), "attribute 'to_type': expected a floating-point type, got ",
                core::dtype_name(to), ".");
  args.outputs[0] = {to, args.inputs[0].dims};
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &in = args.inputs[0], &scale = args.inputs[1], &out = args.outputs[0];
  const ScaleIndex index(in.dims, scale.dims, args.attributes.get_int("axis"));
  index.for_each([&](int64_t i, int64_t at) {
    const double zero = args.has_input(2) ? args.inputs[2].at(at) : 0;
    out.set(i, (in.at(i) - zero) * scale.at(at));
  });
}

void lower(const InferArgs& args, PointwiseLowering& out) { lower_quantization(args, false, out); }

}  // namespace

const OpDefinition& dequantize_op() {
  static const OpDefinition op{
      .name = "Dequantize",
      .meaning = "(x - zero_point) * scale",
      .layer_type = LayerType::Dequantize,
      .attributes = {{"axis", int64_t{-1}},
                     {"to_type", int64_t{0}},
                     {"block_shape", std::vector<int64_t>{}}},
      .inputs = {{.name = "input", .takes_narrow = true},
                 {.name = "scale"},
                 {.name = "zero_point", .optional = true, .takes_narrow = true}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_outputs,
      .rounding = kDiminished,
      .lower = lower,
  };
  return op;
}

}  // namespace trtlike::ops
