// Anonymous and file mappings.
#include "core/os/memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
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

std::shared_ptr<const void> read_all(const char* path, int fd, size_t bytes) {
  const std::shared_ptr<void> data = allocate_shared(bytes);
  for (size_t at = 0; at < bytes;) {
    const ssize_t n =
        pread(fd, static_cast<char*>(data.get()) + at, bytes - at, static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    TRTLIKE_CHECK(n > 0, "[core] file '", path, "': expected ", bytes, " bytes, got ",
                  n == 0 ? str("only ", at) : std::string(std::strerror(errno)), ".");
    at += static_cast<size_t>(n);
  }
  return data;
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

OpenFile::~OpenFile() { close(descriptor_); }

void OpenFile::check_size() const {
  struct stat info {};
  const bool known = fstat(descriptor_, &info) == 0;
  TRTLIKE_CHECK(known && static_cast<size_t>(info.st_size) >= bytes_, "[core] file '", path_,
                "': expected it to keep its ", bytes_, " bytes while they are in use, got ",
                known ? info.st_size : 0,
                ". Write a new file beside it and rename that over the old one.");
}

MappedFile map_file(const char* path) {
  // Opened without waiting: the other end of a pipe may never come.
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  TRTLIKE_CHECK(fd >= 0, "[core] file '", path,
                "': expected to open it for reading, got: ", std::strerror(errno), ".");
  struct stat info {};
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    close(fd);
    throw UserError(str("[core] file '", path, "': expected a regular file, got something else."));
  }
  const auto bytes = static_cast<size_t>(info.st_size);
  const auto file = std::make_shared<const OpenFile>(path, fd, bytes);
  if (bytes <= kCopiedFileBytes) return {read_all(path, fd, bytes), bytes};
  void* map = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
  TRTLIKE_CHECK(map != MAP_FAILED, "[core] file '", path, "': expected to map ", bytes,
                " bytes, got: ", std::strerror(errno), ".");
  return {std::shared_ptr<const void>(
              map, [bytes, file](const void* p) { munmap(const_cast<void*>(p), bytes); }),
          bytes, file};
}

void drop_pages(const void* begin, size_t bytes) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGE_SIZE));
  const auto at = reinterpret_cast<uintptr_t>(begin);
  const size_t first = align_up(at, page), end = (at + bytes) / page * page;
  if (first < end) madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);
}

size_t available_memory_bytes() {
  std::ifstream in("/proc/meminfo");
  for (std::string name, unit; in >> name;) {
    size_t kib = 0;
    if (name == "MemAvailable:" && in >> kib) return std::min(kib << 10, total_memory_bytes());
    std::getline(in, unit);
  }
  return total_memory_bytes();
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
