// Tiles for AVX-512 BF16: two products a lane and step.
#include "kernels/matmul/tiles_impl.h"

namespace trtlike::kernels::matmul {
namespace {

struct PairStep {
  static constexpr PanelFormat kFormat = PanelFormat::Bf16Pairs;
  using Element = float;
  using Factor = __m512bh;
  static Factor load(const float* p) { return reinterpret_cast<Factor>(_mm512_loadu_ps(p)); }
  static Factor repeat(const float* p) { return reinterpret_cast<Factor>(_mm512_set1_ps(*p)); }
  static Vector multiply_add(Factor a, Factor b, Vector sum) {
    return _mm512_dpbf16_ps(sum.v, b, a);
  }
};

}  // namespace

constinit const TileSet tiles_bf16_6x64_avx512 = make_tiles<PairStep, 6, 4>();
constinit const TileSet tiles_bf16_8x48_avx512 = make_tiles<PairStep, 8, 3>();
constinit const TileSet tiles_bf16_14x32_avx512 = make_tiles<PairStep, 14, 2>();

}  // namespace trtlike::kernels::matmul
