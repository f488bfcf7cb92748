// Packing of LSTM weights.
#include "kernels/lstm/weights.h"

#include "core/memory.h"
#include "kernels/lstm/lstm.h"

namespace trtlike::kernels::lstm {
namespace {

/// to[k][gate][lane] = weights[gate * hidden + first + lane][k].
template <typename T>
void pack_panel(const T* weights, const WeightLayout& layout, int64_t depth, int64_t block,
                std::byte* bytes) {
  auto* to = reinterpret_cast<T*>(bytes);
  const int64_t first = block * layout.lanes, together = layout.pairs ? 2 : 1;
  for (int64_t k = 0; k < depth; ++k)
    for (int64_t gate = 0; gate < kGates; ++gate)
      for (int64_t lane = 0; lane < layout.lanes; ++lane) {
        const int64_t at = (k / together * kGates + gate) * layout.lanes + lane;
        if (first + lane < layout.hidden)
          to[at * together + k % together] =
              weights[(gate * layout.hidden + first + lane) * depth + k];
      }
}

}  // namespace

size_t WeightLayout::panel_bytes(int64_t depth) const {
  const int64_t rows = pairs ? (depth + 1) / 2 * 2 : depth;
  return core::align_up(core::dtype_bytes(dtype, rows * kGates * lanes));
}

size_t WeightLayout::panels_bytes(int64_t depth) const {
  return static_cast<size_t>(directions * blocks()) * panel_bytes(depth);
}

const void* WeightLayout::input_panel(const std::byte* base, int64_t direction,
                                      int64_t block) const {
  return base + static_cast<size_t>(direction * blocks() + block) * panel_bytes(inputs);
}

const void* WeightLayout::recurrent_panel(const std::byte* base, int64_t direction,
                                          int64_t block) const {
  return base + panels_bytes(inputs) +
         static_cast<size_t>(direction * blocks() + block) * panel_bytes(hidden);
}

const float* WeightLayout::bias(const std::byte* base, int64_t direction, int64_t block) const {
  return reinterpret_cast<const float*>(base + panels_bytes(inputs) + panels_bytes(hidden)) +
         (direction * blocks() + block) * kGates * lanes;
}

size_t WeightLayout::bytes() const {
  return panels_bytes(inputs) + panels_bytes(hidden) +
         static_cast<size_t>(directions * blocks() * kGates * lanes) * sizeof(float);
}

WeightLayout weight_layout(const Problem& problem, int64_t lanes, bool pairs) {
  const Dims &w = problem.inputs[kW].dims, &r = problem.inputs[kR].dims;
  return {.lanes = lanes,
          .inputs = w[2],
          .hidden = r[2],
          .directions = w[0],
          .dtype = problem.inputs[kW].dtype,
          .pairs = pairs};
}

uint32_t packed_inputs(const Problem& problem) {
  return (1u << kW) | (1u << kR) | (problem.has_input(kB) ? 1u << kB : 0u);
}

Packed pack_weights(const Problem& problem, const WeightLayout& layout) {
  const size_t bytes = layout.bytes();
  const auto memory = core::allocate_shared(bytes);
  auto* base = static_cast<std::byte*>(memory.get());
  const auto writable = [](const void* p) { return static_cast<std::byte*>(const_cast<void*>(p)); };
  for (int64_t d = 0; d < layout.directions; ++d)
    for (int64_t block = 0; block < layout.blocks(); ++block) {
      core::dispatch_dtype(layout.dtype, "weights", [&](auto tag) {
        using T = decltype(tag);
        const auto* w = static_cast<const T*>(problem.constants[kW]);
        const auto* r = static_cast<const T*>(problem.constants[kR]);
        pack_panel(w + d * kGates * layout.hidden * layout.inputs, layout, layout.inputs, block,
                   writable(layout.input_panel(base, d, block)));
        pack_panel(r + d * kGates * layout.hidden * layout.hidden, layout, layout.hidden, block,
                   writable(layout.recurrent_panel(base, d, block)));
      });
      if (!problem.has_input(kB)) continue;
      const core::TensorView b{const_cast<void*>(problem.constants[kB]), problem.inputs[kB].dtype,
                               problem.inputs[kB].dims};
      auto* to = const_cast<float*>(layout.bias(base, d, block));
      for (int64_t gate = 0; gate < kGates; ++gate)
        for (int64_t lane = 0; lane < layout.lanes; ++lane, ++to) {
          const int64_t unit = block * layout.lanes + lane;
          if (unit >= layout.hidden) continue;
          const int64_t at = d * 2 * kGates * layout.hidden + gate * layout.hidden + unit;
          *to = static_cast<float>(b.at(at) + b.at(at + kGates * layout.hidden));
        }
    }
  return {memory, bytes};
}

}  // namespace trtlike::kernels::lstm
