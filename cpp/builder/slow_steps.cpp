// Shares of the measured time.
#include "builder/slow_steps.h"

#include <numeric>

#include "core/log.h"

namespace trtlike::builder {
namespace {

constexpr double kLeastShare = 0.05;
constexpr double kLeastMs = 1.0;

}  // namespace

void warn_of_references(const tuner::TunedGraph& graph, const tuner::Result& result,
                        Logger* logger) {
  const double total_ms =
      std::accumulate(result.choices.begin(), result.choices.end(), 0.0,
                      [](double sum, const tuner::Choice& choice) { return sum + choice.time_ms; });
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    const tuner::TunedNode& node = graph.nodes[n];
    const tuner::Choice& choice = result.choices[n];
    if (!choice.last_resort || choice.time_ms <= kLeastShare * total_ms) continue;
    const auto shapes =
        static_cast<double>(graph.values[static_cast<size_t>(node.outputs[0])].dims.size());
    if (choice.time_ms <= kLeastMs * shapes) continue;
    core::log(logger, Severity::Warning, "[builder] layer '", node.name, "' (", node.op->name,
              "): expected a fast tactic, got the reference, which takes ", choice.time_ms / shapes,
              " of the ", total_ms / shapes, " ms of a run. ",
              choice.last_resort->empty()
                  ? core::str("There is no other tactic for ", node.op->name)
                  : core::str("The others refuse: ", *choice.last_resort),
              ".");
  }
}

}  // namespace trtlike::builder
