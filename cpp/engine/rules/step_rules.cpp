// Rules of steps.
#include "engine/rules/step_rules.h"

namespace trtlike::engine {

std::optional<std::string> refuse_host_input(const ops::TensorType& type) {
  if (!core::is_host_type(type.dtype))
    return core::str("expected integers, which shapes are computed from, got ",
                     core::dtype_name(type.dtype), ".");
  if (core::is_static(type.dims) && core::elems(type.dims) > ops::kMaxKnownElements)
    return core::str("expected at most ", ops::kMaxKnownElements,
                     " integers, which shapes are computed from, got shape ", type.dims, ".");
  return std::nullopt;
}

std::optional<Dims> merge_extents(const Dims& inferred, const Dims& planned) {
  if (inferred.rank() < 0) return planned;
  if (inferred.rank() != planned.rank()) return std::nullopt;
  Dims out = inferred;
  for (int d = 0; d < out.rank(); ++d) {
    if (out[d] < 0) out[d] = planned[d];
    if (planned[d] >= 0 && out[d] != planned[d]) return std::nullopt;
  }
  return out;
}

}  // namespace trtlike::engine
