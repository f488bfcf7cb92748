// The optimizer's front door: passes and fusions to a fixpoint, with a log line and a count for
// each rewrite.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "trtlike/logger.h"

namespace trtlike::optimizer {

struct Options {
  Logger* logger = nullptr;
  /// Without: passes only, so that all tensors that are not constant are still there.
  bool fuses = true;
  /// Called after each pass and while rules run; false cancels (throws UserError "cancelled").
  bool (*progress)(void* state, const char* pass) = nullptr;
  void* progress_state = nullptr;
};

/// Rewrites `graph`, in which form_regions has been, in place. Returns how often each rule and pass
/// fired.
std::map<std::string, int> optimize(ir::Graph& graph, const Options& options);

/// Where a rule could fire that pays on some machines only; `optimize` leaves those alone.
struct TimedMatch {
  std::string rule;
  ir::NodeId anchor;
};
std::vector<TimedMatch> find_timed_matches(const ir::Graph& graph);
/// Fires it; false when it fits no more. The new node is the first after the old ones; `removed`
/// collects those that it replaced.
bool apply_timed_match(ir::Graph& graph, const TimedMatch& match,
                       std::vector<ir::NodeId>* removed = nullptr);

}  // namespace trtlike::optimizer
