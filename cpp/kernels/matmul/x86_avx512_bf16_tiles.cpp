// Tiles for AVX-512 BF16: two products a lane and step.
#include "kernels/matmul/tiles_impl.h"

namespace trtlike::kernels::matmul {
namespace {

template <typename C>
struct Step<Types<core::BFloat16, core::BFloat16, float, C>> {
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
namespace tiles {

using namespace elements;
#define TRTLIKE_GEMM(...) TRTLIKE_MAKE_TILES(Avx512Bf16, __VA_ARGS__)
#define TRTLIKE_TACTIC(...)
#include "kernels/matmul/kernels.inc"

}  // namespace tiles
}  // namespace trtlike::kernels::matmul
