// What Quantize and Dequantize share.
#include "ops/quantization.h"

#include <cmath>

#include "ops/block_quantization.h"
#include "ops/elements.h"

namespace trtlike::ops {
namespace {

bool is_blocked(const Dims& dims, const Dims& scale) {
  return scale.rank() == dims.rank() && scale.rank() > 1;
}

/// The extents of a scale in the input's rank; nothing for blocks.
std::optional<Dims> scale_dims(const InferArgs& args) {
  const Dims &x = args.inputs[0].dims, &scale = args.inputs[1].dims;
  Dims dims = Dims::filled(x.rank(), 1);
  if (core::elems(scale) == 1) return dims;
  if (scale.rank() != 1) return std::nullopt;
  dims[core::normalize_axis(args.attributes.get_int("axis"), x.rank(), "axis")] = scale[0];
  return dims;
}

/// Where they are known. That of a block of weights is 0 where they are, and of either sign.
void check_constant_scale(const InferArgs& args, const OpDefinition& op, bool quantizes) {
  const TensorType& type = args.inputs[1];
  if (args.constant(1) == nullptr || !core::is_static(type.dims)) return;
  const core::TensorView scale{const_cast<void*>(args.constant(1)), type.dtype, type.dims};
  const bool blocks = type.dims.rank() > 1;
  const auto is_scale = [&](double element) {
    return std::isfinite(element) && (element > 0 || (!quantizes && (element == 0 || blocks)));
  };
  for (int64_t i = 0; i < scale.elems(); ++i) {
    const double element =
        scale.dtype == DataType::Float ? static_cast<double>(scale.as<float>()[i]) : scale.at(i);
    TRTLIKE_CHECK(is_scale(element), input_name(op, 1), ": expected ",
                  quantizes ? "positive numbers"
                  : blocks  ? "finite numbers"
                            : "numbers of at least 0",
                  ", got ", element, " as element ", i, ".");
  }
}

}  // namespace

void check_scale(const InferArgs& args, const OpDefinition& op) {
  const Dims &dims = args.inputs[0].dims, &scale = args.inputs[1].dims;
  TRTLIKE_CHECK(core::is_float(args.inputs[1].dtype), input_name(op, 1),
                ": expected a floating-point type, got ", core::dtype_name(args.inputs[1].dtype),
                ".");
  check_constant_scale(args, op, core::is_float(args.inputs[0].dtype));
  const auto is_one = [](const Dims& d) { return core::is_static(d) && core::elems(d) == 1; };
  if (args.has_input(2))
    TRTLIKE_CHECK(
        may_be(args.inputs[2].dims, scale) || (is_one(args.inputs[2].dims) && is_one(scale)),
        input_name(op, 2), ": expected the shape of ", input_name(op, 1), ", ", scale, ", got ",
        args.inputs[2].dims, ".");
  if (is_one(scale)) return;
  if (is_blocked(dims, scale)) {
    for (int i = 0; i < dims.rank(); ++i)
      TRTLIKE_CHECK(dims[i] < 0 || scale[i] < 0 || (scale[i] > 0 && dims[i] % scale[i] == 0),
                    input_name(op, 1), ": expected extents that divide those of the input, ", dims,
                    ", got ", scale, ".");
    return;
  }
  TRTLIKE_CHECK(scale.rank() == 1, input_name(op, 1),
                ": expected one element, one an index of the axis, or one a block, got shape ",
                scale, ".");
  const int axis =
      core::normalize_axis(args.attributes.get_int("axis"), dims.rank(), "attribute 'axis'");
  TRTLIKE_CHECK(dims[axis] < 0 || scale[0] < 0 || dims[axis] == scale[0], input_name(op, 1),
                ": expected ", dims[axis], " elements for axis ", axis, " of ", dims, ", got ",
                scale[0], ".");
}

void check_block_shape(const InferArgs& args) {
  const std::vector<int64_t>& given = args.attributes.get_ints("block_shape");
  if (given.empty()) return;
  const Dims count = read_blocks(args.inputs[0].dims, given, "block_shape").count;
  TRTLIKE_CHECK(may_be(args.inputs[1].dims, count), "[ops] input 1 'scale': expected shape ", count,
                " for block_shape [", core::join(given), "] of input 0 of shape ",
                args.inputs[0].dims, ", got ", args.inputs[1].dims, ".");
}

void check_zero_point(const InferArgs& args, const OpDefinition& op, DataType stored) {
  TRTLIKE_CHECK(!args.has_input(2) || args.inputs[2].dtype == stored, input_name(op, 2),
                ": expected ", core::dtype_name(stored), ", the type of the integers, got ",
                core::dtype_name(args.inputs[2].dtype), ".");
}

ScaleIndex::ScaleIndex(const Dims& dims, const Dims& scale, int64_t axis)
    : dims_(dims),
      strides_(core::dense_strides(dims)),
      block_(Dims::filled(dims.rank(), 1)),
      scale_strides_(Dims::filled(dims.rank(), 0)) {
  if (core::elems(scale) == 1) return;
  if (is_blocked(dims, scale)) {
    scale_strides_ = core::dense_strides(scale);
    for (int i = 0; i < dims.rank(); ++i) block_[i] = std::max<int64_t>(1, dims[i] / scale[i]);
    return;
  }
  scale_strides_[core::normalize_axis(axis, dims.rank(), "attribute 'axis'")] = 1;
}

int64_t ScaleIndex::scale_of(int64_t element) const {
  int64_t at = 0;
  for (int i = 0; i < dims_.rank(); ++i)
    at += element / strides_[i] % dims_[i] / block_[i] * scale_strides_[i];
  return at;
}

void lower_quantization(const InferArgs& args, bool quantizes, PointwiseLowering& out) {
  const std::optional<Dims> dims = scale_dims(args);
  if (!dims) {
    out.refusal = "needs scales for the tensor or an axis, got blocks";
    return;
  }
  const DataType stored = quantizes ? args.outputs[0].dtype : args.inputs[0].dtype;
  if (stored != DataType::Int8 && stored != DataType::UInt8) {
    out.refusal = core::str("needs s8 or u8, got ", core::dtype_short_name(stored));
    return;
  }
  const int x = out.add(args, 0), scale = out.add({1, *dims, true});
  const int zero = args.has_input(2) ? out.add({2, *dims, true}) : -1;
  PointwiseProgram& program = out.program;
  if (!quantizes) {
    const int shifted = zero < 0 ? x : program.append(PointwiseOpcode::Sub, x, zero);
    program.output = program.append(PointwiseOpcode::Prod, shifted, scale);
    return;
  }
  const int quotient = program.append(PointwiseOpcode::Div, x, scale);
  const int rounded = program.append(PointwiseOpcode::Round, quotient);
  program.output = zero < 0 ? rounded : program.append(PointwiseOpcode::Sum, rounded, zero);
}

}  // namespace trtlike::ops
