// Which parts of chains register tiles take.
#include "kernels/epilogue/stage.h"

#include <algorithm>

namespace trtlike::kernels::epilogue {
namespace {

using ops::PointwiseOpcode;
using pointwise::StepOpcode;

/// The stage that the first links are, and how many.
size_t find_stage(std::span<const Link> links, Stage& stage) {
  size_t clips = 0;
  while (clips < links.size() && find_clip(links.first(clips + 1))) ++clips;
  if (clips > 0) {
    const Clip clip = *find_clip(links.first(clips));
    stage = {Stage::Kind::Clip, clip.low, clip.high};
    return clips;
  }
  if (links.empty()) return 0;
  if (links[0].op == to_link(StepOpcode::Silu)) {
    stage.kind = Stage::Kind::Silu;
  } else if (links[0].op == to_link(StepOpcode::HardSwish)) {
    stage = {Stage::Kind::HardSwish, links[0].alpha, links[0].beta};
  } else {
    return 0;
  }
  return 1;
}

}  // namespace

TileChain split_chain(std::span<const Link> links, bool may_add) {
  TileChain out;
  const auto take_residual = [&] {
    if (!may_add || links.empty() || links[0].op != to_link(PointwiseOpcode::Sum) ||
        links[0].alpha != 1.0f)
      return false;
    out.residual = links[0].operand;
    links = links.subspan(1);
    return true;
  };
  const bool adds_first = take_residual();
  links = links.subspan(find_stage(links, out.stage));
  out.adds_last = !adds_first && take_residual();
  out.rest.assign(links.begin(), links.end());
  return out;
}

bool is_light(std::span<const Link> links) {
  constexpr LinkOp kLight[] = {to_link(PointwiseOpcode::Sum),
                               to_link(PointwiseOpcode::Relu),
                               to_link(PointwiseOpcode::Clip),
                               to_link(PointwiseOpcode::RoundF16),
                               to_link(PointwiseOpcode::RoundBf16),
                               LinkOp::RoundTo,
                               LinkOp::Quantize};
  return std::all_of(links.begin(), links.end(), [&](const Link& link) {
    return std::find(std::begin(kLight), std::end(kLight), link.op) != std::end(kLight);
  });
}

}  // namespace trtlike::kernels::epilogue
