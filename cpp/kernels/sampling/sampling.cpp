// What the tactics of sampling share.
#include "kernels/sampling/sampling.h"

#include "kernels/simd/loops_of_this_cpu.h"

namespace trtlike::kernels::sampling {

const Loops& loops() { return loops_of_this_cpu<kPortable, kAvx2, kAvx512>(); }

std::optional<std::string> refuse_images(const Problem& problem) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  if (float_storage_index(in.dtype) < 0 || out.dtype != in.dtype)
    return core::str("needs f32, f16 or bf16 in and out, got ", core::dtype_short_name(in.dtype),
                     " and ", core::dtype_short_name(out.dtype));
  if (in.dims.rank() != 4) return core::str("needs images of rank 4, got ", in.dims.to_string());
  if (in.layout != Layout::ChannelsLast || out.layout != Layout::ChannelsLast)
    return core::str("needs channels_last, got ", layout_name(in.layout), " and ",
                     layout_name(out.layout));
  return std::nullopt;
}

}  // namespace trtlike::kernels::sampling
