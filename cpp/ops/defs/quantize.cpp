// Quantize: floating point to types of at most 16 bits.
#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/quantization.h"

namespace trtlike::ops {

const OpDefinition& quantize_op();

namespace {

void infer(const InferArgs& args) {
  const OpDefinition& self = quantize_op();
  TRTLIKE_CHECK(core::is_float(args.inputs[0].dtype), input_name(self, 0),
                ": expected a floating-point type, got ", core::dtype_name(args.inputs[0].dtype),
                ".");
  check_scale(args, self);
  check_block_shape(args);
  const DataType to = to_type(args.attributes);
  const bool is_small = core::is_integer(to) && core::dtype_bytes(to, 1) <= 2;
  TRTLIKE_CHECK(is_small || (core::is_narrow(to) && to != DataType::E8M0),
                "attribute 'to_type': expected a type of at most 16 bits, got ",
                core::dtype_name(to), ".");
  check_zero_point(args, self, to);
  args.outputs[0] = {to, args.inputs[0].dims};
}

/// The quotient is rounded to float before it is rounded to an integer, as ONNX Runtime does: ties
/// depend on it.
template <typename T>
void compute(const ReferenceArgs& args) {
  const core::TensorView &in = args.inputs[0], &scale = args.inputs[1], &out = args.outputs[0];
  const ScaleIndex index(in.dims, scale.dims, args.attributes.get_int("axis"));
  index.for_each([&](int64_t i, int64_t at) {
    const auto quotient = static_cast<float>(in.at(i)) / static_cast<float>(scale.at(at));
    const double zero = args.has_input(2) ? args.inputs[2].at(at) : 0;
    const double q = std::isnan(quotient) ? zero : std::nearbyint(quotient) + zero;
    out.as<T>()[i] = static_cast<T>(
        std::clamp<double>(q, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
  });
}

void compute_narrow(const ReferenceArgs& args) {
  const core::TensorView &in = args.inputs[0], &scale = args.inputs[1], &out = args.outputs[0];
  const ScaleIndex index(in.dims, scale.dims, args.attributes.get_int("axis"));
  const core::NarrowRange range = core::narrow_range(out.dtype);
  const bool is_integer = core::is_narrow_integer(out.dtype);
  index.for_each([&](int64_t i, int64_t at) {
    const auto quotient = static_cast<float>(in.at(i)) / static_cast<float>(scale.at(at));
    const double zero = args.has_input(2) ? args.inputs[2].at(at) : 0;
    out.set(i, is_integer ? std::clamp(std::nearbyint(quotient) + zero, range.min, range.max)
                          : quotient + zero);
  });
}

void reference(const ReferenceArgs& args) {
  if (core::is_narrow(args.outputs[0].dtype)) return compute_narrow(args);
  core::dispatch_dtype(args.outputs[0].dtype, "Quantize", [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_integral_v<T> && sizeof(T) <= sizeof(int16_t)) compute<T>(args);
  });
}

void lower(const InferArgs& args, PointwiseLowering& out) { lower_quantization(args, true, out); }

}  // namespace

const OpDefinition& quantize_op() {
  static const OpDefinition op{
      .name = "Quantize",
      .meaning = "saturate(round(x / scale) + zero_point)",
      .layer_type = LayerType::Quantize,
      .attributes = {{"axis", int64_t{-1}},
                     {"to_type", int64_t{2}},
                     {"block_shape", std::vector<int64_t>{}}},
      .inputs = {{.name = "input"},
                 {.name = "scale"},
                 {.name = "zero_point", .optional = true, .takes_narrow = true}},
      .gives_narrow = true,
      .infer = infer,
      .reference = reference,
      .count_operations = count_outputs,
      .rounding = kDiminished,
      .lower = lower,
  };
  return op;
}

}  // namespace trtlike::ops
