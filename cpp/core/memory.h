// Blocks of memory: aligned, in huge pages where they are large, counted where a limit is asked
// for.
#pragma once

#include <cstddef>
#include <memory>

namespace trtlike::core {

inline constexpr size_t kAlignment = 64;

inline size_t align_up(size_t n, size_t alignment = kAlignment) {
  return (n + alignment - 1) / alignment * alignment;
}

/// Zero-filled, aligned to 64 bytes; blocks of 2 MiB and more are aligned to 2 MiB and advised to
/// use huge pages. Throws UserError naming the size when there is not that much memory.
std::shared_ptr<void> allocate_shared(size_t bytes);

/// A read-only mapping of a whole file. Throws UserError naming the path when it cannot be read.
struct MappedFile {
  std::shared_ptr<const void> data;
  size_t bytes = 0;
};
MappedFile map_file(const char* path);

/// Bytes of memory that the machine (or the process's memory cgroup) has in all.
size_t total_memory_bytes();

}  // namespace trtlike::core
