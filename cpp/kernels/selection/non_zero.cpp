// How many elements are not 0, and where they are: a slice is a run of elements, and a last phase
// adds the slices' counts up, or each slice writes behind what the others counted.
#include <algorithm>
#include <bit>
#include <cstring>

#include "kernels/slicing.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace {

/// Elements that are looked at together, one bit each.
constexpr int64_t kTogether = 64;

/// Elements as unsigned numbers, without the signs that zeros may have.
struct Elements {
  const void* data;
  size_t bytes;
  bool has_sign;

  /// Calls f(elements, mask) with a pointer of their size.
  template <typename F>
  auto with_type(F&& f) const {
    switch (bytes) {
      case 1:
        return f(static_cast<const uint8_t*>(data), uint8_t{0xff});
      case 2:
        return f(static_cast<const uint16_t*>(data), mask<uint16_t>());
      case 4:
        return f(static_cast<const uint32_t*>(data), mask<uint32_t>());
      default:
        return f(static_cast<const uint64_t*>(data), mask<uint64_t>());
    }
  }

 private:
  template <typename T>
  T mask() const {
    return has_sign ? static_cast<T>(static_cast<T>(~T{0}) >> 1) : static_cast<T>(~T{0});
  }
};

Elements elements_of(const TensorDesc& desc, const void* data) {
  return {data, core::dtype_bytes(desc.dtype, 1), core::is_floating_point(desc.dtype)};
}

/// Which of the elements are not 0, the first in the lowest bit.
template <typename T>
uint64_t bits_of(const T* elements, T mask, int64_t count) {
  uint8_t flags[kTogether] = {};
  if (count == kTogether) {
    T any = 0;
    for (int64_t i = 0; i < kTogether; ++i) any = static_cast<T>(any | (elements[i] & mask));
    if (any == 0) return 0;
    for (int64_t i = 0; i < kTogether; ++i) flags[i] = (elements[i] & mask) != 0 ? 1 : 0;
  } else {
    for (int64_t i = 0; i < count; ++i) flags[i] = (elements[i] & mask) != 0 ? 1 : 0;
  }
  uint64_t bits = 0;
  for (int64_t part = 0; part < kTogether / 8; ++part) {
    uint64_t eight;
    std::memcpy(&eight, flags + 8 * part, sizeof eight);
    if constexpr (std::endian::native == std::endian::big) eight = __builtin_bswap64(eight);
    bits |= (eight * 0x0102040810204080u) >> 56 << (8 * part);
  }
  return bits;
}

template <typename T>
int64_t count_in(const T* elements, T mask, int64_t begin, int64_t end) {
  int64_t count = 0;
  for (int64_t i = begin; i < end; i += kTogether)
    count += std::popcount(bits_of(elements + i, mask, std::min(kTogether, end - i)));
  return count;
}

class NonZeroCount final : public Kernel {
 public:
  explicit NonZeroCount(const Problem& problem) : input_(problem.inputs[0]) {
    elems_ = cut(core::elems(input_.dims), 1, problem.threads);
    shared_bytes_ = static_cast<size_t>(elems_.count) * sizeof(int64_t);
    slices_ = {elems_.count, 1};
  }

  void run(const RunArgs& args, int phase, int slice) const noexcept override {
    auto* const counts = static_cast<int64_t*>(args.shared);
    if (phase == 1) {
      int64_t all = 0;
      for (int part = 0; part < elems_.count; ++part) all += counts[part];
      *static_cast<int64_t*>(args.outputs[0]) = all;
      return;
    }
    const auto [begin, end] = elems_.range(slice);
    counts[slice] = elements_of(input_, args.inputs[0])
                        .with_type([begin = begin, end = end](const auto* elements, auto mask) {
                          return count_in(elements, mask, begin, end);
                        });
  }

 private:
  TensorDesc input_;
  Slicing elems_;
};

class NonZeroRows final : public Kernel {
 public:
  explicit NonZeroRows(const Problem& problem)
      : input_(problem.inputs[0]), most_(problem.outputs[0].dims[0]) {
    elems_ = cut(core::elems(input_.dims), 1, problem.threads);
    if (elems_.count == 1) return;
    shared_bytes_ = static_cast<size_t>(elems_.count) * sizeof(int64_t);
    slices_ = {elems_.count, elems_.count};
  }

  void run(const RunArgs& args, int phase, int slice) const noexcept override {
    auto* const counts = static_cast<int64_t*>(args.shared);
    const auto [begin, end] = elems_.range(slice);
    const Elements input = elements_of(input_, args.inputs[0]);
    const bool is_alone = elems_.count == 1;
    input.with_type([&, begin = begin, end = end](const auto* elements, auto mask) {
      if (phase == 0 && !is_alone) {
        counts[slice] = count_in(elements, mask, begin, end);
        return;
      }
      int64_t row = 0;
      for (int before = 0; before < slice; ++before) row += counts[before];
      auto* const rows = static_cast<int64_t*>(args.outputs[0]);
      row = write(elements, mask, begin, end, row, rows);
      if (slice == elems_.count - 1 && row < most_)
        std::fill(rows + row * input_.dims.rank(), rows + most_ * input_.dims.rank(), int64_t{0});
    });
  }

 private:
  /// Writes the indices of what is not 0 in [begin, end) to the rows from `row` on; gives the row
  /// behind.
  template <typename T>
  int64_t write(const T* elements, T mask, int64_t begin, int64_t end, int64_t row,
                int64_t* rows) const {
    const int rank = input_.dims.rank();
    int64_t* to = rows + row * rank;
    Place place(input_.dims, begin);
    for (int64_t i = begin; i < end && row < most_; i += kTogether) {
      uint64_t bits = bits_of(elements + i, mask, std::min(kTogether, end - i));
      for (; bits != 0 && row < most_; bits &= bits - 1, ++row, to += rank) {
        const int64_t last = place.advance(i + std::countr_zero(bits));
        for (int axis = 0; axis + 1 < rank; ++axis) to[axis] = place.index[axis];
        to[rank - 1] = last;
      }
    }
    return row;
  }

  /// The row of elements along the last axis that an element lies in.
  struct Place {
    Place(const Dims& all, int64_t at) : dims(all), index(Dims::filled(all.rank(), 0)) {
      move_to(at);
    }

    /// The index on the last axis of an element behind the one before.
    int64_t advance(int64_t at) {
      const int64_t extent = dims[dims.rank() - 1];
      if (at - begin >= 8 * extent) {
        move_to(at);
      } else {
        for (; at - begin >= extent; begin += extent) step();
      }
      return at - begin;
    }

    void move_to(int64_t at) {
      const int last = dims.rank() - 1;
      int64_t rest = dims[last] == 0 ? 0 : at / dims[last];
      begin = rest * dims[last];
      for (int axis = last; axis-- > 0 && dims[axis] != 0; rest /= dims[axis])
        index[axis] = rest % dims[axis];
    }

    void step() {
      for (int axis = dims.rank() - 1; axis-- > 0;) {
        if (++index[axis] < dims[axis]) return;
        index[axis] = 0;
      }
    }

    const Dims& dims;
    Dims index;         ///< on the axes before the last
    int64_t begin = 0;  ///< its first element
  };

  TensorDesc input_;
  int64_t most_;
  Slicing elems_;
};

std::optional<std::string> refuse(const Problem& problem) {
  const TensorDesc& in = problem.inputs[0];
  if (core::is_narrow(in.dtype) || core::dtype_bytes(in.dtype, 2) < 2)
    return core::str("needs whole bytes that are numbers, got ", core::dtype_short_name(in.dtype));
  if (in.dims.rank() == 0) return "needs an axis";
  for (const TensorDesc* desc : {&in, &problem.outputs[0]})
    if (desc->layout != Layout::Linear)
      return core::str("needs linear, got ", layout_name(desc->layout));
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare_count(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<NonZeroCount>(problem);
}
std::unique_ptr<Kernel> prepare_rows(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<NonZeroRows>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(non_zero_count) = {.refuse = refuse, .prepare = prepare_count};
TRTLIKE_DEFINE_TACTIC(non_zero_rows) = {.refuse = refuse, .prepare = prepare_rows};

}  // namespace trtlike::kernels
