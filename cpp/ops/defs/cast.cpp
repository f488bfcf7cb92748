// Cast: the same elements in another type. Beyond the range of INT8 and UINT8 it saturates, as
// TensorRT does; with `keeps_low_bits` integers wrap, as ONNX's engines do. `saturate` and
// `round_mode` are ONNX's, for floating-point types of 8 and 4 bits.
#include "ops/convert.h"
#include "ops/elements.h"
#include "ops/pointwise/pointwise_lowering.h"
#include "ops/shapes/broadcast.h"

namespace trtlike::ops {
namespace {

/// True where an integer that does not fit becomes the nearest that does.
bool saturates(const Attributes& attributes, DataType to) {
  return (to == DataType::Int8 || to == DataType::UInt8) && !attributes.get_bool("keeps_low_bits");
}

void infer(const InferArgs& args) {
  const int64_t rounding = args.attributes.get_int("round_mode");
  TRTLIKE_CHECK(rounding >= 0 && rounding <= enum_number(core::PowerRounding::Nearest),
                "[ops] attribute 'round_mode': expected 0 to ",
                enum_number(core::PowerRounding::Nearest), ", got ", rounding, ".");
  args.outputs[0] = {to_type(args.attributes), args.inputs[0].dims};
}

void to_narrow(const ReferenceArgs& args) {
  const core::TensorView &in = args.inputs[0], &out = args.outputs[0];
  const core::NarrowRounding how{
      args.attributes.get_bool("saturate"),
      static_cast<core::PowerRounding>(args.attributes.get_int("round_mode"))};
  for (int64_t i = 0; i < in.elems(); ++i)
    core::set_narrow_element(out.data, out.dtype, i, in.at(i), how);
}

void from_narrow(const ReferenceArgs& args) {
  const core::TensorView &in = args.inputs[0], &out = args.outputs[0];
  core::dispatch_dtype(out.dtype, "Cast", [&](auto target) {
    using To = decltype(target);
    for (int64_t i = 0; i < in.elems(); ++i)
      out.as<To>()[i] = convert_element<To>(static_cast<float>(in.at(i)));
  });
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &in = args.inputs[0], &out = args.outputs[0];
  if (core::is_narrow(out.dtype)) return to_narrow(args);
  if (core::is_narrow(in.dtype)) return from_narrow(args);
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
  const bool is_one_narrow = core::is_narrow(from) || core::is_narrow(to);
  if (is_one_narrow || (!core::is_float(from) && !core::is_float(to))) {
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
      .attributes = {{"to_type", int64_t{0}},
                     {"keeps_low_bits", false},
                     {"saturate", true},
                     {"round_mode", enum_number(core::PowerRounding::Up)}},
      .inputs = {{.name = "input", .takes_narrow = true}},
      .gives_narrow = true,
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
