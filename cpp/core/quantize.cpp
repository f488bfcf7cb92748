// Finding scales and rounding.
#include "core/quantize.h"

#include <cmath>

namespace trtlike::core {

int64_t scale_of(const Quantization& quantization, const Dims& dims, int64_t element) {
  const int32_t axis = quantization.axis();
  if (axis == Quantization::kNoAxis) return 0;
  const int64_t inner = elems_between(dims, axis + 1, dims.rank()), extent = dims[axis];
  const int64_t index = element / inner % extent, block = quantization.block();
  if (block == 0) return index;
  const int64_t blocks = extent / block + (extent % block != 0);
  return (element / inner / extent * blocks + index / block) * inner + element % inner;
}

double quantize(const Quantization& quantization, const Dims& dims, int64_t element,
                double number) {
  const auto i = static_cast<size_t>(scale_of(quantization, dims, element));
  const int32_t zero = quantization.is_symmetric() ? 0 : quantization.zero_points()[i];
  return std::nearbyint(number / static_cast<double>(quantization.scales()[i])) + zero;
}

}  // namespace trtlike::core
