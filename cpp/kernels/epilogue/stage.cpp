// Which chains register tiles take.
#include "kernels/epilogue/stage.h"

namespace trtlike::kernels::epilogue {
namespace {

using pointwise::StepOpcode;

std::optional<Stage> find_stage(std::span<const Link> links) {
  if (links.empty()) return Stage{};
  if (const auto clip = find_clip(links)) return Stage{Stage::Kind::Clip, clip->low, clip->high};
  const Link& link = links[0];
  if (links.size() > 1) return std::nullopt;
  if (link.op == to_link(StepOpcode::Silu)) return Stage{.kind = Stage::Kind::Silu};
  if (link.op == to_link(StepOpcode::HardSwish))
    return Stage{Stage::Kind::HardSwish, link.alpha, link.beta};
  return std::nullopt;
}

}  // namespace

std::optional<TileChain> find_tile_chain(const Epilogue& epilogue) {
  if (!epilogue.chain) return std::nullopt;
  std::span<const Link> links = *epilogue.chain;
  TileChain out;
  if (!links.empty() && links[0].operand >= 0) {
    if (links[0].op != to_link(ops::PointwiseOpcode::Sum) || links[0].alpha != 1.0f)
      return std::nullopt;
    out.residual = links[0].operand;
    links = links.subspan(1);
  }
  const auto stage = find_stage(links);
  if (!stage) return std::nullopt;
  out.stage = *stage;
  return out;
}

}  // namespace trtlike::kernels::epilogue
