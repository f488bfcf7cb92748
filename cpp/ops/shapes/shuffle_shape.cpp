// Permutations and reshapes.
#include "ops/shapes/shuffle_shape.h"

#include <algorithm>
#include <numeric>

#include "ops/host_values.h"

namespace trtlike::ops {
namespace {

constexpr int64_t kWildcard = -1;

/// A product of extents of which some are unknown: the known factor, and how often the unknown
/// extent of each axis of the operand occurs.
struct Product {
  int64_t known = 1;
  std::vector<int> unknown_axes;
  int others = 0;

  void multiply(int64_t extent) {
    TRTLIKE_CHECK(!__builtin_mul_overflow(known, extent, &known),
                  "[ops] reshape: expected fewer than 2^63 elements, got more.");
  }
  bool is_known() const { return unknown_axes.empty() && others == 0; }
};

/// Takes the axes that occur in both products out of both.
void cancel(Product& a, Product& b) {
  for (size_t i = 0; i < a.unknown_axes.size();) {
    const auto same = std::find(b.unknown_axes.begin(), b.unknown_axes.end(), a.unknown_axes[i]);
    if (same == b.unknown_axes.end()) {
      ++i;
      continue;
    }
    b.unknown_axes.erase(same);
    a.unknown_axes.erase(a.unknown_axes.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

Product product_of(const Dims& dims) {
  Product out;
  for (int d = 0; d < dims.rank(); ++d) {
    if (dims[d] < 0) {
      out.unknown_axes.push_back(d);
    } else {
      out.multiply(dims[d]);
    }
  }
  return out;
}

[[noreturn]] void fail_reshape(const Dims& from, const Dims& to) {
  throw UserError(core::str("[ops] reshape: expected as many elements as shape ", from,
                            " has, got shape ", to, "."));
}

}  // namespace

std::vector<int> permutation(const Attributes& attributes, const char* name, int rank) {
  const std::vector<int64_t>& given = attributes.get_ints(name);
  std::vector<int> out(static_cast<size_t>(rank));
  std::iota(out.begin(), out.end(), 0);
  if (given.empty()) return out;
  std::vector<int64_t> sorted = given;
  std::sort(sorted.begin(), sorted.end());
  TRTLIKE_CHECK(std::equal(sorted.begin(), sorted.end(), out.begin(), out.end()),
                "[ops] attribute '", name, "': expected a permutation of the axes 0 to ", rank - 1,
                ", got [", core::join(given), "].");
  std::copy(given.begin(), given.end(), out.begin());
  return out;
}

Dims permute(const Dims& dims, const std::vector<int>& permutation) {
  Dims out;
  for (const int axis : permutation) out.push_back(dims[axis]);
  return out;
}

bool moves_nothing(const Dims& dims, const std::vector<int>& permutation) {
  int last = -1;
  for (const int axis : permutation) {
    if (dims[axis] == 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

Dims reshape_dims(const Dims& from, const std::vector<int64_t>& wanted, bool zero_is_placeholder) {
  Dims out;
  Product have = product_of(from), used;
  int free_axis = -1;
  for (const int64_t element : wanted) {
    const int axis = out.rank();
    if (element == kWildcard) {
      TRTLIKE_CHECK(free_axis < 0 || wanted[static_cast<size_t>(free_axis)] == kUnknownElement,
                    "[ops] reshape: expected at most one -1, got [", core::join(wanted), "].");
      if (free_axis >= 0) ++used.others;
      free_axis = axis;
      out.push_back(core::kUnknownDim);
    } else if (element == kUnknownElement) {
      if (free_axis < 0) {
        free_axis = axis;
      } else {
        ++used.others;
      }
      out.push_back(core::kUnknownDim);
    } else if (element == 0 && zero_is_placeholder) {
      TRTLIKE_CHECK(axis < from.rank(),
                    "[ops] reshape: expected a 0 (the extent of the operand) on an "
                    "axis of shape ",
                    from, ", got one on axis ", axis, ".");
      out.push_back(from[axis]);
      if (from[axis] < 0) {
        used.unknown_axes.push_back(axis);
      } else {
        used.multiply(from[axis]);
      }
    } else {
      TRTLIKE_CHECK(element >= 0, "[ops] reshape: expected extents of at least -1, got [",
                    core::join(wanted), "].");
      out.push_back(element);
      used.multiply(element);
    }
  }
  cancel(have, used);
  if (!have.is_known() || !used.is_known()) return out;
  if (free_axis < 0) {
    if (have.known != used.known) fail_reshape(from, out);
  } else if (used.known != 0) {
    if (have.known % used.known != 0) fail_reshape(from, out);
    out[free_axis] = have.known / used.known;
  } else if (wanted[static_cast<size_t>(free_axis)] == kWildcard) {
    if (have.known != 0) fail_reshape(from, out);
    out[free_axis] = 0;
  }
  return out;
}

}  // namespace trtlike::ops
