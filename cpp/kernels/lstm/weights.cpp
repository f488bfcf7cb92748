// Packing of LSTM weights.
#include "kernels/lstm/weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/os/memory.h"

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

float largest(const float* weights, int64_t count) {
  float most = 0;
  for (int64_t k = 0; k < count; ++k) most = std::max(most, std::abs(weights[k]));
  return most;
}

void pack_narrow_panel(const float* weights, const WeightLayout& layout, int64_t block,
                       std::byte* to) {
  // Both quotients are rounded, which may add one to the largest integer.
  constexpr float kMost = (1 << 23) - 2;
  const int64_t lanes = layout.lanes, depth = layout.hidden;
  std::byte* scales = to + (depth + 1) / 2 * kNarrowUnitBytes * lanes;
  for (int64_t gate = 0; gate < kGates; ++gate)
    for (int64_t lane = 0; lane < lanes && block * lanes + lane < layout.hidden; ++lane) {
      const float* row = weights + (gate * layout.hidden + block * lanes + lane) * depth;
      const float scale = largest(row, depth) / kMost;
      const int64_t narrow = gate - kNarrowGate;
      for (int64_t k = 0; k < depth; ++k) {
        std::byte* step = to + k / 2 * kNarrowUnitBytes * lanes;
        if (narrow < 0) {
          std::memcpy(step + ((k % 2 * 2 + gate) * lanes + lane) * 4, row + k, 4);
        } else {
          const auto integer = scale > 0 ? static_cast<int32_t>(std::lrint(row[k] / scale)) : 0;
          std::memcpy(step + 16 * lanes + ((k % 2 * 2 + narrow) * lanes + lane) * 3, &integer, 3);
        }
      }
      const float factor = scale / 256;
      if (narrow >= 0) std::memcpy(scales + (narrow * lanes + lane) * 4, &factor, 4);
    }
}

}  // namespace

size_t WeightLayout::panel_bytes(int64_t depth) const {
  const int64_t rows = pairs ? (depth + 1) / 2 * 2 : depth;
  return core::align_up(core::dtype_bytes(dtype, rows * kGates * lanes));
}

size_t WeightLayout::recurrent_bytes() const {
  if (!narrow) return panel_bytes(hidden);
  return core::align_up(static_cast<size_t>(((hidden + 1) / 2 * kNarrowUnitBytes + 2 * 4) * lanes));
}

const void* WeightLayout::input_panel(const std::byte* base, int64_t direction,
                                      int64_t block) const {
  return base + static_cast<size_t>(direction * blocks() + block) * panel_bytes(inputs);
}

const void* WeightLayout::recurrent_panel(const std::byte* base, int64_t direction,
                                          int64_t block) const {
  return base + static_cast<size_t>(panels()) * panel_bytes(inputs) +
         static_cast<size_t>(direction * blocks() + block) * recurrent_bytes();
}

const float* WeightLayout::bias(const std::byte* base, int64_t direction, int64_t block) const {
  return reinterpret_cast<const float*>(base + static_cast<size_t>(panels()) *
                                                   (panel_bytes(inputs) + recurrent_bytes())) +
         (direction * blocks() + block) * kGates * lanes;
}

size_t WeightLayout::bytes() const {
  return static_cast<size_t>(panels()) * (panel_bytes(inputs) + recurrent_bytes() +
                                          static_cast<size_t>(kGates * lanes) * sizeof(float));
}

WeightLayout weight_layout(const Problem& problem, const Loops& loops) {
  const Dims &w = problem.inputs[kW].dims, &r = problem.inputs[kR].dims;
  return {.lanes = loops.lanes,
          .inputs = w[2],
          .hidden = r[2],
          .directions = w[0],
          .dtype = problem.inputs[kW].dtype,
          .pairs = loops.pairs,
          .narrow = loops.narrow};
}

bool has_even_rows(const Problem& problem) {
  constexpr double kFactor = 8;
  const Dims& dims = problem.inputs[kR].dims;
  const auto* weights = static_cast<const float*>(problem.constants[kR]);
  if (weights == nullptr) return true;
  const int64_t depth = dims[2];
  for (int64_t rows = dims[0] * dims[1]; rows > 0; --rows, weights += depth) {
    double square = 0;
    for (int64_t k = 0; k < depth; ++k) square += double{weights[k]} * weights[k];
    const double most = largest(weights, depth);
    if (!std::isfinite(square)) return false;
    if (most * most * static_cast<double>(depth) > kFactor * kFactor * square) return false;
  }
  return true;
}

ops::InputSet packed_inputs(const Problem& problem) {
  return problem.has_input(kB) ? ops::InputSet{kW, kR, kB} : ops::InputSet{kW, kR};
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
        std::byte* panel = writable(layout.recurrent_panel(base, d, block));
        const T* recurrent = r + d * kGates * layout.hidden * layout.hidden;
        if constexpr (std::is_same_v<T, float>)
          if (layout.narrow) return pack_narrow_panel(recurrent, layout, block, panel);
        pack_panel(recurrent, layout, layout.hidden, block, panel);
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
