// Checks of the API's Weights.
#include "ir/weights.h"

#include <algorithm>

#include "core/check.h"
#include "core/os/memory.h"

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
  const ConstantData data =
      weights.owner
          ? ConstantData{std::shared_ptr<const void>(weights.owner, weights.values), bytes}
          : ConstantData{std::shared_ptr<const void>(weights.values, [](const void*) {}), bytes};
  return weights.type == DataType::Bool ? with_truth_values(data) : data;
}

ConstantData with_truth_values(const ConstantData& data) {
  const auto* from = static_cast<const uint8_t*>(data.data.get());
  if (std::all_of(from, from + data.bytes, [](uint8_t byte) { return byte <= 1; })) return data;
  const std::shared_ptr<void> copy = core::allocate_shared(data.bytes);
  std::transform(from, from + data.bytes, static_cast<uint8_t*>(copy.get()),
                 [](uint8_t byte) { return byte != 0 ? uint8_t{1} : uint8_t{0}; });
  return {copy, data.bytes};
}

}  // namespace trtlike::ir
