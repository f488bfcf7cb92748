// Reading epilogues, and what is asked about their chains.
#include "kernels/epilogue/epilogue.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace trtlike::kernels::epilogue {

namespace {

/// Storing in a type rounds to it.
void drop_last_rounding(DataType stored, std::vector<Link>& chain) {
  const auto rounding = stored == DataType::Half   ? ops::PointwiseOpcode::RoundF16
                        : stored == DataType::BF16 ? ops::PointwiseOpcode::RoundBf16
                                                   : ops::PointwiseOpcode::Constant;
  if (!chain.empty() && chain.back().op == to_link(rounding)) chain.pop_back();
}

/// Limits that storing has anyway, in front of a quantized number.
void drop_saturated_clips(DataType stored, std::vector<Link>& chain) {
  if (stored != DataType::Int8 && stored != DataType::UInt8) return;
  const float lowest = stored == DataType::Int8 ? -128 : 0, highest = lowest + 255;
  while (chain.size() >= 2 && chain.back().op == LinkOp::Quantize && chain.back().alpha > 0) {
    const Link& last = chain.back();
    const auto clip = find_clip(std::span(chain).last(2).first(1));
    const auto quantized = [&](float x) { return std::nearbyint(x / last.alpha) + last.beta; };
    if (!clip || quantized(clip->low) > lowest || quantized(clip->high) < highest) return;
    chain.erase(chain.end() - 2);
  }
}

}  // namespace

Epilogue read_epilogue(const Problem& problem, const char* attribute) {
  const AttributeValue* text = problem.attributes->find(attribute);
  if (text == nullptr || std::get<std::string>(*text).empty())
    return {.program = {.num_inputs = 1}, .chain = std::vector<Link>{}};
  Epilogue out{.program = ops::PointwiseProgram::parse(std::get<std::string>(*text)), .chain = {}};
  out.chain = match_chain(out.program);
  if (out.chain) drop_last_rounding(problem.outputs[0].dtype, *out.chain);
  if (out.chain) drop_saturated_clips(problem.outputs[0].dtype, *out.chain);
  return out;
}

std::optional<Clip> find_clip(std::span<const Link> links) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  Clip out{-kInfinity, kInfinity};
  for (const Link& link : links) {
    const bool clips = link.op == to_link(ops::PointwiseOpcode::Clip);
    if (!clips && link.op != to_link(ops::PointwiseOpcode::Relu)) return std::nullopt;
    const float low = clips ? link.alpha : 0.0f, high = clips ? link.beta : kInfinity;
    out.low = std::max(low, std::min(high, out.low));
    out.high = std::max(low, std::min(high, out.high));
  }
  return out;
}

}  // namespace trtlike::kernels::epilogue
