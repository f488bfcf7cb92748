// Constants of any floating-point type.
#include "kernels/packed.h"

#include "core/dtype.h"

namespace trtlike::kernels {

std::vector<float> constant_floats(const Problem& problem, size_t i) {
  std::vector<float> out;
  if (!problem.has_input(i)) return out;
  const TensorDesc& desc = problem.inputs[i];
  out.resize(static_cast<size_t>(core::elems(desc.dims)));
  core::dispatch_dtype(desc.dtype, "constants", [&](auto tag) {
    const auto* from = static_cast<const decltype(tag)*>(problem.constants[i]);
    for (size_t j = 0; j < out.size(); ++j) out[j] = static_cast<float>(core::to_double(from[j]));
  });
  return out;
}

}  // namespace trtlike::kernels
