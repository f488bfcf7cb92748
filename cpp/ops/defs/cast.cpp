// Cast: the same elements in another type. Beyond the range of INT8 and UINT8 it saturates, as
// TensorRT does; with `keeps_low_bits` integers wrap, as ONNX's engines do.
#include "ops/convert.h"
#include "ops/pointwise/pointwise_lowering.h"
#include "ops/shapes/broadcast.h"

namespace trtlike::ops {
namespace {

DataType to_type(const Attributes& attributes) {
  const auto type = attributes.get_enum<DataType>("to_type");
  core::dispatch_dtype(type, "Cast's 'to_type'", [](auto) {});
  return type;
}

/// True where an integer that does not fit becomes the nearest that does.
bool saturates(const Attributes& attributes, DataType to) {
  return (to == DataType::Int8 || to == DataType::UInt8) && !attributes.get_bool("keeps_low_bits");
}

void infer(const InferArgs& args) {
  args.outputs[0] = {to_type(args.attributes), args.inputs[0].dims};
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &in = args.inputs[0], &out = args.outputs[0];
  dispatch_conversion(in.dtype, out.dtype, "Cast", [&](auto source, auto target) {
    using From = decltype(source);
    using To = decltype(target);
    // A truth value is any byte other than 0, which a bool may not hold.
    using Stored = std::conditional_t<std::is_same_v<From, bool>, uint8_t, From>;
    const bool clamps = saturates(args.attributes, out.dtype);
    for (int64_t i = 0; i < in.elems(); ++i) {
      const auto v = static_cast<From>(in.as<Stored>()[i]);
      out.as<To>()[i] = clamps ? clamp_element<To>(v) : convert_element<To>(v);
    }
  });
}

void propagate(const InferArgs& args, std::span<HostValue> outputs) {
  const HostValue& host = args.host_value(0);
  const DataType to = to_type(args.attributes);
  if (!host || !core::is_host_type(to)) return;
  const bool clamps = saturates(args.attributes, to);
  std::vector<int64_t> out = *host;
  core::dispatch_dtype(to, "Cast", [&](auto target) {
    using To = decltype(target);
    if constexpr (std::is_integral_v<To>) {
      for (int64_t& v : out)
        if (v != kUnknownElement)
          v = static_cast<int64_t>(clamps ? clamp_element<To>(v) : convert_element<To>(v));
    }
  });
  outputs[0] = std::move(out);
}

bool is_view(const InferArgs& args) { return args.inputs[0].dtype == to_type(args.attributes); }

bool keeps_type(const InferArgs& args) { return args.inputs[0].dtype == args.outputs[0].dtype; }

void lower(const InferArgs& args, PointwiseLowering& out) {
  const DataType from = args.inputs[0].dtype, to = args.outputs[0].dtype;
  if (!core::is_float(from) && !core::is_float(to)) {
    out.refusal = core::str("needs a floating-point type on one side, got ",
                            core::dtype_short_name(from), " and ", core::dtype_short_name(to));
    return;
  }
  out.program.output = out.add(args, 0);
}

}  // namespace

const OpDefinition& cast_op() {
  static const OpDefinition op{
      .name = "Cast",
      .meaning = "the same elements in another type",
      .layer_type = LayerType::Cast,
      .attributes = {{"to_type", int64_t{0}}, {"keeps_low_bits", false}},
      .inputs = {{"input"}},
      .infer = infer,
      .reference = reference,
      .propagate = propagate,
      .is_view = is_view,
      .rounding = {0, never, never, keeps_type},
      .lower = lower,
  };
  return op;
}

}  // namespace trtlike::ops
