// Basic vocabulary of the public API: element types, dimensions, weights and attribute values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "trtlike/enums/type_enums.h"

namespace trtlike {

/// The extents of a tensor, at most kMaxDims of them. An extent of -1 is not known before run time.
/// A rank of -1 means "no dimensions at all are known" (or, for an optional input, "absent").
class Dims {
 public:
  static constexpr int kMaxDims = 8;

  Dims() = default;
  Dims(std::initializer_list<int64_t> extents) : Dims(extents.begin(), extents.size()) {}
  explicit Dims(const std::vector<int64_t>& extents) : Dims(extents.data(), extents.size()) {}
  /// Throws UserError when `count` exceeds kMaxDims.
  Dims(const int64_t* extents, size_t count);

  /// A Dims of unknown rank.
  static Dims unknown_rank() {
    Dims d;
    d.rank_ = -1;
    return d;
  }
  /// A Dims of `rank` extents, each `extent`.
  static Dims filled(int rank, int64_t extent);

  int rank() const { return rank_; }
  int64_t operator[](int i) const { return extents_[static_cast<size_t>(i)]; }
  int64_t& operator[](int i) { return extents_[static_cast<size_t>(i)]; }
  const int64_t* begin() const { return extents_.data(); }
  const int64_t* end() const { return extents_.data() + (rank_ > 0 ? rank_ : 0); }
  /// Throws UserError when the rank would exceed kMaxDims.
  void push_back(int64_t extent);
  bool operator==(const Dims& other) const;
  /// "[1, 3, -1, 224]"; "[?]" for an unknown rank.
  std::string to_string() const;

 private:
  std::array<int64_t, kMaxDims> extents_{};
  int rank_ = 0;
};

/// A block of constant elements. `owner` keeps `values` alive; without one the caller does, until
/// the network is gone.
struct Weights {
  DataType type = DataType::Float;
  const void* values = nullptr;
  int64_t count = 0;
  std::shared_ptr<const void> owner;
};

/// The value of one attribute of a layer. Enumerations are integers with TensorRT's values.
using AttributeValue =
    std::variant<bool, int64_t, double, std::string, std::vector<int64_t>, std::vector<double>>;

}  // namespace trtlike
