// One tactic a tile set and op.
#include "kernels/matmul/gemm.h"
#include "kernels/matmul/strassen.h"

namespace trtlike::kernels {
namespace matmul {
namespace {

template <typename Types>
constexpr PanelFormat format_of() {
  using B = typename Types::B;
  return std::is_same_v<B, float>        ? PanelFormat::F32
         : std::is_same_v<B, core::Half> ? PanelFormat::F16
                                         : PanelFormat::Bf16Pairs;
}

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
constexpr TacticFunctions kGemm{.refuse = refuse<kTiles, kFormat>,
                                .packed_inputs = packed_inputs,
                                .pack = pack_tiles<kTiles>,
                                .prepare = prepare<kTiles, make_gemm>};

template <const TileSet& kTiles>
std::optional<std::string> refuse_seven(const Problem& problem) {
  Setup setup;
  std::string refusal = read_problem(problem, setup);
  if (refusal.empty()) refusal = refuse_strassen(problem, setup, kTiles);
  if (refusal.empty()) return std::nullopt;
  return refusal;
}

template <const TileSet& kTiles>
constexpr TacticFunctions kStrassen{.refuse = refuse_seven<kTiles>,
                                    .packed_inputs = packed_inputs,
                                    .pack = pack_tiles<kTiles>,
                                    .prepare = prepare<kTiles, make_strassen>};

}  // namespace
}  // namespace matmul

using namespace elements;
#define TRTLIKE_GEMM(name, needs, types, tile) \
  TRTLIKE_DEFINE_TACTIC(name) =                \
      matmul::kGemm<matmul::tiles::name, matmul::format_of<TRTLIKE_TYPES types>()>;
#define TRTLIKE_STRASSEN(name, needs, types, tile, plain) \
  TRTLIKE_DEFINE_TACTIC(name) = matmul::kStrassen<matmul::tiles::plain>;
#include "kernels/matmul/kernels.inc"

}  // namespace trtlike::kernels
