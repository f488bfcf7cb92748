// One tactic a tile set and op.
#include "kernels/matmul/gemm.h"
#include "kernels/matmul/strassen.h"

namespace trtlike::kernels {
namespace matmul {
namespace {

/// Sixteen bits of weights or operands are only used where an operand offers that type.
std::string refuse_types(const Problem& problem, const Setup& setup, PanelFormat format) {
  if (format == PanelFormat::F32) return "";
  const DataType narrow = format == PanelFormat::F16 ? DataType::Half : DataType::BF16;
  const DataType from[] = {problem.inputs[0].dtype, problem.inputs[1].dtype};
  for (const DataType type : {from[0], from[1], problem.outputs[0].dtype})
    if (type != narrow && type != DataType::Float)
      return core::str("needs f32 or ", core::dtype_short_name(narrow), ", got ",
                       core::dtype_short_name(type));
  const bool offered = from[0] == narrow || from[1] == narrow;
  if (!offered) return core::str("needs an operand in ", core::dtype_short_name(narrow));
  if (format == PanelFormat::F16 && !setup.packs_b) return "needs a constant right operand";
  return "";
}

template <const TileSet& kTiles, PanelFormat kFormat>
std::optional<std::string> refuse(const Problem& problem) {
  Setup setup;
  std::string refusal = read_problem(problem, setup);
  if (refusal.empty()) refusal = refuse_types(problem, setup, kFormat);
  if (refusal.empty()) return std::nullopt;
  return refusal;
}

template <const TileSet& kTiles>
Packed pack_tiles(const Problem& problem) {
  return pack(problem, kTiles);
}

template <const TileSet& kTiles, auto kMake>
std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte> packed) {
  Setup setup;
  const std::string refusal = read_problem(problem, setup);
  TRTLIKE_ASSERT(refusal.empty(), refusal);
  return kMake(std::move(setup), kTiles, packed);
}

template <const TileSet& kTiles, PanelFormat kFormat>
Tactic make_tactic(const char* name, const char* op, core::Isa needs) {
  return {.name = name,
          .op = op,
          .source = Source::Native,
          .needs = needs,
          .refuse = refuse<kTiles, kFormat>,
          .packed_inputs = packed_inputs,
          .pack = pack_tiles<kTiles>,
          .prepare = prepare<kTiles, make_gemm>};
}

template <const TileSet& kTiles>
std::optional<std::string> refuse_seven(const Problem& problem) {
  Setup setup;
  std::string refusal = read_problem(problem, setup);
  if (refusal.empty()) refusal = refuse_strassen(problem, setup, kTiles);
  if (refusal.empty()) return std::nullopt;
  return refusal;
}

template <const TileSet& kTiles>
Tactic make_strassen_tactic(const char* name, const char* op, core::Isa needs) {
  Tactic tactic = make_tactic<kTiles, PanelFormat::F32>(name, op, needs);
  tactic.refuse = refuse_seven<kTiles>;
  tactic.prepare = prepare<kTiles, make_strassen>;
  return tactic;
}

}  // namespace
}  // namespace matmul

#define TRTLIKE_MATMUL(tiles, format, isa)                                       \
  const Tactic& matmul_##tiles() {                                               \
    static const Tactic tactic =                                                 \
        matmul::make_tactic<matmul::tiles_##tiles, matmul::PanelFormat::format>( \
            "matmul_" #tiles, "MatrixMultiply", core::Isa::isa);                 \
    return tactic;                                                               \
  }                                                                              \
  const Tactic& fused_matmul_##tiles() {                                         \
    static const Tactic tactic =                                                 \
        matmul::make_tactic<matmul::tiles_##tiles, matmul::PanelFormat::format>( \
            "matmul_" #tiles, "FusedMatrixMultiply", core::Isa::isa);            \
    return tactic;                                                               \
  }

#if defined(__x86_64__)
TRTLIKE_MATMUL(f32_6x64_avx512, F32, Avx512)
TRTLIKE_MATMUL(f32_4x64_avx512, F32, Avx512)
TRTLIKE_MATMUL(f32_8x48_avx512, F32, Avx512)
TRTLIKE_MATMUL(f32_14x32_avx512, F32, Avx512)
TRTLIKE_MATMUL(f16_6x64_avx512, F16, Avx512)
TRTLIKE_MATMUL(bf16_6x64_avx512, Bf16Pairs, Avx512Bf16)
TRTLIKE_MATMUL(bf16_8x48_avx512, Bf16Pairs, Avx512Bf16)
TRTLIKE_MATMUL(bf16_14x32_avx512, Bf16Pairs, Avx512Bf16)
TRTLIKE_MATMUL(f32_6x16_avx2, F32, Avx2)
TRTLIKE_MATMUL(f16_6x16_avx2, F16, Avx2)
#endif
TRTLIKE_MATMUL(f32_4x8_portable, F32, Portable)
#undef TRTLIKE_MATMUL

#define TRTLIKE_STRASSEN(tiles, isa)                                                  \
  const Tactic& matmul_strassen_##tiles() {                                           \
    static const Tactic tactic = matmul::make_strassen_tactic<matmul::tiles_##tiles>( \
        "matmul_strassen_" #tiles, "MatrixMultiply", core::Isa::isa);                 \
    return tactic;                                                                    \
  }                                                                                   \
  const Tactic& fused_matmul_strassen_##tiles() {                                     \
    static const Tactic tactic = matmul::make_strassen_tactic<matmul::tiles_##tiles>( \
        "matmul_strassen_" #tiles, "FusedMatrixMultiply", core::Isa::isa);            \
    return tactic;                                                                    \
  }

#if defined(__x86_64__)
TRTLIKE_STRASSEN(f32_6x64_avx512, Avx512)
TRTLIKE_STRASSEN(f32_6x16_avx2, Avx2)
#endif
#undef TRTLIKE_STRASSEN

}  // namespace trtlike::kernels
