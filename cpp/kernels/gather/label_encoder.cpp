// LabelEncoder by a hash table of the keys, which is made once: a slice is some elements.
#include <bit>

#include "core/tensor_view.h"
#include "kernels/copy/copy_kernel.h"
#include "kernels/gather/gather.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace {

enum Input : size_t { kX, kKeys, kValues, kDefault };

/// The same for equal elements, which NaNs are, and both zeros.
template <typename T>
uint64_t bits_of(T element) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<uint64_t>(static_cast<int64_t>(element));
  } else {
    const double value = core::to_double(element);
    return value != value ? UINT64_MAX : std::bit_cast<uint64_t>(value + 0.0);
  }
}

/// Positions of keys; the first of equal ones holds.
class KeyTable {
 public:
  explicit KeyTable(const std::vector<uint64_t>& keys) {
    shift_ = 64 - std::max(1, static_cast<int>(std::bit_width(2 * keys.size())));
    slots_.assign(size_t{1} << (64 - shift_), {0, -1});
    for (size_t i = 0; i < keys.size(); ++i) {
      Slot& slot = slots_[find_slot(keys[i])];
      if (slot.position < 0) slot = {keys[i], static_cast<int64_t>(i)};
    }
  }

  /// -1: none.
  int64_t find(uint64_t key) const { return slots_[find_slot(key)].position; }

 private:
  struct Slot {
    uint64_t key;
    int64_t position;
  };

  /// Where the key is, or would be; there is always a free slot.
  size_t find_slot(uint64_t key) const {
    size_t at = static_cast<size_t>((key * 0x9E3779B97F4A7C15u) >> shift_);
    while (slots_[at].position >= 0 && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
    return at;
  }

  int shift_;
  std::vector<Slot> slots_;
};

std::vector<uint64_t> read_keys(const Problem& problem) {
  const TensorDesc& desc = problem.inputs[kKeys];
  std::vector<uint64_t> keys;
  core::dispatch_dtype(desc.dtype, "label_encoder", [&](auto tag) {
    const auto* from = static_cast<const decltype(tag)*>(problem.constants[kKeys]);
    for (int64_t i = 0; i < core::elems(desc.dims); ++i) keys.push_back(bits_of(from[i]));
  });
  return keys;
}

class LabelEncoder final : public Kernel {
 public:
  explicit LabelEncoder(const Problem& problem)
      : table_(read_keys(problem)),
        dtype_(problem.inputs[kX].dtype),
        value_bytes_(core::dtype_bytes(problem.outputs[0].dtype, 1)),
        elems_(cut(core::elems(problem.inputs[kX].dims), 8, problem.threads)) {
    slices_ = {elems_.count};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    core::dispatch_dtype(dtype_, "label_encoder", [&](auto tag) {
      const auto* x = static_cast<const decltype(tag)*>(args.inputs[kX]);
      switch (value_bytes_) {
        case 1:
          return look_up<uint8_t>(args, x, slice);
        case 2:
          return look_up<uint16_t>(args, x, slice);
        case 4:
          return look_up<uint32_t>(args, x, slice);
        default:
          return look_up<uint64_t>(args, x, slice);
      }
    });
  }

 private:
  template <typename Value, typename T>
  void look_up(const RunArgs& args, const T* x, int slice) const {
    const auto* values = static_cast<const Value*>(args.inputs[kValues]);
    const Value rest = *static_cast<const Value*>(args.inputs[kDefault]);
    auto* out = static_cast<Value*>(args.outputs[0]);
    const auto [begin, end] = elems_.range(slice);
    for (int64_t i = begin; i < end; ++i) {
      const int64_t found = table_.find(bits_of(x[i]));
      out[i] = found < 0 ? rest : values[found];
    }
  }

  KeyTable table_;
  DataType dtype_;
  size_t value_bytes_;
  Slicing elems_;
};

std::optional<std::string> refuse(const Problem& problem) {
  if (!problem.is_constant(kKeys) || problem.constants[kKeys] == nullptr)
    return "needs keys that are constants";
  const TensorDesc &x = problem.inputs[kX], &out = problem.outputs[0];
  for (const TensorDesc* desc : {&x, &problem.inputs[kKeys], &out})
    if (!core::is_number(desc->dtype) || core::dtype_bytes(desc->dtype, 2) < 2)
      return core::str("needs numbers of whole bytes, got ", core::dtype_short_name(desc->dtype));
  for (const Input i : {kValues, kDefault})
    if (problem.inputs[i].dtype != out.dtype)
      return core::str("needs values as the output, ", core::dtype_short_name(out.dtype), ", got ",
                       core::dtype_short_name(problem.inputs[i].dtype));
  if (x.layout != out.layout || x.pitch != 0 || out.pitch != 0)
    return "needs an output that lies as the input";
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<LabelEncoder>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(label_encoder_table) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
