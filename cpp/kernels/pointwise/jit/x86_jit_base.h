// What all parts of the machine code generator share: the registers that are free, and the table of
// constants.
#pragma once

#if defined(TRTLIKE_HAVE_XBYAK)

#include <xbyak/xbyak.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace trtlike::kernels::pointwise {

/// More values are alive at once than there are registers, or more constants than the table holds.
struct OutOfRegisters {};

class JitBase : public Xbyak::CodeGenerator {
 public:
  static constexpr int kRegisters = 32;

  explicit JitBase(size_t code_bytes) : CodeGenerator(code_bytes, Xbyak::DontSetProtectRWE) {
    constants_.reserve(kMostConstants);
  }

  /// All vector registers but the last `kept` are free, and masks 1 to 6.
  void free_all(int kept) {
    kept_ = kept;
    free_zmm_.clear();
    for (int i = kRegisters - 1 - kept; i >= 0; --i) free_zmm_.push_back(i);
    free_mask_ = {6, 5, 4, 3, 2, 1};
  }

  int take_zmm() {
    const int index = take(free_zmm_);
    most_used_ = std::max(most_used_, kRegisters - kept_ - static_cast<int>(free_zmm_.size()));
    return index;
  }
  void release_zmm(int index) { free_zmm_.push_back(index); }
  int take_mask() { return take(free_mask_); }
  void release_mask(int index) { free_mask_.push_back(index); }
  /// The most vector registers that were taken at once.
  int most_used() const { return most_used_; }

  /// A constant of 32 bits: one element, and the same for all lanes.
  Xbyak::Address constant_element(uint32_t bits) { return ptr[constants_base + 4 * find(bits)]; }
  Xbyak::Address constant(uint32_t bits) { return ptr_b[constants_base + 4 * find(bits)]; }

  /// Holds constants_address() throughout the function.
  const Xbyak::Reg64 constants_base = r11;
  size_t constants_address() const { return reinterpret_cast<size_t>(constants_.data()); }

 private:
  /// The code holds the table's address, so that it must not grow.
  static constexpr size_t kMostConstants = 256;

  static int take(std::vector<int>& free) {
    if (free.empty()) throw OutOfRegisters();
    const int index = free.back();
    free.pop_back();
    return index;
  }

  int find(uint32_t bits) {
    const auto found = std::find(constants_.begin(), constants_.end(), bits);
    const auto index = static_cast<int>(found - constants_.begin());
    if (found == constants_.end()) {
      if (constants_.size() == kMostConstants) throw OutOfRegisters();
      constants_.push_back(bits);
    }
    return index;
  }

  std::vector<uint32_t> constants_;
  std::vector<int> free_zmm_, free_mask_;
  int kept_ = 0;
  int most_used_ = 0;
};

}  // namespace trtlike::kernels::pointwise

#endif
