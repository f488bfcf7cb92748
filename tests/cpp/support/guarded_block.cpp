// Mappings with unmapped pages at both ends; they are kept for the next block of their size.
#include "support/guarded_block.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <map>
#include <new>
#include <vector>

namespace trtlike::test {
namespace {

/// Free mappings by size; blocks are made on one thread.
std::map<size_t, std::vector<std::byte*>>& free_pages() {
  static std::map<size_t, std::vector<std::byte*>> pages;
  return pages;
}

/// qemu reads what a masked load leaves out: there the page behind a block may be read, not
/// written.
int behind() { return std::getenv("TRTLIKE_TEST_EMULATED") != nullptr ? PROT_READ : PROT_NONE; }

std::byte* take_pages(size_t bytes) {
  std::vector<std::byte*>& free = free_pages()[bytes];
  if (!free.empty()) {
    std::byte* pages = free.back();
    free.pop_back();
    return pages;
  }
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* all = mmap(nullptr, bytes + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) throw std::bad_alloc();
  std::byte* pages = static_cast<std::byte*>(all) + page;
  if (mprotect(pages, bytes, PROT_READ | PROT_WRITE) != 0 ||
      mprotect(pages + bytes, page, behind()) != 0)
    throw std::bad_alloc();
  return pages;
}

}  // namespace

GuardedBlock::GuardedBlock(size_t bytes, size_t alignment, Flush flush, size_t offset)
    : bytes_(bytes) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  page_bytes_ = std::bit_ceil(std::max<size_t>(1, (bytes + offset + page - 1) / page)) * page;
  pages_ = take_pages(page_bytes_);
  const size_t last = (page_bytes_ - bytes - offset) / alignment * alignment;
  data_ = pages_ + (flush == Flush::Behind ? last : 0) + offset;
  std::memset(pages_, static_cast<int>(kPoison), page_bytes_);
}

GuardedBlock::~GuardedBlock() {
  if (pages_ != nullptr) free_pages()[page_bytes_].push_back(pages_);
}

GuardedBlock::GuardedBlock(GuardedBlock&& other) noexcept
    : pages_(other.pages_),
      page_bytes_(other.page_bytes_),
      data_(other.data_),
      bytes_(other.bytes_) {
  other.pages_ = nullptr;
}

bool GuardedBlock::is_intact() const {
  const auto ok = [](std::byte b) { return b == kPoison; };
  return std::all_of(pages_, data_, ok) && std::all_of(data_ + bytes_, pages_ + page_bytes_, ok);
}

}  // namespace trtlike::test
