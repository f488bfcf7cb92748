// Element-wise ops on integers, exact: ElementWise, Unary, Select and casts between integers and
// booleans, in plain loops over the same walk as the float engine's.
#include <algorithm>
#include <array>
#include <bit>

#include "kernels/pointwise/walk.h"
#include "kernels/tactic_list.h"
#include "ops/convert.h"
#include "ops/integer_arithmetic.h"

namespace trtlike::kernels {
namespace {

using pointwise::Access;
using pointwise::Walk;
using pointwise::WalkOperand;

/// Operands of a run of elements; `one[i]`: operand i is one element for all.
struct Run {
  const void* const* inputs;
  const bool* one;
  void* output;
  int64_t count;
};
using Loop = void (*)(const Run&);

constexpr bool is_division(ElementWiseOperation op) {
  return op == ElementWiseOperation::Div || op == ElementWiseOperation::FloorDiv;
}

/// Whole numbers below 2^51, which this has room for in its last bits, change between integer and
/// FP64 by an addition.
constexpr double kWhole = 0x1.8p52;
constexpr int64_t kLargestWhole = (int64_t{1} << 51) - 1;

inline double to_double(int64_t x) {
  return std::bit_cast<double>(x + std::bit_cast<int64_t>(kWhole)) - kWhole;
}
inline int64_t to_integer(double x) {
  return std::bit_cast<int64_t>(x + kWhole) - std::bit_cast<int64_t>(kWhole);
}

/// a over b, whose nearest whole number `quotient` is, or one beside it: what remains says which is
/// right. Without branches, as remainders of either sign alternate.
template <bool floors>
int64_t mend_quotient(int64_t a, int64_t b, int64_t quotient) {
  const int64_t rest = a - quotient * b, is_rest = (rest | -rest) >> 63;
  if constexpr (floors) return quotient + (is_rest & ((rest ^ b) >> 63));
  const int64_t one = ((a ^ b) >> 63) | 1;
  return quotient - (one & is_rest & ((rest ^ a) >> 63));
}

/// Elements that are divided together.
constexpr int64_t kQuotients = 64;

template <typename T>
bool are_whole(const T* elements) {
  uint64_t beyond = 0;
  for (int64_t i = 0; i < kQuotients; ++i)
    beyond |= (static_cast<uint64_t>(static_cast<int64_t>(elements[i])) + kLargestWhole) >> 52;
  return beyond == 0;
}

/// kQuotients by one number other than 0, times `inverse`; false where they are too large.
template <bool floors, typename T>
bool divide_by_one(const T* a, int64_t b, double inverse, T* out) {
  if (!are_whole(a)) return false;
  T quotients[kQuotients];
  for (int64_t i = 0; i < kQuotients; ++i) {
    const auto x = static_cast<int64_t>(a[i]);
    quotients[i] = static_cast<T>(mend_quotient<floors>(x, b, to_integer(to_double(x) * inverse)));
  }
  std::copy_n(quotients, kQuotients, out);
  return true;
}

/// By one number, vectors at a time; gives the element that it came to.
template <ElementWiseOperation op, typename T>
int64_t divide_run(const T* a, T by, T* out, int64_t count) {
  constexpr bool kFloors = op == ElementWiseOperation::FloorDiv;
  const auto divisor = static_cast<int64_t>(by);
  if (divisor == 0 || divisor > kLargestWhole || divisor < -kLargestWhole) return 0;
  const double inverse = 1 / static_cast<double>(divisor);
  int64_t i = 0;
  while (i + kQuotients <= count && divide_by_one<kFloors>(a + i, divisor, inverse, out + i))
    i += kQuotients;
  return i;
}

template <ElementWiseOperation op, typename T, typename Out>
void elementwise_loop(const Run& run) {
  const T *a = static_cast<const T*>(run.inputs[0]), *b = static_cast<const T*>(run.inputs[1]);
  Out* out = static_cast<Out*>(run.output);
  const auto f = [](T x, T y) { return static_cast<Out>(ops::integer_elementwise<T>(op, x, y)); };
  if (run.one[0]) {
    const T x = a[0];
    for (int64_t i = 0; i < run.count; ++i) out[i] = f(x, b[run.one[1] ? 0 : i]);
  } else if (run.one[1]) {
    const T y = b[0];
    int64_t i = 0;
    if constexpr (is_division(op) && std::is_signed_v<T> && sizeof(T) >= 4)
      i = divide_run<op>(a, y, out, run.count);
    for (; i < run.count; ++i) out[i] = f(a[i], y);
  } else {
    for (int64_t i = 0; i < run.count; ++i) out[i] = f(a[i], b[i]);
  }
}

template <UnaryOperation op, typename T>
void unary_loop(const Run& run) {
  const T* in = static_cast<const T*>(run.inputs[0]);
  T* out = static_cast<T*>(run.output);
  for (int64_t i = 0; i < run.count; ++i) {
    const T v = in[run.one[0] ? 0 : i];
    const T negative = static_cast<T>(0 - static_cast<uint64_t>(v));
    if constexpr (op == UnaryOperation::Abs) {
      out[i] = v < 0 ? negative : v;
    } else if constexpr (op == UnaryOperation::Neg) {
      out[i] = negative;
    } else if constexpr (op == UnaryOperation::Sign) {
      out[i] = static_cast<T>((v > 0) - (v < 0));
    } else {
      out[i] = static_cast<T>(~v);
    }
  }
}

template <typename T>
void select_loop(const Run& run) {
  const auto* condition = static_cast<const uint8_t*>(run.inputs[0]);
  const T *yes = static_cast<const T*>(run.inputs[1]), *no = static_cast<const T*>(run.inputs[2]);
  T* out = static_cast<T*>(run.output);
  for (int64_t i = 0; i < run.count; ++i) {
    const T a = yes[run.one[1] ? 0 : i], b = no[run.one[2] ? 0 : i];
    out[i] = condition[run.one[0] ? 0 : i] != 0 ? a : b;
  }
}

template <typename From, typename To, bool clamps>
void cast_loop(const Run& run) {
  // A truth value is any byte other than 0, which a bool may not hold.
  using Stored = std::conditional_t<std::is_same_v<From, bool>, uint8_t, From>;
  const auto* in = static_cast<const Stored*>(run.inputs[0]);
  To* out = static_cast<To*>(run.output);
  for (int64_t i = 0; i < run.count; ++i) {
    const auto v = static_cast<From>(in[run.one[0] ? 0 : i]);
    out[i] = clamps ? ops::clamp_element<To>(v) : ops::convert_element<To>(v);
  }
}

/// Calls f(tag) with the C++ type of an integer; null for other types.
template <typename F>
Loop dispatch_integer(DataType dtype, F&& f) {
  switch (dtype) {
    case DataType::Int8:
      return f(int8_t{});
    case DataType::UInt8:
      return f(uint8_t{});
    case DataType::Int32:
      return f(int32_t{});
    case DataType::Int64:
      return f(int64_t{});
    default:
      return nullptr;
  }
}

template <typename T, size_t... ops>
Loop elementwise_by_number(size_t op, std::index_sequence<ops...>) {
  constexpr auto is_comparison = [](size_t i) {
    return i >= static_cast<size_t>(ElementWiseOperation::Equal);
  };
  static constexpr Loop kLoops[] = {
      elementwise_loop<static_cast<ElementWiseOperation>(ops), T,
                       std::conditional_t<is_comparison(ops), bool, T>>...};
  return kLoops[op];
}

template <typename T>
Loop unary_by_number(UnaryOperation op) {
  switch (op) {
    case UnaryOperation::Abs:
      return unary_loop<UnaryOperation::Abs, T>;
    case UnaryOperation::Neg:
      return unary_loop<UnaryOperation::Neg, T>;
    case UnaryOperation::Sign:
      return unary_loop<UnaryOperation::Sign, T>;
    case UnaryOperation::Not:
      return unary_loop<UnaryOperation::Not, T>;
    default:
      return nullptr;
  }
}

template <typename From>
Loop cast_to(DataType to, bool keeps_low_bits) {
  if (to == DataType::Bool) return cast_loop<From, bool, false>;
  return dispatch_integer(to, [&](auto tag) -> Loop {
    using To = decltype(tag);
    if constexpr (sizeof(To) == 1)
      if (!keeps_low_bits) return cast_loop<From, To, true>;
    return cast_loop<From, To, false>;
  });
}

/// Null when the problem's types are not integers (and booleans, for casts).
Loop find_loop(const Problem& problem) {
  const std::string_view op = problem.op->name;
  const DataType from = problem.inputs[0].dtype, to = problem.outputs[0].dtype;
  if (op == "Cast") {
    const bool keeps_low_bits = problem.attributes->get_bool("keeps_low_bits");
    if (from == DataType::Bool) return cast_to<bool>(to, keeps_low_bits);
    return dispatch_integer(from,
                            [&](auto tag) { return cast_to<decltype(tag)>(to, keeps_low_bits); });
  }
  if (op == "Select")
    return dispatch_integer(to, [](auto tag) -> Loop { return select_loop<decltype(tag)>; });
  const auto number = problem.attributes->get_int("op");
  if (op == "Unary")
    return dispatch_integer(from, [&](auto tag) {
      return unary_by_number<decltype(tag)>(static_cast<UnaryOperation>(number));
    });
  return dispatch_integer(from, [&](auto tag) {
    return elementwise_by_number<decltype(tag)>(
        static_cast<size_t>(number), std::make_index_sequence<kEnumCount<ElementWiseOperation>>());
  });
}

class IntegerKernel final : public Kernel {
 public:
  explicit IntegerKernel(const Problem& problem) : loop_(find_loop(problem)) {
    const TensorDesc& out = problem.outputs[0];
    if (core::elems(out.dims) == 0) {
      slices_ = {0};
      return;
    }
    std::vector<WalkOperand> operands;
    std::vector<TensorDesc> descs = problem.inputs;
    descs.push_back(out);
    for (const TensorDesc& desc : descs)
      operands.push_back({core::dtype_bytes(desc.dtype, 1),
                          *pointwise::physical_strides(desc, out.dims, out.layout)});
    walk_ =
        Walk(pointwise::physical_dims(out.dims, out.layout), std::move(operands), problem.threads);
    for (size_t i = 0; i < problem.inputs.size(); ++i) one_[i] = walk_.access(i) == Access::One;
    scratch_bytes_ = walk_.scratch_bytes();
    slices_ = {walk_.slices()};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    walk_.run(slice, args.inputs, args.outputs[0], static_cast<char*>(args.scratch),
              [&](const void* const* in, void* out, int64_t count) {
                loop_({in, one_.data(), out, count});
              });
  }

 private:
  Loop loop_;
  Walk walk_;
  std::array<bool, 3> one_{};
};

std::optional<std::string> refuse_integer(const Problem& problem) {
  if (find_loop(problem) == nullptr)
    return core::str("needs integers, got ", core::dtype_short_name(problem.inputs[0].dtype),
                     " and ", core::dtype_short_name(problem.outputs[0].dtype));
  const TensorDesc& out = problem.outputs[0];
  for (const TensorDesc& desc : problem.inputs)
    if (!pointwise::physical_strides(desc, out.dims, out.layout))
      return core::str("needs operands that follow ", out.to_string(), ", got ", desc.to_string());
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare_integer(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<IntegerKernel>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(pointwise_integer_portable) = {.refuse = refuse_integer,
                                                     .prepare = prepare_integer};

}  // namespace trtlike::kernels
