// Anonymous and file mappings.
#include "core/memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>

#include "core/check.h"

namespace trtlike::core {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

std::shared_ptr<void> allocate_small(size_t bytes) {
  void* p = std::aligned_alloc(kAlignment, align_up(bytes == 0 ? 1 : bytes));
  TRTLIKE_CHECK(p != nullptr, "[core] memory: expected ", bytes,
                " bytes to be available, got none.");
  std::memset(p, 0, bytes);
  return {p, std::free};
}

}  // namespace

std::shared_ptr<void> allocate_shared(size_t bytes) {
  if (bytes < kHugePage) return allocate_small(bytes);
  const size_t length = align_up(bytes, kHugePage) + kHugePage;
  TRTLIKE_CHECK(bytes < total_memory_bytes(), "[core] memory: expected at most the ",
                total_memory_bytes() >> 20, " MiB of this machine, got a request for ", bytes >> 20,
                " MiB.");
  void* map = mmap(nullptr, length, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  TRTLIKE_CHECK(map != MAP_FAILED, "[core] memory: expected ", bytes >> 20,
                " MiB to be available, got: ", std::strerror(errno), ".");
  auto address = reinterpret_cast<uintptr_t>(map);
  void* aligned = reinterpret_cast<void*>(align_up(address, kHugePage));
  madvise(aligned, align_up(bytes, kHugePage), MADV_HUGEPAGE);
  return {aligned, [map, length](void*) { munmap(map, length); }};
}

MappedFile map_file(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  TRTLIKE_CHECK(fd >= 0, "[core] file '", path,
                "': expected to open it for reading, got: ", std::strerror(errno), ".");
  struct stat info {};
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    close(fd);
    throw UserError(str("[core] file '", path, "': expected a regular file, got something else."));
  }
  const auto bytes = static_cast<size_t>(info.st_size);
  if (bytes == 0) {
    close(fd);
    return {std::make_shared<char>(), 0};
  }
  void* map = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
  const int error = errno;
  close(fd);
  TRTLIKE_CHECK(map != MAP_FAILED, "[core] file '", path, "': expected to map ", bytes,
                " bytes, got: ", std::strerror(error), ".");
  return {std::shared_ptr<const void>(
              map, [bytes](const void* p) { munmap(const_cast<void*>(p), bytes); }),
          bytes};
}

size_t total_memory_bytes() {
  static const size_t total = [] {
    size_t bytes =
        static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGE_SIZE));
    std::ifstream limit("/sys/fs/cgroup/memory.max");
    size_t quota = 0;
    if (limit >> quota && quota > 0 && quota < bytes) bytes = quota;
    return bytes;
  }();
  return total;
}

}  // namespace trtlike::core
