// Who sees tensors of a network while it runs.
#pragma once

#include <cstdint>
#include <string>

#include "trtlike/types.h"

namespace trtlike {

/// Told of debug tensors (Network::mark_debug) by the runs of a context.
class DebugListener {
 public:
  virtual ~DebugListener() = default;
  /// `address` holds the elements, dense, until this returns. False ends the run as a failure.
  virtual bool process_debug_tensor(const void* address, TensorLocation location, DataType type,
                                    const Dims& shape, const std::string& name,
                                    uint64_t stream) noexcept = 0;
};

}  // namespace trtlike
