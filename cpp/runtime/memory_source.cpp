// Blocks of the user's allocator that go back to it.
#include "runtime/memory_source.h"

#include <algorithm>

#include "core/check.h"
#include "core/failures/report.h"
#include "core/os/memory.h"

namespace trtlike::runtime {

std::shared_ptr<std::byte> MemorySource::allocate(size_t wanted) const {
  const size_t bytes = std::max(wanted, core::kAlignment);
  if (allocator_ == nullptr)
    return std::static_pointer_cast<std::byte>(core::allocate_shared(bytes));
  void* const memory = allocator_->allocate_async(bytes, core::kAlignment, 0, 0);
  if (memory == nullptr)
    throw core::AllocationError(
        core::str("[runtime] allocator: expected ", bytes, " bytes for a context, got none."));
  std::shared_ptr<std::byte> block(
      static_cast<std::byte*>(memory),
      [allocator = allocator_](std::byte* given) { allocator->deallocate_async(given, 0); });
  if (reinterpret_cast<uintptr_t>(memory) % core::kAlignment != 0)
    throw core::AllocationError(
        core::str("[runtime] allocator: expected an address that is a "
                  "multiple of ",
                  core::kAlignment, ", got ", memory, "."));
  return block;
}

}  // namespace trtlike::runtime
