// A set of a node's inputs by their places, however many the node has.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace trtlike::ops {

/// Places below 64 take no memory of their own.
class InputSet {
 public:
  InputSet() = default;
  InputSet(std::initializer_list<size_t> places) {
    for (const size_t place : places) insert(place);
  }
  /// Bit i of the mask: input i.
  static InputSet of_mask(uint64_t mask) {
    InputSet set;
    set.low_ = mask;
    return set;
  }

  void insert(size_t place) {
    if (place < kBits) {
      low_ |= uint64_t{1} << place;
      return;
    }
    const size_t word = place / kBits - 1;
    if (word >= more_.size()) more_.resize(word + 1);
    more_[word] |= uint64_t{1} << place % kBits;
  }
  bool contains(size_t place) const {
    if (place < kBits) return ((low_ >> place) & 1u) != 0;
    const size_t word = place / kBits - 1;
    return word < more_.size() && ((more_[word] >> place % kBits) & 1u) != 0;
  }
  bool empty() const { return low_ == 0 && more_.empty(); }
  size_t count() const {
    auto n = static_cast<size_t>(std::popcount(low_));
    for (const uint64_t word : more_) n += static_cast<size_t>(std::popcount(word));
    return n;
  }
  /// One more than the last place; 0 when there is none.
  size_t end() const {
    if (more_.empty()) return static_cast<size_t>(std::bit_width(low_));
    return more_.size() * kBits + static_cast<size_t>(std::bit_width(more_.back()));
  }
  /// Bit i: input i, of the places below 32.
  uint32_t first_32() const { return static_cast<uint32_t>(low_); }
  /// True when every place of this set is in `other`.
  bool is_within(const InputSet& other) const {
    for (size_t place = 0; place < end(); ++place)
      if (contains(place) && !other.contains(place)) return false;
    return true;
  }
  bool operator==(const InputSet&) const = default;
  /// "1, 2".
  std::string to_string() const {
    std::string text;
    for (size_t place = 0; place < end(); ++place)
      if (contains(place)) text += (text.empty() ? "" : ", ") + std::to_string(place);
    return text;
  }

 private:
  static constexpr size_t kBits = 64;
  uint64_t low_ = 0;
  /// Words of the places from 64 on; the last one is not 0.
  std::vector<uint64_t> more_;
};

}  // namespace trtlike::ops
