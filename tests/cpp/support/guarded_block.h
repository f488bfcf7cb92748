// Memory for the operands of tests: an access beyond either end is a crash or is found.
#pragma once

#include <cstddef>

namespace trtlike::test {

/// Which end of a block lies at a page that cannot be accessed.
enum class Flush { Behind, Before };

/// Bytes between two unmapped pages, filled with 0xff (a NaN in every floating-point type). The
/// block begins `offset` bytes behind a multiple of `alignment`, and lies as close to the page of
/// its flush end as that allows; the bytes between them keep their poison, or is_intact() tells.
class GuardedBlock {
 public:
  explicit GuardedBlock(size_t bytes, size_t alignment = 64, Flush flush = Flush::Behind,
                        size_t offset = 0);
  ~GuardedBlock();
  GuardedBlock(GuardedBlock&& other) noexcept;
  GuardedBlock(const GuardedBlock&) = delete;
  GuardedBlock& operator=(const GuardedBlock&) = delete;

  std::byte* data() const { return data_; }
  bool is_intact() const;

  static constexpr std::byte kPoison{0xff};

 private:
  std::byte* pages_ = nullptr;  ///< the first byte that can be accessed
  size_t page_bytes_ = 0;
  std::byte* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace trtlike::test
