// Scale: (x * scale + shift) ^ power with factors for all elements, for each channel, or for each
// element of a sample.
#include <cmath>

#include "ops/arithmetic.h"
#include "ops/pointwise/pointwise_lowering.h"
#include "ops/shapes/broadcast.h"
#include "trtlike/enums/layer_enums.h"

namespace trtlike::ops {

const OpDefinition& scale_op();

namespace {

/// Factors in the order of the inputs after the first.
constexpr size_t kShift = 1, kScale = 2, kPower = 3;

/// How many elements of the input share a factor next to each other, and after how many the factors
/// start again.
struct Period {
  int64_t run = 1;
  int64_t count = 1;
};

/// -1 where an extent is unknown.
Period period(const Attributes& attributes, const Dims& dims) {
  const auto mode = attributes.get_enum<ScaleMode>("mode");
  if (mode == ScaleMode::Uniform) return {1, 1};
  const int axis = core::normalize_axis(attributes.get_int("channel_axis"), dims.rank(),
                                        "attribute 'channel_axis'");
  Period out;
  for (int i = axis; i < dims.rank(); ++i) {
    const bool shared = mode == ScaleMode::Channel && i > axis;
    int64_t& extent = shared ? out.run : out.count;
    extent = extent < 0 || dims[i] < 0 ? -1 : extent * dims[i];
  }
  return out;
}

void infer(const InferArgs& args) {
  const OpDefinition& self = scale_op();
  const int64_t mode = args.attributes.get_int("mode");
  TRTLIKE_CHECK(mode >= 0 && mode <= 2, "attribute 'mode': expected 0 to 2, got ", mode, ".");
  TRTLIKE_CHECK(core::is_floating_point(args.inputs[0].dtype), input_name(self, 0),
                ": expected a floating-point type, got ", core::dtype_name(args.inputs[0].dtype),
                ".");
  const int64_t count = period(args.attributes, args.inputs[0].dims).count;
  for (size_t i = kShift; i <= kPower; ++i) {
    if (!args.has_input(i)) continue;
    check_same_dtype(args, self, i);
    const Dims& dims = args.inputs[i].dims;
    TRTLIKE_CHECK(count < 0 || !core::is_static(dims) || core::elems(dims) == count,
                  input_name(self, i), ": expected ", count, " elements, got ", core::elems(dims),
                  ".");
  }
  args.outputs[0] = args.inputs[0];
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &in = args.inputs[0], &out = args.outputs[0];
  const Period factors = period(args.attributes, in.dims);
  for (int64_t i = 0; i < in.elems(); ++i) {
    const int64_t at = i / factors.run % factors.count;
    double v = in.at(i);
    if (args.has_input(kScale)) v *= args.inputs[kScale].at(at);
    if (args.has_input(kShift)) v += args.inputs[kShift].at(at);
    if (args.has_input(kPower)) v = std::pow(v, args.inputs[kPower].at(at));
    out.set(i, v);
  }
}

int64_t count_operations(const InferArgs& args) { return 2 * count_outputs(args); }

void lower(const InferArgs& args, PointwiseLowering& out) {
  const Dims& x = args.inputs[0].dims;
  const auto mode = args.attributes.get_enum<ScaleMode>("mode");
  Dims dims = Dims::filled(x.rank(), 1);
  if (mode != ScaleMode::Uniform) {
    const int axis =
        core::normalize_axis(args.attributes.get_int("channel_axis"), x.rank(), "channel_axis");
    for (int i = axis; i < x.rank(); ++i)
      if (mode == ScaleMode::ElementWise || i == axis) dims[i] = x[i];
  }
  int value = out.add(args, 0);
  constexpr struct {
    size_t input;
    PointwiseOpcode op;
  } kSteps[] = {{kScale, PointwiseOpcode::Prod},
                {kShift, PointwiseOpcode::Sum},
                {kPower, PointwiseOpcode::Pow}};
  int factors[4] = {};
  for (const auto& step : kSteps)
    if (args.has_input(step.input)) factors[step.input] = out.add({step.input, dims, true});
  for (const auto& step : kSteps)
    if (args.has_input(step.input)) value = out.program.append(step.op, value, factors[step.input]);
  out.program.output = value;
}

}  // namespace

const OpDefinition& scale_op() {
  static const OpDefinition op{
      .name = "Scale",
      .meaning = "(x * scale + shift) ^ power",
      .layer_type = LayerType::Scale,
      .attributes = {{"mode", int64_t{0}}, {"channel_axis", int64_t{1}}},
      .inputs = {{"input"}, {"shift", true, true}, {"scale", true, true}, {"power", true, true}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = kUndiminished,
      .lower = lower,
  };
  return op;
}

}  // namespace trtlike::ops
