// Random problems of ops that look for, or read, places of their own in images.
#include "support/random_problem.h"

namespace trtlike::test {
namespace {

using Ints = std::vector<int64_t>;

RandomProblem max_pool_indices(Random& random) {
  const int axes = static_cast<int>(random.between(1, 3));
  const auto per_axis = [&](int64_t low, int64_t high) {
    return random.list(static_cast<size_t>(axes), low, high);
  };
  TacticCase problem = begin(random, "MaxPoolIndices",
                             {{"window_size", per_axis(1, 3)},
                              {"stride", per_axis(1, 3)},
                              {"dilation", per_axis(1, 2)},
                              {"pre_padding", per_axis(0, 1)},
                              {"post_padding", per_axis(0, 1)},
                              {"padding_mode", random.between(0, 1)},
                              {"storage_order", random.between(0, 1)}});
  Dims dims{random.batch(), random.between(1, 3)};
  for (int d = 0; d < axes; ++d) dims.push_back(random.between(5, 9));
  problem.input(dims, {random.of({DataType::Float, DataType::Half, DataType::Int32})});
  problem.integers(-9, 9);
  return {std::move(problem), 0};
}

RandomProblem roi_align(Random& random) {
  const Dims dims = random.dims(4, 500);
  const int64_t boxes = random.between(0, 4);
  const DataType dtype = random.float_type();
  TacticCase problem = begin(random, "RoiAlign",
                             {{"mode", random.of<std::string>({"avg", "max"})},
                              {"output_height", random.between(1, 4)},
                              {"output_width", random.between(1, 4)},
                              {"sampling_ratio", random.between(0, 3)},
                              {"spatial_scale", 0.5},
                              {"half_pixel", random.one_in(2)}});
  const Storage storage = random.storage(dtype, dims);
  problem.input(dims, storage);
  const float reach = random.of({20.0f, 20.0f, 1e4f, 1e9f});
  problem.input({boxes, 4}).range(-0.1f * reach, reach);
  if (random.one_in(6)) problem.special(4);
  problem.input({boxes}, {DataType::Int64}).integers(0, dims[0] - 1);
  problem.output(random.storage_like(storage, dtype, dims));
  return {std::move(problem), 1e-6 + 2 * rounding(dtype), 1};
}

RandomProblem max_roi_pool(Random& random) {
  const Dims dims = random.dims(4, 500);
  const DataType dtype = random.float_type();
  TacticCase problem =
      begin(random, "MaxRoiPool", {{"pooled_shape", random.list(2, 1, 4)}, {"spatial_scale", 0.5}});
  problem.input(dims, {dtype}).input({random.between(0, 4), 5}).range(0, 9).output({dtype});
  return {std::move(problem), 0};
}

RandomProblem deform_conv(Random& random) {
  const int64_t groups = random.between(1, 2), offset_groups = random.between(1, 2);
  const int64_t channels = groups * offset_groups * random.between(1, 3);
  const int64_t maps = groups * random.between(1, 20);
  const Ints window = random.list(2, 1, 3);
  const DataType dtype = random.float_type();
  const AttributeList attributes{{"stride", random.list(2, 1, 2)},
                                 {"dilation", random.list(2, 1, 2)},
                                 {"pre_padding", random.list(2, 0, 2)},
                                 {"post_padding", random.list(2, 0, 2)},
                                 {"num_groups", groups},
                                 {"offset_groups", offset_groups}};
  const Dims x{random.batch(), channels, random.between(5, 9), random.between(5, 9)};
  const Dims kernel{maps, channels / groups, window[0], window[1]};
  AttributeList plain = attributes;
  plain.pop_back();
  plain.emplace_back("num_output_maps", maps);
  plain.emplace_back("kernel_size", window);
  const Dims y = output_dims("Convolution", plain, {x, kernel});
  const int64_t taps = offset_groups * window[0] * window[1];
  TacticCase problem = begin(random, "DeformConv", attributes);
  const Storage storage = random.storage(dtype, x);
  problem.input(x, storage);
  problem.constant(kernel, {dtype});
  const Dims offsets{x[0], 2 * taps, y[2], y[3]}, masks{x[0], taps, y[2], y[3]};
  problem.input(offsets, random.storage_like(storage, DataType::Float, offsets)).range(-3, 3);
  const bool has_bias = random.one_in(2), has_mask = random.one_in(2);
  if (has_bias)
    problem.constant({maps}, {dtype});
  else if (has_mask || random.one_in(2))
    problem.absent();
  if (has_mask) problem.input(masks, random.storage_like(storage, dtype, masks));
  problem.output(random.storage_like(storage, dtype, y));
  return {std::move(problem), 1e-6 + 2 * rounding(dtype), 1};
}

}  // namespace

std::vector<NamedGenerator> region_generators() {
  return {{"MaxPoolIndices", max_pool_indices},
          {"RoiAlign", roi_align},
          {"MaxRoiPool", max_roi_pool},
          {"DeformConv", deform_conv}};
}

}  // namespace trtlike::test
