// Blocks of memory: aligned, in huge pages where they are large, counted where a limit is asked
// for.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace trtlike::core {

inline constexpr size_t kAlignment = 64;

inline size_t align_up(size_t n, size_t alignment = kAlignment) {
  return (n + alignment - 1) / alignment * alignment;
}

/// Zero-filled, aligned to 64 bytes; blocks of 2 MiB and more are aligned to 2 MiB and advised to
/// use huge pages. Throws UserError naming the size when there is not that much memory.
std::shared_ptr<void> allocate_shared(size_t bytes);

/// Files of at most that many bytes are copied, so that nothing that happens to them matters.
inline constexpr size_t kCopiedFileBytes = size_t{16} << 20;

/// A file that is mapped and must stay as it is: pages beyond its new end would be fatal to read.
class OpenFile {
 public:
  OpenFile(std::string path, int descriptor, size_t bytes)
      : path_(std::move(path)), descriptor_(descriptor), bytes_(bytes) {}
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  /// Throws UserError naming the path when the file became shorter since it was opened.
  void check_size() const;

 private:
  std::string path_;
  int descriptor_;
  size_t bytes_;
};

/// The bytes of a whole file, read-only: a copy of a small file, a mapping of a larger one. Throws
/// UserError naming the path when it is no regular file or cannot be read.
struct MappedFile {
  std::shared_ptr<const void> data;
  size_t bytes = 0;
  /// Null where the bytes are a copy.
  std::shared_ptr<const OpenFile> file = nullptr;
};
MappedFile map_file(const char* path);

/// Gives back the pages that lie wholly in these bytes of a mapped file; they are read from it
/// again when they are needed.
void drop_pages(const void* begin, size_t bytes);

/// Bytes of memory that nothing uses now, or that the system can free at once.
size_t available_memory_bytes();

/// Bytes of memory that the machine (or the process's memory cgroup) has in all.
size_t total_memory_bytes();

}  // namespace trtlike::core
