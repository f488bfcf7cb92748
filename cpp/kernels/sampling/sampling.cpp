// What the tactics of sampling share.
#include "kernels/sampling/sampling.h"

namespace trtlike::kernels::sampling {

const Loops& loops_of_this_cpu() {
#if defined(__x86_64__) || defined(_M_X64)
  if (core::cpu_isa() >= core::Isa::Avx512) return kAvx512;
  if (core::cpu_isa() >= core::Isa::Avx2) return kAvx2;
#endif
  return kPortable;
}

int loop_index(DataType dtype) {
  switch (dtype) {
    case DataType::Float:
      return 0;
    case DataType::Half:
      return 1;
    case DataType::BF16:
      return 2;
    default:
      return -1;
  }
}

std::optional<std::string> refuse_images(const Problem& problem) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  if (loop_index(in.dtype) < 0 || out.dtype != in.dtype)
    return core::str("needs f32, f16 or bf16 in and out, got ", core::dtype_short_name(in.dtype),
                     " and ", core::dtype_short_name(out.dtype));
  if (in.dims.rank() != 4) return core::str("needs images of rank 4, got ", in.dims.to_string());
  if (in.layout != Layout::ChannelsLast || out.layout != Layout::ChannelsLast)
    return core::str("needs channels_last, got ", layout_name(in.layout), " and ",
                     layout_name(out.layout));
  return std::nullopt;
}

}  // namespace trtlike::kernels::sampling
