// ParametricReLU: negative elements times a slope of their own.
#include "ops/arithmetic.h"
#include "ops/pointwise/pointwise_lowering.h"
#include "ops/shapes/broadcast.h"

namespace trtlike::ops {

const OpDefinition& parametric_relu_op();

namespace {

void infer(const InferArgs& args) {
  const OpDefinition& self = parametric_relu_op();
  const Dims &dims = args.inputs[0].dims, &slopes = args.inputs[1].dims;
  TRTLIKE_CHECK(core::is_floating_point(args.inputs[0].dtype), input_name(self, 0),
                ": expected a floating-point type, got ", core::dtype_name(args.inputs[0].dtype),
                ".");
  check_same_dtype(args, self, 1);
  infer_broadcast(args, self);
  for (int axis = 0; axis < dims.rank(); ++axis)
    TRTLIKE_CHECK(slopes[axis] == 1 || dims[axis] != 1, input_name(self, 1),
                  ": expected a shape that broadcasts to ", dims, ", got ", slopes, ".");
  args.outputs[0] = args.inputs[0];
}

void reference(const ReferenceArgs& args) {
  const core::TensorView& out = args.outputs[0];
  for_each_broadcast(out.dims, args.inputs, [&](int64_t i, const int64_t* at) {
    const double x = args.inputs[0].at(at[0]);
    out.set(i, x < 0 ? x * args.inputs[1].at(at[1]) : x);
  });
}

void lower(const InferArgs& args, PointwiseLowering& out) {
  const int x = out.add(args, 0), slope = out.add(args, 1);
  PointwiseProgram& program = out.program;
  const int zero = program.append(PointwiseOpcode::Constant, -1, -1, -1, 0);
  const int negative = program.append(PointwiseOpcode::Less, x, zero);
  const int scaled = program.append(PointwiseOpcode::Prod, x, slope);
  program.output = program.append(PointwiseOpcode::Select, negative, scaled, x);
}

}  // namespace

const OpDefinition& parametric_relu_op() {
  static const OpDefinition op{
      .name = "ParametricReLU",
      .meaning = "x where x >= 0, else x times its slope",
      .layer_type = LayerType::ParametricReLU,
      .attributes = {},
      .inputs = {{"input"}, {"slopes", false, true}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_outputs,
      .rounding = kUndiminished,
      .lower = lower,
  };
  return op;
}

}  // namespace trtlike::ops
