// DynamicQuantize: floating point in steps of scales that each run finds, one a block.
#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/block_quantization.h"
#include "ops/elements.h"

namespace trtlike::ops {
namespace {

/// "block_shape", or "block_size" elements of "axis".
Blocks get_blocks(const Attributes& attributes, const Dims& dims) {
  const std::vector<int64_t>& shape = attributes.get_ints("block_shape");
  if (!shape.empty()) return read_blocks(dims, shape, "block_shape");
  const int64_t last = dims.rank() - 1;
  int64_t axis = attributes.get_int("axis");
  if (axis < 0) axis += dims.rank();
  TRTLIKE_CHECK(axis >= 0 && axis <= last && axis + 1 >= last,
                "[ops] attribute 'axis': expected one of the last two axes of shape ", dims,
                ", got ", attributes.get_int("axis"), ".");
  std::vector<int64_t> extents(static_cast<size_t>(dims.rank()), 1);
  extents[static_cast<size_t>(axis)] = attributes.get_int("block_size");
  return read_blocks(dims, extents, "block_size");
}

void infer(const InferArgs& args) {
  check_float(args, 0, "input");
  const Dims& dims = args.inputs[0].dims;
  TRTLIKE_CHECK(dims.rank() >= 1, "[ops] input 0 'input': expected rank 1 or more, got a scalar.");
  check_one(args, 1, "double_quantization_scale");
  const DataType to = to_type(args.attributes);
  largest_step(to, "to_type");
  const int64_t scale_type = args.attributes.get_int("scale_type");
  TRTLIKE_CHECK(core::is_dtype(scale_type),
                "[ops] attribute 'scale_type': expected a DataType, got ", scale_type, ".");
  check_scale_type(static_cast<DataType>(scale_type), "scale_type");
  args.outputs[0] = {to, dims};
  args.outputs[1] = {static_cast<DataType>(scale_type), get_blocks(args.attributes, dims).count};
}

void reference(const ReferenceArgs& args) {
  quantize_blocks(args.inputs[0], get_blocks(args.attributes, args.inputs[0].dims),
                  args.has_input(1) ? args.inputs[1].at(0) : 1.0, args.outputs[0], args.outputs[1]);
}

}  // namespace

const OpDefinition& dynamic_quantize_op() {
  static const OpDefinition op{
      .name = "DynamicQuantize",
      .meaning =
          "x / scale, rounded, and the scales: the largest magnitude of each block over that "
          "of the type",
      .layer_type = LayerType::DynamicQuantize,
      .attributes = {{"axis", int64_t{-1}},
                     {"block_size", int64_t{16}},
                     {"block_shape", std::vector<int64_t>{}},
                     {"to_type", static_cast<int64_t>(DataType::FP4)},
                     {"scale_type", static_cast<int64_t>(DataType::FP8)}},
      .inputs = {{.name = "input"}, {.name = "double_quantization_scale", .optional = true}},
      .gives_narrow = true,
      .num_outputs = 2,
      .infer = infer,
      .reference = reference,
      .count_operations = count_outputs,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
