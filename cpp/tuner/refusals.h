// Why tactics do not compute a node.
#pragma once

#include <string>
#include <vector>

#include "kernels/tactic.h"

namespace trtlike::tuner {

struct Refusal {
  const kernels::Tactic* tactic = nullptr;
  std::string reason;
};

/// "needs constant weights (a, b); needs linear, got channels_last (b)": each reason once, with the
/// tactics that gave it for some formats of the node's operands.
std::string to_string(const std::vector<Refusal>& refusals);

}  // namespace trtlike::tuner
