// Dimension arithmetic.
#include "core/shape.h"

#include <algorithm>

#include "core/check.h"

namespace trtlike {

Dims::Dims(const int64_t* extents, size_t count) {
  TRTLIKE_CHECK(count <= kMaxDims, "[core] dimensions: expected at most ", kMaxDims, ", got ",
                count, ".");
  std::copy(extents, extents + count, extents_.begin());
  rank_ = static_cast<int>(count);
}

Dims Dims::filled(int rank, int64_t extent) {
  Dims d;
  for (int i = 0; i < rank; ++i) d.push_back(extent);
  return d;
}

void Dims::push_back(int64_t extent) {
  TRTLIKE_CHECK(rank_ < kMaxDims, "[core] dimensions: expected at most ", kMaxDims, ", got ",
                rank_ + 1, ".");
  extents_[static_cast<size_t>(rank_++)] = extent;
}

bool Dims::operator==(const Dims& other) const {
  return rank_ == other.rank_ && std::equal(begin(), end(), other.begin());
}

std::string Dims::to_string() const {
  if (rank_ < 0) return "[?]";
  return core::str("[", core::join(std::vector<int64_t>(begin(), end())), "]");
}

namespace core {
namespace {

/// False when the product is more than kMaxElems.
bool multiply_within(int64_t& n, int64_t extent) {
  if (extent > kMaxElems / n) return false;
  n *= extent;
  return true;
}

}  // namespace

bool is_static(const Dims& dims) {
  return dims.rank() >= 0 && std::all_of(dims.begin(), dims.end(), is_known);
}

int64_t elems(const Dims& dims) { return elems_between(dims, 0, dims.rank()); }

int64_t elems_between(const Dims& dims, int begin, int end) {
  int64_t n = 1;
  bool is_empty = false;
  for (int i = begin; i < end; ++i) {
    TRTLIKE_ASSERT(dims[i] >= 0, "element count of ", dims);
    is_empty = is_empty || dims[i] == 0;
    if (dims[i] > 1 && !multiply_within(n, dims[i])) fail_extents(dims, "[core] shape");
  }
  return is_empty ? 0 : n;
}

bool has_valid_extents(const Dims& dims) {
  int64_t n = 1;
  return std::all_of(dims.begin(), dims.end(), [&](int64_t extent) {
    return extent >= kUnknownDim && (extent <= 1 || multiply_within(n, extent));
  });
}

void fail_extents(const Dims& dims, const std::string& where) {
  const bool is_negative =
      std::any_of(dims.begin(), dims.end(), [](int64_t extent) { return extent < kUnknownDim; });
  throw UserError(str(where, ": expected ",
                      is_negative ? "extents of 0 or more" : "at most 2^48 elements",
                      ", got shape ", dims, "."));
}

int64_t checked_product(int64_t a, int64_t b, const char* what) {
  int64_t product = 0;
  TRTLIKE_CHECK(!__builtin_mul_overflow(a, b, &product), "[core] ", what,
                ": expected a number of 64 bits, got ", a, " * ", b, ".");
  return product;
}

int64_t checked_sum(int64_t a, int64_t b, const char* what) {
  int64_t sum = 0;
  TRTLIKE_CHECK(!__builtin_add_overflow(a, b, &sum), "[core] ", what,
                ": expected a number of 64 bits, got ", a, " + ", b, ".");
  return sum;
}

Dims dense_strides(const Dims& dims) {
  Dims strides = Dims::filled(dims.rank(), 1);
  for (int i = dims.rank() - 2; i >= 0; --i)
    strides[i] = strides[i + 1] * std::max<int64_t>(dims[i + 1], 1);
  return strides;
}

Dims broadcast(const Dims& a, const Dims& b) {
  if (a.rank() < 0 || b.rank() < 0) return Dims::unknown_rank();
  const int rank = std::max(a.rank(), b.rank());
  Dims out = Dims::filled(rank, 1);
  for (int i = 0; i < rank; ++i) {
    const int ia = i - (rank - a.rank()), ib = i - (rank - b.rank());
    const int64_t x = ia < 0 ? 1 : a[ia], y = ib < 0 ? 1 : b[ib];
    if (x == y || y == 1) {
      out[i] = x;
    } else if (x == 1) {
      out[i] = y;
    } else if (x < 0 || y < 0) {
      out[i] = std::max(x, y);
    } else {
      throw UserError(
          str("[core] broadcast: expected shapes that agree or are 1 in each dimension, got ", a,
              " and ", b, "."));
    }
  }
  return out;
}

int normalize_axis(int64_t axis, int rank, const char* what) {
  TRTLIKE_CHECK(axis >= -rank && axis < rank, "[core] ", what, ": expected an axis in [", -rank,
                ", ", rank, "), got ", axis, ".");
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

}  // namespace core
}  // namespace trtlike
