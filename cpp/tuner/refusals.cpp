// Refusals as text.
#include "tuner/refusals.h"

#include <algorithm>

#include "core/strings.h"

namespace trtlike::tuner {

std::string to_string(const std::vector<Refusal>& refusals) {
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  for (const Refusal& refusal : refusals) {
    auto found = std::find_if(reasons.begin(), reasons.end(),
                              [&](const auto& other) { return other.first == refusal.reason; });
    if (found == reasons.end()) found = reasons.insert(found, {refusal.reason, {}});
    const auto has_name = std::find(found->second.begin(), found->second.end(),
                                    refusal.tactic->name) != found->second.end();
    if (!has_name) found->second.emplace_back(refusal.tactic->name);
  }
  std::vector<std::string> sentences;
  for (const auto& [reason, names] : reasons)
    sentences.push_back(core::str(reason, " (", core::join(names), ")"));
  return core::join(sentences, "; ");
}

}  // namespace trtlike::tuner
