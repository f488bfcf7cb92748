// Memory that the user provides.
#pragma once

#include <cstdint>

#include "trtlike/versioned_interface.h"

namespace trtlike {

/// Provides the host memory that contexts compute in. Called by the asynchronous forms, which do
/// the same as the synchronous ones unless they are overridden. Implementations must be safe to
/// call from several threads.
class GpuAllocator : public VersionedInterface {
 public:
  InterfaceInfo interface_info() const noexcept override { return {"IGpuAllocator", 1, 0}; }

  /// Memory of at least `size` bytes at a multiple of `alignment`; null when there is none.
  /// `flags`: bits 1 << AllocatorFlag.
  virtual void* allocate(uint64_t size, uint64_t alignment, uint32_t flags) noexcept = 0;
  /// False when the memory is not this allocator's.
  virtual bool deallocate(void* memory) noexcept = 0;
  /// Null when the memory cannot change its size. Contexts do not ask: they take new memory.
  virtual void* reallocate(void*, uint64_t, uint64_t) noexcept { return nullptr; }
  virtual void* allocate_async(uint64_t size, uint64_t alignment, uint32_t flags,
                               uint64_t stream) noexcept {
    static_cast<void>(stream);
    return allocate(size, alignment, flags);
  }
  virtual bool deallocate_async(void* memory, uint64_t stream) noexcept {
    static_cast<void>(stream);
    return deallocate(memory);
  }
};

/// One that has the asynchronous forms only.
class GpuAsyncAllocator : public GpuAllocator {
 public:
  InterfaceInfo interface_info() const noexcept override { return {"IGpuAllocator", 1, 0}; }

  void* allocate(uint64_t size, uint64_t alignment, uint32_t flags) noexcept override {
    return allocate_async(size, alignment, flags, 0);
  }
  bool deallocate(void* memory) noexcept override { return deallocate_async(memory, 0); }
  void* allocate_async(uint64_t size, uint64_t alignment, uint32_t flags,
                       uint64_t stream) noexcept override = 0;
  bool deallocate_async(void* memory, uint64_t stream) noexcept override = 0;
};

}  // namespace trtlike
