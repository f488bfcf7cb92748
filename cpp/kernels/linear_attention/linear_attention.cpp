// LinearAttention tactics: what they take, and the steps of one head.
#include "kernels/linear_attention/linear_attention.h"

#include <algorithm>
#include <cmath>

#include "kernels/slicing.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace linear_attention {
namespace {

enum Input : size_t { kQuery, kKey, kValue, kPast, kDecay, kBeta };

template <typename T>
void load(const T* from, int64_t count, float* to) {
  for (int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(core::to_double(from[i]));
}

template <typename T>
void store(const float* from, int64_t count, T* to) {
  for (int64_t i = 0; i < count; ++i) to[i] = core::from_double<T>(static_cast<double>(from[i]));
}

/// A step's vectors of one head, and its memory.
struct Head {
  Memory memory;
  float *query, *key, *factors, *value, *known;
};

class LinearAttention final : public Kernel {
 public:
  LinearAttention(const Problem& problem, const Loops& loops)
      : loops_(loops),
        dtype_(problem.inputs[kQuery].dtype),
        steps_(problem.inputs[kQuery].dims[1]),
        queries_(problem.attributes->get_int("q_num_heads")),
        heads_(problem.attributes->get_int("kv_num_heads")),
        keys_(problem.outputs[1].dims[2]),
        values_(problem.outputs[1].dims[3]),
        scale_(static_cast<float>(problem.attributes->get_float("scale"))),
        has_past_(problem.has_input(kPast)) {
    if (scale_ == 0) scale_ = 1 / std::sqrt(static_cast<float>(keys_));
    if (problem.has_input(kDecay)) decays_ = problem.inputs[kDecay].dims[2];
    if (problem.has_input(kBeta)) betas_ = problem.inputs[kBeta].dims[2];
    slicing_ = cut(problem.outputs[1].dims[0] * heads_, steps_ * keys_ * values_, problem.threads);
    slices_ = {slicing_.count};
    scratch_bytes_ = static_cast<size_t>(keys_ * values_ + 3 * keys_ + 2 * values_) * sizeof(float);
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const auto [begin, end] = slicing_.range(slice);
    for (int64_t unit = begin; unit < end; ++unit)
      core::dispatch_dtype(dtype_, "linear_attention",
                           [&](auto tag) { run_head<decltype(tag)>(args, unit); });
  }

 private:
  Head make_head(void* scratch) const {
    auto* at = static_cast<float*>(scratch);
    const auto take = [&](int64_t count) {
      float* part = at;
      at += count;
      return part;
    };
    return {{take(keys_ * values_), keys_, values_},
            take(keys_),
            take(keys_),
            take(keys_),
            take(values_),
            take(values_)};
  }

  template <typename T>
  void run_head(const RunArgs& args, int64_t unit) const {
    const auto in = [&](Input i) { return static_cast<const T*>(args.inputs[i]); };
    const Head h = make_head(args.scratch);
    const int64_t batch = unit / heads_, head = unit % heads_, size = keys_ * values_;
    if (has_past_)
      load(in(kPast) + unit * size, size, h.memory.elements);
    else
      std::fill_n(h.memory.elements, size, 0.0f);
    for (int64_t step = 0; step < steps_; ++step) {
      const int64_t row = batch * steps_ + step;
      load(in(kKey) + (row * heads_ + head) * keys_, keys_, h.key);
      load(in(kValue) + (row * heads_ + head) * values_, values_, h.value);
      if (decays_ > 0) fade(in(kDecay) + row * decays_, head, h);
      if (betas_ > 0) correct(in(kBeta) + row * betas_ + (betas_ == 1 ? 0 : head), h);
      loops_.learn(h.memory, h.key, h.value);
      const int64_t group = queries_ / heads_;
      for (int64_t q = row * queries_ + head * group, i = 0; i < group; ++i, ++q) {
        load(in(kQuery) + q * keys_, keys_, h.query);
        loops_.read(h.memory, h.query, scale_, h.known);
        store(h.known, values_, static_cast<T*>(args.outputs[0]) + q * values_);
      }
    }
    store(h.memory.elements, size, static_cast<T*>(args.outputs[1]) + unit * size);
  }

  template <typename T>
  void fade(const T* decay, int64_t head, const Head& h) const {
    const bool is_by_head = decays_ == heads_;
    load(decay + (is_by_head ? head : head * keys_), is_by_head ? 1 : keys_, h.factors);
    if (is_by_head) std::fill_n(h.factors, keys_, h.factors[0]);
    for (int64_t d = 0; d < keys_; ++d) h.factors[d] = std::exp(h.factors[d]);
    loops_.fade(h.memory, h.factors);
  }

  /// Leaves the part of the value that the memory does not have for the key.
  template <typename T>
  void correct(const T* weight, const Head& h) const {
    float beta = 0;
    load(weight, 1, &beta);
    loops_.read(h.memory, h.key, 1, h.known);
    for (int64_t j = 0; j < values_; ++j) h.value[j] = beta * (h.value[j] - h.known[j]);
  }

  const Loops& loops_;
  DataType dtype_;
  int64_t steps_, queries_, heads_, keys_, values_;
  float scale_;
  bool has_past_;
  int64_t decays_ = 0, betas_ = 0;  ///< their last extents; 0: none
  Slicing slicing_;
};

std::optional<std::string> refuse(const Problem& problem) {
  const DataType dtype = problem.inputs[kQuery].dtype;
  if (!core::is_float(dtype))
    return core::str("needs f32, f16 or bf16, got ", core::dtype_short_name(dtype));
  for (const auto* descs : {&problem.inputs, &problem.outputs})
    for (const TensorDesc& desc : *descs)
      if (!desc.is_absent() && (desc.dtype != dtype || desc.layout != Layout::Linear))
        return core::str("needs linear operands of one type, got ", desc.to_string());
  return std::nullopt;
}

template <const Loops& loops>
std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<LinearAttention>(problem, loops);
}

}  // namespace
}  // namespace linear_attention

#define TRTLIKE_TACTIC(name, source, ops, needs, types, tile, flags) \
  TRTLIKE_DEFINE_TACTIC(name) = {                                    \
      .refuse = linear_attention::refuse,                            \
      .prepare = linear_attention::prepare<linear_attention::k##needs>};
#include "kernels/linear_attention/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
