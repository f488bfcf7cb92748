// Little-endian byte streams: a writer that grows, and a reader that trusts nothing.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/check.h"

namespace trtlike::core {

class ByteWriter {
 public:
  template <typename T>
    requires(std::is_arithmetic_v<T> || std::is_enum_v<T>)
  void put(T value) {
    put_raw(&value, sizeof value);
  }
  void put_string(std::string_view s) {
    put(static_cast<uint64_t>(s.size()));
    put_raw(s.data(), s.size());
  }
  void put_raw(const void* data, size_t bytes) {
    bytes_.append(static_cast<const char*>(data), bytes);
  }
  void pad_to(size_t alignment) {
    bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment);
  }
  size_t size() const { return bytes_.size(); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Every read is checked against the end; running past it throws PlanError naming `what`.
class ByteReader {
 public:
  ByteReader(const void* data, size_t bytes, const char* what)
      : data_(static_cast<const char*>(data)), bytes_(bytes), what_(what) {}

  template <typename T>
    requires(std::is_arithmetic_v<T> || std::is_enum_v<T>)
  T get() {
    T value;
    std::memcpy(&value, take(sizeof value), sizeof value);
    return value;
  }
  std::string get_string() {
    const size_t n = get_count(1);
    return {take(n), n};
  }
  /// A count of items of at least `item_bytes` each; refused when that many cannot follow.
  size_t get_count(size_t item_bytes) {
    const auto n = get<uint64_t>();
    if (n > (bytes_ - at_) / item_bytes) fail("a count that fits the bytes that follow", n);
    return static_cast<size_t>(n);
  }
  const char* take(size_t n) {
    if (n > bytes_ - at_) fail("more bytes", bytes_ - at_);
    const char* p = data_ + at_;
    at_ += n;
    return p;
  }
  size_t position() const { return at_; }
  size_t remaining() const { return bytes_ - at_; }

 private:
  [[noreturn]] void fail(const char* expected, uint64_t got) const {
    throw PlanError(str("[", what_, "] byte ", at_, ": expected ", expected, ", got ", got, "."));
  }

  const char* data_;
  size_t bytes_;
  const char* what_;
  size_t at_ = 0;
};

/// XXH3 of the bytes.
uint64_t checksum(const void* data, size_t bytes);

}  // namespace trtlike::core
