// Blocks and their scales.
#include "ops/block_quantization.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "ops/elements.h"

namespace trtlike::ops {

Blocks read_blocks(const Dims& dims, const std::vector<int64_t>& extents, const char* attribute) {
  TRTLIKE_CHECK(std::ssize(extents) == dims.rank(), "[ops] attribute '", attribute,
                "': expected an extent for each axis of shape ", dims, ", got [",
                core::join(extents), "].");
  Blocks blocks;
  for (int d = 0; d < dims.rank(); ++d) {
    int64_t extent = extents[static_cast<size_t>(d)];
    TRTLIKE_CHECK(extent >= 1 || extent == -1, "[ops] attribute '", attribute,
                  "': expected extents of at least 1, or -1, got [", core::join(extents), "].");
    if (extent == -1) extent = dims[d];
    TRTLIKE_CHECK(dims[d] < 0 || extent <= 0 || dims[d] % extent == 0, "[ops] attribute '",
                  attribute, "': expected divisors of the extents of ", dims, ", got [",
                  core::join(extents), "].");
    blocks.extents.push_back(extent);
    const bool is_whole = extents[static_cast<size_t>(d)] == -1;
    blocks.count.push_back(is_whole ? 1 : dims[d] < 0 ? core::kUnknownDim : dims[d] / extent);
  }
  return blocks;
}

double largest_step(DataType quantized, const char* attribute) {
  TRTLIKE_CHECK(
      quantized == DataType::FP8 || quantized == DataType::FP4 || quantized == DataType::Int8,
      "[ops] attribute '", attribute, "': expected FP8, FP4 or INT8, got ",
      core::dtype_name(quantized), ".");
  return quantized == DataType::Int8 ? 127 : core::narrow_range(quantized).max;
}

void check_scale_type(DataType type, const char* attribute) {
  TRTLIKE_CHECK(type == DataType::FP8 || type == DataType::E8M0 || type == DataType::Float,
                "[ops] attribute '", attribute, "': expected FP8, E8M0 or FLOAT, got ",
                core::dtype_name(type), ".");
}

void set_step(const core::TensorView& to, int64_t i, double element, double scale) {
  double step = scale == 0 ? 0 : element / scale;
  if (to.dtype == DataType::Int8) step = std::clamp(std::nearbyint(step), -128.0, 127.0);
  to.set(i, std::isnan(step) && to.dtype == DataType::Int8 ? 0 : step);
}

void quantize_blocks(const core::TensorView& from, const Blocks& blocks, double double_scale,
                     const core::TensorView& to, const core::TensorView& scales) {
  const std::vector<double> x = read_elements(from);
  const Dims strides = core::dense_strides(from.dims), outer = core::dense_strides(blocks.count);
  std::vector<int64_t> block_of(x.size());
  std::vector<double> largest(static_cast<size_t>(scales.elems()));
  for (size_t i = 0; i < x.size(); ++i) {
    for (int d = 0; d < from.dims.rank(); ++d)
      block_of[i] +=
          static_cast<int64_t>(i) / strides[d] % from.dims[d] / blocks.extents[d] * outer[d];
    double& most = largest[static_cast<size_t>(block_of[i])];
    most = std::max(most, std::abs(x[i]));
  }
  const double steps = largest_step(to.dtype, "to_type");
  for (size_t b = 0; b < largest.size(); ++b)
    scales.set(static_cast<int64_t>(b), largest[b] / steps / double_scale);
  for (size_t i = 0; i < x.size(); ++i)
    set_step(to, static_cast<int64_t>(i), x[i], scales.at(block_of[i]) * double_scale);
}

}  // namespace trtlike::ops
