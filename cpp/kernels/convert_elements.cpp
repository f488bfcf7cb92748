// One element after the other.
#include "kernels/convert_elements.h"

#include "core/os/memory.h"
#include "core/quantize.h"
#include "core/tensor_view.h"

namespace trtlike::kernels {

std::shared_ptr<const void> convert_elements(const void* data, DataType from,
                                             const TensorDesc& to) {
  const Dims& dims = to.dims;
  const core::TensorView source{const_cast<void*>(data), from, dims};
  const int64_t n = source.elems();
  std::shared_ptr<void> out = core::allocate_shared(core::dtype_bytes(to.dtype, n));
  const core::TensorView target{out.get(), to.dtype, dims};
  const auto element = [&](int64_t i) {
    return to.quantization && core::is_float(from)
               ? core::quantize(to.quantization, dims, i, source.at(i))
               : source.at(i);
  };
  if (to.layout == Layout::Linear) {
    for (int64_t i = 0; i < n; ++i) target.set(i, element(i));
    return out;
  }
  const int64_t channels = dims[1], pixels = core::elems_between(dims, 2, dims.rank());
  for (int64_t b = 0; b < dims[0]; ++b)
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t p = 0; p < pixels; ++p)
        target.set((b * pixels + p) * channels + c, element((b * channels + c) * pixels + p));
  return out;
}

}  // namespace trtlike::kernels
