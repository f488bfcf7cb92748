// TopK by keys: a slice is some lines along the axis. What cannot be among the best any more is
// passed over by one comparison, floats that lie side by side by one of vectors.
#include <limits>

#include "core/tensor_view.h"
#include "kernels/selection/keys.h"
#include "kernels/selection/scan.h"
#include "kernels/simd/loops_of_this_cpu.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"
#include "ops/elements.h"

namespace trtlike::kernels {
namespace {

using selection::make_key;
using selection::position_of;

/// So many are kept in order while a line is read; more are collected and cut back.
constexpr int64_t kMostInOrder = 16;
constexpr int64_t kLeastCollected = 64;

class TopK final : public Kernel {
 public:
  explicit TopK(const Problem& problem)
      : dtype_(problem.inputs[0].dtype),
        is_int64_(problem.outputs[1].dtype == DataType::Int64),
        largest_(problem.attributes->get_int("op") == enum_number(TopKOperation::Max)) {
    const Dims& in = problem.inputs[0].dims;
    const int axis = ops::masked_axis(*problem.attributes, "axes", in.rank());
    length_ = in[axis];
    k_ = problem.outputs[0].dims[axis];
    inner_ = core::elems_between(in, axis + 1, in.rank());
    capacity_ = std::min(length_, std::max(2 * k_, kLeastCollected));
    scratch_bytes_ = static_cast<size_t>(capacity_ + selection::kMostLanes) * sizeof(uint64_t);
    by_vectors_ = inner_ == 1 && float_storage_index(dtype_) >= 0;
    lines_ = cut(core::elems_between(in, 0, axis) * inner_, length_ * 4, problem.threads);
    slices_ = {lines_.count};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    core::dispatch_dtype(dtype_, "top_k_keys", [&](auto tag) {
      using T = decltype(tag);
      if constexpr (sizeof(T) <= 4) run_lines<T>(args, slice);
    });
  }

 private:
  template <typename T>
  void run_lines(const RunArgs& args, int slice) const {
    const auto [begin, end] = lines_.range(slice);
    auto* keys = static_cast<uint64_t*>(args.scratch);
    for (int64_t line = begin; line < end; ++line) {
      const int64_t outer = line / inner_, at = line % inner_;
      const T* from = static_cast<const T*>(args.inputs[0]) + outer * length_ * inner_ + at;
      if (!by_vectors_ || !find_by_vectors(from, keys))
        k_ <= kMostInOrder&& k_ < length_ ? keep_in_order(from, keys) : collect(from, keys);
      const int64_t to = outer * k_ * inner_ + at;
      for (int64_t i = 0; i < k_; ++i) {
        const int64_t position = position_of(keys[i]), out = to + i * inner_;
        static_cast<T*>(args.outputs[0])[out] = from[position * inner_];
        if (is_int64_) {
          static_cast<int64_t*>(args.outputs[1])[out] = position;
        } else {
          static_cast<int32_t*>(args.outputs[1])[out] = static_cast<int32_t>(position);
        }
      }
    }
  }

  /// The best k in order at the front of `keys`; false where this is not for vectors.
  bool find_by_vectors(const void* from, uint64_t* keys) const {
    if (k_ == 0 || k_ == length_) return false;
    const auto& loops =
        loops_of_this_cpu<selection::kPortable, selection::kAvx2, selection::kAvx512>();
    const auto type = static_cast<size_t>(float_storage_index(dtype_));
    if (k_ == 1) {
      const int64_t best = loops.best[type](from, length_, largest_);
      keys[0] = static_cast<uint64_t>(best);
      if (best >= 0) return true;
    }
    selection::Scan scan{.from = from,
                         .end = length_,
                         .largest = largest_,
                         .takes_nans = true,
                         .at = 0,
                         .bound = std::numeric_limits<float>::quiet_NaN(),
                         .worst = UINT64_MAX,
                         .keys = keys,
                         .count = 0,
                         .room = capacity_};
    if (k_ <= kMostInOrder) {
      std::fill_n(keys, k_, UINT64_MAX);
      scan.room = k_;
      loops.keep[type](scan);
      return true;
    }
    for (loops.find[type](scan); scan.at < length_; loops.find[type](scan)) {
      std::nth_element(keys, keys + k_ - 1, keys + scan.count);
      scan.worst = keys[k_ - 1];
      scan.bound = read_float(from, position_of(scan.worst));
      scan.count = k_;
    }
    if (scan.count > k_) std::nth_element(keys, keys + k_ - 1, keys + scan.count);
    std::sort(keys, keys + k_);
    return true;
  }

  float read_float(const void* from, int64_t i) const {
    return static_cast<float>(core::TensorView{const_cast<void*>(from), dtype_, {}}.at(i));
  }

  /// The best k in order at the front of `keys`.
  template <typename T>
  void keep_in_order(const T* from, uint64_t* keys) const {
    if (k_ == 0) return;
    std::fill_n(keys, k_, UINT64_MAX);
    for (int64_t i = 0; i < length_; ++i) {
      const uint64_t key = make_key(from[i * inner_], i, largest_);
      if (key >= keys[k_ - 1]) continue;
      int64_t at = k_ - 1;
      for (; at > 0 && keys[at - 1] > key; --at) keys[at] = keys[at - 1];
      keys[at] = key;
    }
  }

  /// The same: those below the worst of the best so far are collected, and the best of these kept
  /// when there is no more room.
  template <typename T>
  void collect(const T* from, uint64_t* keys) const {
    uint64_t worst = UINT64_MAX;
    int64_t count = 0;
    for (int64_t i = 0; i < length_; ++i) {
      const uint64_t key = make_key(from[i * inner_], i, largest_);
      keys[count] = key;
      count += key < worst ? 1 : 0;
      if (count < capacity_ || i + 1 == length_) continue;
      std::nth_element(keys, keys + k_ - 1, keys + count);
      worst = keys[k_ - 1];
      count = k_;
    }
    if (count > k_ && k_ > 0) std::nth_element(keys, keys + k_ - 1, keys + count);
    std::sort(keys, keys + k_);
  }

  DataType dtype_;
  bool is_int64_;
  bool largest_;
  int64_t length_ = 0;
  int64_t k_ = 0;
  int64_t inner_ = 1;
  int64_t capacity_ = 0;
  bool by_vectors_ = false;
  Slicing lines_;
};

std::optional<std::string> refuse(const Problem& problem) {
  const TensorDesc& in = problem.inputs[0];
  if (!selection::has_keys(in.dtype))
    return core::str("needs numbers of 32 bits or less, got ", core::dtype_short_name(in.dtype));
  if (problem.outputs[0].dtype != in.dtype) return "needs an output of the input's type";
  for (const TensorDesc* desc : {&in, &problem.outputs[0], &problem.outputs[1]})
    if (desc->layout != Layout::Linear)
      return core::str("needs linear, got ", layout_name(desc->layout));
  for (const int64_t extent : in.dims)
    if (extent > INT32_MAX) return "needs extents of 31 bits";
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<TopK>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(top_k_keys) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
