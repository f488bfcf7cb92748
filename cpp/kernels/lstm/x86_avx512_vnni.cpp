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

/// Adds h times the weights, two k at a time. A single row has only four sums: every other k goes
/// to four more.
template <int R>
inline void multiply_narrow(const StepRows& in, const float* h, Vector (&sums)[R][kGates]) {
  constexpr int64_t kBytes = 3 * kLanes;
  const Widening at_begin(0), at_end(static_cast<int>(3 * kBytes - 2 * 64));
  const auto* weights = static_cast<const std::byte*>(in.weights);
  Vector other[R][kGates];
  clear_tile(other);
  for (int64_t k = 0; k < in.hidden; k += 2, weights += kNarrowUnitBytes * kLanes) {
    const auto* wide = reinterpret_cast<const float*>(weights);
    const std::byte* narrow = weights + 4 * kLanes * sizeof(float);
    const Vector even[] = {Vector::load(wide), Vector::load(wide + kLanes), at_begin.load(narrow),
                           at_begin.load(narrow + kBytes)};
    // The last integers end where the panel's two k end.
    const Vector odd[] = {Vector::load(wide + 2 * kLanes), Vector::load(wide + 3 * kLanes),
                          at_begin.load(narrow + 2 * kBytes), at_end.load(narrow + 2 * 64)};
#pragma GCC unroll 6
    for (int r = 0; r < R; ++r) {
      const Vector x(h[r * in.h_step + k]), y(h[r * in.h_step + k + 1]);
#pragma GCC unroll 4
      for (int64_t g = 0; g < kGates; ++g) {
        Vector& sum = R == 1 ? other[r][g] : sums[r][g];
        sums[r][g] = fma(x, even[g], sums[r][g]);
        sum = fma(y, odd[g], sum);
      }
    }
  }
  if constexpr (R == 1)
    for (int64_t g = 0; g < kGates; ++g) sums[0][g] = sums[0][g] + other[0][g];
}

void run_step_narrow(const StepRows& in) {
  const auto* scales = reinterpret_cast<const float*>(
      static_cast<const std::byte*>(in.weights) + (in.hidden + 1) / 2 * kNarrowUnitBytes * kLanes);
  for_each_tile<kRows>(in.rows, [&](auto rows, int64_t first) {
    constexpr int R = decltype(rows)::value;
    Vector sums[R][kGates], gates[R][kGates];
    clear_tile(sums);
    multiply_narrow<R>(in, in.h + first * in.h_step, sums);
    load_gates(in, first, gates);
    for (int r = 0; r < R; ++r)
      for (int64_t g = 0; g < kGates; ++g)
        sums[r][g] =
            g < kNarrowGate
                ? sums[r][g] + gates[r][g]
                : fma(sums[r][g], Vector::load(scales + (g - kNarrowGate) * kLanes), gates[r][g]);
    update_states(in, first, sums);
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
