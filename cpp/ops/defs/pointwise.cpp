// PointWise: a pointwise program on broadcast operands; what chains of element-wise layers are
// fused into.
#include "ops/arithmetic.h"
#include "ops/convert.h"
#include "ops/pointwise/pointwise_lowering.h"
#include "ops/pointwise/pointwise_program.h"
#include "ops/shapes/broadcast.h"

namespace trtlike::ops {

const OpDefinition& pointwise_op();

namespace {

void infer(const InferArgs& args) {
  const OpDefinition& self = pointwise_op();
  const auto program = PointwiseProgram::parse(args.attributes.get_string("program"));
  TRTLIKE_CHECK(static_cast<size_t>(program.num_inputs) == args.inputs.size(),
                "attribute 'program': expected ", args.inputs.size(), " inputs, got ",
                program.num_inputs, ".");
  const std::vector<int64_t>& dtypes = args.attributes.get_ints("output_dtypes");
  TRTLIKE_CHECK(dtypes.size() <= 1, "attribute 'output_dtypes': expected at most 1 type, got ",
                dtypes.size(), ".");
  const DataType dtype =
      dtypes.empty() ? args.inputs[0].dtype : static_cast<DataType>(dtypes.front());
  core::dispatch_dtype(dtype, "PointWise's 'output_dtypes'", [](auto) {});
  args.outputs[0] = {dtype, infer_broadcast(args, self)};
}

void reference(const ReferenceArgs& args) {
  const auto program = PointwiseProgram::parse(args.attributes.get_string("program"));
  const core::TensorView& out = args.outputs[0];
  std::vector<double> inputs(args.inputs.size());
  std::vector<double> registers(static_cast<size_t>(program.num_registers()));
  core::dispatch_dtype(out.dtype, "PointWise", [&](auto tag) {
    using T = decltype(tag);
    for_each_broadcast(out.dims, args.inputs, [&](int64_t i, const int64_t* at) {
      for (size_t k = 0; k < inputs.size(); ++k) inputs[k] = args.inputs[k].at(at[k]);
      out.as<T>()[i] = convert_element<T>(evaluate(program, inputs.data(), registers.data()));
    });
  });
}

void lower(const InferArgs& args, PointwiseLowering& out) {
  for (size_t i = 0; i < args.inputs.size(); ++i) out.add(args, i);
  out.program = PointwiseProgram::parse(args.attributes.get_string("program"));
}

}  // namespace

const OpDefinition& pointwise_op() {
  static const OpDefinition op{
      .name = "PointWise",
      .meaning = "a chain of element-wise operations, computed in float",
      .layer_type = kInternalLayer,
      .attributes = {{"program", std::string()}, {"output_dtypes", std::vector<int64_t>()}},
      .inputs = {{"operand"}},
      .variadic = true,
      .infer = infer,
      .reference = reference,
      .count_operations = count_program,
      .rounding = kUndiminished,
      .lower = lower,
  };
  return op;
}

}  // namespace trtlike::ops
