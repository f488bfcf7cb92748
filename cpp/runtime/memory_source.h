// Where contexts have their memory from.
#pragma once

#include <cstddef>
#include <memory>

#include "trtlike/gpu_allocator.h"

namespace trtlike::runtime {

/// The user's allocator, or the library's own.
class MemorySource {
 public:
  MemorySource() = default;
  explicit MemorySource(std::shared_ptr<GpuAllocator> allocator)
      : allocator_(std::move(allocator)) {}

  /// At a multiple of 64. The allocator lives as long as the memory. Throws AllocationError.
  std::shared_ptr<std::byte> allocate(size_t bytes) const;
  const std::shared_ptr<GpuAllocator>& allocator() const { return allocator_; }

 private:
  std::shared_ptr<GpuAllocator> allocator_;
};

}  // namespace trtlike::runtime
