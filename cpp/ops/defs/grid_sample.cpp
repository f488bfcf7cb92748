// GridSample: a tensor sampled at the positions that a grid names, in coordinates from -1 to 1.
#include "ops/arithmetic.h"
#include "ops/indexing.h"
#include "ops/shapes/grid_shape.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  const TensorType &input = args.inputs[0], &grid = args.inputs[1];
  const int rank = input.dims.rank();
  TRTLIKE_CHECK(core::is_floating_point(input.dtype) && core::is_floating_point(grid.dtype),
                "[ops] inputs: expected floating-point numbers, got ",
                core::dtype_name(input.dtype), " and ", core::dtype_name(grid.dtype), ".");
  TRTLIKE_CHECK(rank >= 3 && grid.dims.rank() == rank &&
                    (grid.dims[rank - 1] == rank - 2 || grid.dims[rank - 1] < 0) &&
                    (grid.dims[0] == input.dims[0] || grid.dims[0] < 0 || input.dims[0] < 0),
                "[ops] input 1 'grid': expected for an input of shape ", input.dims,
                " the same rank, batch and a last extent of ", rank - 2, ", got ", grid.dims, ".");
  const int64_t interpolation = args.attributes.get_int("interpolation_mode");
  TRTLIKE_CHECK(interpolation >= 0 && interpolation <= 2,
                "[ops] attribute 'interpolation_mode': expected NEAREST (0), LINEAR (1) or CUBIC "
                "(2), got ",
                interpolation, ".");
  const SampleMode mode = sample_mode(args.attributes, "sample_mode");
  TRTLIKE_CHECK(
      mode == SampleMode::Clamp || mode == SampleMode::Fill || mode == SampleMode::Reflect,
      "[ops] attribute 'sample_mode': expected CLAMP (2), FILL (3) or REFLECT (4), got ",
      static_cast<int64_t>(mode), ".");
  Dims out{input.dims[0], input.dims[1]};
  if (out[0] < 0) out[0] = grid.dims[0];
  for (int d = 1; d + 1 < rank; ++d) out.push_back(grid.dims[d]);
  args.outputs[0] = {input.dtype, out};
}

double weigh(const core::TensorView& input, const Dims& strides, const std::vector<GridTaps>& taps,
             size_t axis, int64_t offset) {
  if (axis == taps.size()) return input.at(offset);
  double sum = 0;
  for (size_t i = 0; i < static_cast<size_t>(taps[axis].count); ++i) {
    const int64_t index = taps[axis].index[i];
    const double weight = taps[axis].weight[i];
    if (index >= 0 && weight != 0)
      sum += weight * weigh(input, strides, taps, axis + 1,
                            offset + index * strides[static_cast<int>(axis) + 2]);
  }
  return sum;
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &input = args.inputs[0], &grid = args.inputs[1], &out = args.outputs[0];
  const GridSampler sampler(args.attributes);
  const Dims strides = core::dense_strides(input.dims),
             grid_strides = core::dense_strides(grid.dims);
  const int axes = input.dims.rank() - 2;
  for_each_index(out.dims, [&](const Dims& index, int64_t n) {
    int64_t position = index[0] * grid_strides[0];
    for (int d = 0; d < axes; ++d) position += index[d + 2] * grid_strides[d + 1];
    std::vector<GridTaps> taps;
    for (int d = 0; d < axes; ++d) {
      const double at = grid.at(position + axes - 1 - d);
      taps.push_back(grid.dtype == DataType::Double
                         ? sampler.taps(at, input.dims[d + 2])
                         : sampler.taps(static_cast<float>(at), input.dims[d + 2]));
    }
    out.set(n, weigh(input, strides, taps, 0, index[0] * strides[0] + index[1] * strides[1]));
  });
}

}  // namespace

const OpDefinition& grid_sample_op() {
  static const OpDefinition op{
      .name = "GridSample",
      .meaning = "a tensor sampled at the positions that a grid names",
      .layer_type = LayerType::GridSample,
      .attributes = {{"interpolation_mode", int64_t{1}},
                     {"align_corners", false},
                     {"sample_mode", int64_t{3}}},
      .inputs = {{.name = "input"}, {.name = "grid"}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_outputs,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
