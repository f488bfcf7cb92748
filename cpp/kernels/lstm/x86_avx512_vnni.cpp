// LSTM with narrow recurrent panels: 56 bytes for 16 numbers, so that those of 256 units stay in an
// L2 cache of 1 MiB. Only two gates are integers, as widening them takes longer than reading them.
#include "kernels/lstm/generic.h"
#include "kernels/lstm/weights.h"

namespace trtlike::kernels::lstm {
namespace {

/// Sixteen integers of 24 bits as floats of 256 times their value.
class Widening {
 public:
  /// The integers begin at byte `first` of the 64 that are loaded.
  explicit Widening(int first) {
    alignas(64) int8_t bytes[64];
    for (int i = 0; i < 64; ++i) bytes[i] = static_cast<int8_t>(first + i / 4 * 3 + i % 4 - 1);
    order_ = _mm512_load_si512(bytes);
  }
  Vector load(const std::byte* p) const {
    constexpr __mmask64 kUpperBytes = 0xeeeeeeeeeeeeeeeeu;
    const __m512i loaded = _mm512_loadu_si512(p);
    return _mm512_cvtepi32_ps(_mm512_maskz_permutexvar_epi8(kUpperBytes, order_, loaded));
  }

 private:
  __m512i order_;
};

/// Of the last integers of two k in the 64 bytes that they end with.
constexpr int kLastBegin = 3 * 3 * kLanes - 2 * 64;

/// Weights of two k.
struct Pair {
  Vector even[kGates], odd[kGates];
};

class Panel {
 public:
  explicit Panel(const void* weights) : weights_(static_cast<const std::byte*>(weights)) {}

  Pair load(int64_t k, const Widening& at_begin, const Widening& at_end) const {
    constexpr int64_t kBytes = 3 * kLanes;
    const std::byte* from = weights_ + k / 2 * kNarrowUnitBytes * kLanes;
    const auto* wide = reinterpret_cast<const float*>(from);
    const std::byte* narrow = from + 4 * kLanes * sizeof(float);
    // The last integers end where the panel's two k end.
    return {{Vector::load(wide), Vector::load(wide + kLanes), at_begin.load(narrow),
             at_begin.load(narrow + kBytes)},
            {Vector::load(wide + 2 * kLanes), Vector::load(wide + 3 * kLanes),
             at_begin.load(narrow + 2 * kBytes), at_end.load(narrow + 2 * 64)}};
  }

  /// The scaled sums and what the gates begin with.
  void finish(int64_t hidden, const float* gates, Vector (&sums)[kGates]) const {
    const auto* scales =
        reinterpret_cast<const float*>(weights_ + (hidden + 1) / 2 * kNarrowUnitBytes * kLanes);
    for (int64_t g = 0; g < kGates; ++g) {
      const Vector gate = Vector::load(gates + g * kLanes);
      sums[g] = g < kNarrowGate
                    ? sums[g] + gate
                    : fma(sums[g], Vector::load(scales + (g - kNarrowGate) * kLanes), gate);
    }
  }

 private:
  const std::byte* weights_;
};

/// Blocks of a single row. A single block has only four sums: every other k goes to four more.
template <int B>
inline void step_blocks(const StepRows& in, int64_t block) {
  const Widening at_begin(0), at_end(kLastBegin);
  Vector sums[B][kGates], others[B][kGates];
  clear_tile(sums);
  clear_tile(others);
  const int64_t last = (in.hidden - 1) / 2 * 2, by = in.backwards ? -2 : 2;
  for (int64_t k = in.backwards ? last : 0; 0 <= k && k <= last; k += by) {
    const Vector x(in.h[k]), y(in.h[k + 1]);
#pragma GCC unroll 4
    for (int b = 0; b < B; ++b) {
      const Pair pair = Panel(in.weights_of(block + b)).load(k, at_begin, at_end);
#pragma GCC unroll 4
      for (int64_t g = 0; g < kGates; ++g) {
        Vector& sum = B == 1 ? others[b][g] : sums[b][g];
        sums[b][g] = fma(x, pair.even[g], sums[b][g]);
        sum = fma(y, pair.odd[g], sum);
      }
    }
  }
  for (int b = 0; b < B; ++b) {
    if constexpr (B == 1)
      for (int64_t g = 0; g < kGates; ++g) sums[b][g] = sums[b][g] + others[b][g];
    Panel(in.weights_of(block + b))
        .finish(in.hidden, in.gates[0] + (block + b) * in.gates_step, sums[b]);
  }
  update_blocks(in, block, sums);
}

template <int R>
inline void step_rows(const StepRows& in, int64_t first, int64_t block) {
  const Widening at_begin(0), at_end(kLastBegin);
  const Panel panel(in.weights_of(block));
  const float* h = in.h + first * in.h_step;
  Vector sums[R][kGates];
  clear_tile(sums);
  for (int64_t k = 0; k < in.hidden; k += 2) {
    const Pair pair = panel.load(k, at_begin, at_end);
#pragma GCC unroll 6
    for (int r = 0; r < R; ++r) {
      const Vector x(h[r * in.h_step + k]), y(h[r * in.h_step + k + 1]);
#pragma GCC unroll 4
      for (int64_t g = 0; g < kGates; ++g)
        sums[r][g] = fma(y, pair.odd[g], fma(x, pair.even[g], sums[r][g]));
    }
  }
  for (int r = 0; r < R; ++r)
    panel.finish(in.hidden, in.gates[first + r] + block * in.gates_step, sums[r]);
  update_rows(in, first, block, sums);
}

void run_step_narrow(const StepRows& in) {
  for_each_step<kBlocks>(
      in, [&](auto blocks, int64_t block) { step_blocks<decltype(blocks)::value>(in, block); },
      [&](auto rows, int64_t first, int64_t block) {
        step_rows<decltype(rows)::value>(in, first, block);
      });
}

constexpr Loops make_narrow_loops() {
  Loops loops = make_loops();
  loops.narrow = true;
  loops.step = {{run_step_narrow, nullptr, nullptr}};
  return loops;
}

}  // namespace

constinit const Loops kAvx512Vnni = make_narrow_loops();

}  // namespace trtlike::kernels::lstm
