// Memory that the caller gave to more than one tensor: which outputs are computed elsewhere and
// copied when the run is over.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/execution/shape_state.h"
#include "runtime/memory_source.h"

namespace trtlike::runtime {

/// Memory in the place of some outputs' own.
struct Staging {
  struct Output {
    size_t binding = 0;
    void* destination = nullptr;
    size_t bytes = 0;
    std::shared_ptr<std::byte> memory;
  };
  std::vector<Output> outputs;

  void divert(std::vector<void*>& addresses) const;
  /// The outputs' elements go where the caller wants them.
  void finish(std::vector<void*>& addresses) const;
};

/// Null when every output may be written where it belongs: it has its bytes for itself, or the
/// steps have read an input there before they write. `address_bytes` is UINT64_MAX where the caller
/// did not say. Throws UserError naming both tensors when two outputs share bytes, or when an
/// output of unknown size shares them with an input.
std::shared_ptr<const Staging> find_staging(const engine::Plan& plan, const ShapeState& state,
                                            const std::vector<void*>& addresses,
                                            const std::vector<uint64_t>& address_bytes,
                                            const MemorySource& memory = {});

}  // namespace trtlike::runtime
