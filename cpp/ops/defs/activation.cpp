// Activation: one function of each element.
#include "ops/arithmetic.h"
#include "ops/convert.h"
#include "ops/pointwise/pointwise_lowering.h"
#include "ops/pointwise/pointwise_program.h"
#include "ops/shapes/broadcast.h"

namespace trtlike::ops {

const OpDefinition& activation_op();

namespace {

PointwiseInstruction instruction(const Attributes& attributes) {
  const int64_t type = attributes.get_int("type");
  TRTLIKE_CHECK(type >= 0 && type < kEnumCount<ActivationType>, "attribute 'type': expected 0 to ",
                kEnumCount<ActivationType> - 1, ", got ", type, ".");
  return {to_opcode(static_cast<ActivationType>(type)),
          0,
          -1,
          -1,
          static_cast<float>(attributes.get_float("alpha")),
          static_cast<float>(attributes.get_float("beta"))};
}

void infer(const InferArgs& args) {
  const PointwiseOpcode op = instruction(args.attributes).op;
  const DataType dtype = args.inputs[0].dtype;
  const bool integer_too = op == PointwiseOpcode::Relu || op == PointwiseOpcode::Clip;
  TRTLIKE_CHECK(core::is_floating_point(dtype) || (integer_too && core::is_integer(dtype)),
                input_name(activation_op(), 0), ": expected ",
                integer_too ? "a floating-point or integer" : "a floating-point", " type for ",
                opcode_info(op).name, ", got ", core::dtype_name(dtype), ".");
  args.outputs[0] = args.inputs[0];
}

/// RELU and CLIP without a detour over floating point, where large integers would lose bits.
template <typename T>
void clamp_integers(const ReferenceArgs& args, PointwiseOpcode op) {
  const core::TensorView &in = args.inputs[0], &out = args.outputs[0];
  const bool relu = op == PointwiseOpcode::Relu;
  const double low = relu ? 0 : args.attributes.get_float("alpha");
  const double high = relu ? 0x1p70 : args.attributes.get_float("beta");
  for (int64_t i = 0; i < in.elems(); ++i) {
    T v = in.as<T>()[i];
    if (static_cast<double>(v) > high) v = convert_element<T>(high);
    if (static_cast<double>(v) < low) v = convert_element<T>(low);
    out.as<T>()[i] = v;
  }
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &in = args.inputs[0], &out = args.outputs[0];
  const PointwiseInstruction f = instruction(args.attributes);
  core::dispatch_dtype(in.dtype, "Activation", [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_integral_v<T>) {
      clamp_integers<T>(args, f.op);
    } else {
      for (int64_t i = 0; i < in.elems(); ++i) out.set(i, evaluate(f, in.at(i), 0, 0));
    }
  });
}

void lower(const InferArgs& args, PointwiseLowering& out) {
  lower_unary(args, instruction(args.attributes), out);
}

}  // namespace

const OpDefinition& activation_op() {
  static const OpDefinition op{
      .name = "Activation",
      .meaning = "one function of each element",
      .layer_type = LayerType::Activation,
      .attributes = {{"type", int64_t{0}}, {"alpha", 0.0}, {"beta", 0.0}},
      .inputs = {{"input"}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_outputs,
      .rounding = kUndiminished,
      .lower = lower,
  };
  return op;
}

}  // namespace trtlike::ops
