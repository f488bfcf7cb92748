// Checks of the API's Weights.
#include "ir/weights.h"

#include "core/check.h"

namespace trtlike::ir {

ConstantData share_weights(const std::string& where, const Dims& dims, const Weights& weights) {
  TRTLIKE_CHECK(core::is_static(dims), "[network] '", where,
                "': expected constant weights of a known shape, got ", dims, ".");
  const int64_t count = core::elems(dims);
  TRTLIKE_CHECK(weights.count == count, "[network] '", where, "': expected ", count,
                " weights for shape ", dims, ", got ", weights.count, ".");
  TRTLIKE_CHECK(weights.values != nullptr || count == 0, "[network] '", where, "': expected ",
                count, " weights, got a null pointer.");
  const size_t bytes = core::dtype_bytes(weights.type, count);
  if (weights.owner) return {std::shared_ptr<const void>(weights.owner, weights.values), bytes};
  return {std::shared_ptr<const void>(weights.values, [](const void*) {}), bytes};
}

}  // namespace trtlike::ir
