// The tactics of the list: plain products, and Strassen's on the same tiles.
#include "kernels/matmul/gemm.h"
#include "kernels/matmul/strassen.h"

namespace trtlike::kernels {
namespace matmul {
namespace {

/// Narrow types of weights or operands are only used where an operand offers them.
template <typename Types>
std::string refuse_types(const Problem& problem, const Setup& setup) {
  constexpr DataType kNarrow = kDataType<typename Types::B>;
  if (kNarrow == DataType::Float) return "";
  const DataType from[] = {problem.inputs[0].dtype, problem.inputs[1].dtype};
  for (const DataType type : {from[0], from[1], problem.outputs[0].dtype})
    if (type != kNarrow && type != DataType::Float)
      return core::str("needs f32 or ", core::dtype_short_name(kNarrow), ", got ",
                       core::dtype_short_name(type));
  const bool offered = from[0] == kNarrow || from[1] == kNarrow;
  if (!offered) return core::str("needs an operand in ", core::dtype_short_name(kNarrow));
  const bool widens_b = kDataType<typename Types::A> != kNarrow;
  if (widens_b && !setup.packs_b) return "needs a constant right operand";
  return "";
}

template <typename Types>
std::optional<std::string> refuse(const Problem& problem) {
  Setup setup;
  std::string refusal = read_problem(problem, setup);
  if (refusal.empty()) refusal = refuse_types<Types>(problem, setup);
  if (refusal.empty()) return std::nullopt;
  return refusal;
}

template <const auto& kTiles>
Packed pack_tiles(const Problem& problem) {
  return pack(problem, kTiles);
}

template <const auto& kTiles, auto kMake>
std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte> packed) {
  Setup setup;
  const std::string refusal = read_problem(problem, setup);
  TRTLIKE_ASSERT(refusal.empty(), refusal);
  return kMake(std::move(setup), kTiles, packed);
}

template <typename Types, const Tiles<Types>& kTiles>
constexpr TacticFunctions kGemm{.refuse = refuse<Types>,
                                .packed_inputs = packed_inputs,
                                .pack = pack_tiles<kTiles>,
                                .prepare = prepare<kTiles, make_gemm<Types>>};

template <const Tiles<F32>& kTiles>
std::optional<std::string> refuse_seven(const Problem& problem) {
  Setup setup;
  std::string refusal = read_problem(problem, setup);
  if (refusal.empty()) refusal = refuse_strassen(problem, setup, kTiles);
  if (refusal.empty()) return std::nullopt;
  return refusal;
}

template <const Tiles<F32>& kTiles>
constexpr TacticFunctions kStrassen{.refuse = refuse_seven<kTiles>,
                                    .packed_inputs = packed_inputs,
                                    .pack = pack_tiles<kTiles>,
                                    .prepare = prepare<kTiles, make_strassen>};

}  // namespace
}  // namespace matmul

using namespace elements;
#define TRTLIKE_GEMM(name, needs, types, tile) \
  TRTLIKE_DEFINE_TACTIC(name) = matmul::kGemm<TRTLIKE_TYPES types, matmul::tiles::name>;
#define TRTLIKE_STRASSEN(name, needs, types, tile, plain) \
  TRTLIKE_DEFINE_TACTIC(name) = matmul::kStrassen<matmul::tiles::plain>;
#include "kernels/matmul/kernels.inc"

}  // namespace trtlike::kernels
