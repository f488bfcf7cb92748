// Timing a graph with every timed fusion against the graph without.
#include "builder/timed_fusions.h"

#include <algorithm>
#include <numeric>

#include "core/log.h"
#include "optimizer/optimizer.h"

namespace trtlike::builder {
namespace {

/// Nodes are timed alone, with what they read and write in the caches, where a network finds some
/// of it no more, and a large value between them not at all. This much less than the truth were the
/// times of parts of convolutional networks.
constexpr double kFlattered = 1.04;
constexpr double kFlatteredByLarge = 1.1;

struct Candidate {
  optimizer::TimedMatch match;
  std::vector<ir::NodeId> replaced;
  ir::NodeId fused;
  /// Bytes of the largest value that only the replaced nodes know; 0 where that is not known.
  int64_t between_bytes;
};

int64_t value_bytes(const ir::Graph& graph, ir::ValueId id) {
  const ops::TensorType& type = graph.value(id).type;
  if (!core::is_static(type.dims)) return 0;
  return static_cast<int64_t>(core::dtype_bytes(type.dtype, core::elems(type.dims)));
}

/// Fuses everything in `graph`, which is a copy of `original`.
std::vector<Candidate> fuse_all(const ir::Graph& original, ir::Graph& graph) {
  std::vector<Candidate> candidates;
  for (const optimizer::TimedMatch& match : optimizer::find_timed_matches(original)) {
    Candidate candidate{match, {}, {static_cast<int32_t>(graph.num_node_ids())}, 0};
    if (!optimizer::apply_timed_match(graph, match, &candidate.replaced)) continue;
    for (const ir::NodeId id : candidate.replaced) {
      if (id == match.anchor) continue;
      for (const ir::ValueId output : original.node(id).outputs)
        candidate.between_bytes = std::max(candidate.between_bytes, value_bytes(original, output));
    }
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

}  // namespace

std::map<std::string, int> apply_timed_fusions(ir::Graph& graph, const NodeTimer& timer,
                                               int64_t cache_bytes, Logger* logger) {
  std::map<std::string, int> counts;
  ir::Graph fused = graph.clone();
  const std::vector<Candidate> candidates = fuse_all(graph, fused);
  if (candidates.empty()) return counts;
  std::vector<ir::NodeId> parts, wholes;
  for (const Candidate& candidate : candidates) {
    parts.insert(parts.end(), candidate.replaced.begin(), candidate.replaced.end());
    wholes.push_back(candidate.fused);
  }
  const std::vector<double> whole_ms = timer(fused, wholes), parts_ms = timer(graph, parts);
  auto part = parts_ms.begin();
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    const auto next = part + static_cast<long>(candidate.replaced.size());
    const double apart_ms = std::accumulate(part, next, 0.0);
    part = next;
    const double flattered = candidate.between_bytes > cache_bytes ? kFlatteredByLarge : kFlattered;
    const bool pays = whole_ms[i] < apart_ms * flattered;
    core::log(logger, Severity::Verbose, "[builder] ", candidate.match.rule, " at '",
              fused.node(candidate.fused).name, "': ", whole_ms[i], " ms, its parts ", apart_ms,
              " ms, ", candidate.between_bytes,
              " bytes between them: ", pays ? "fused" : "left apart");
    if (pays && optimizer::apply_timed_match(graph, candidate.match))
      ++counts[candidate.match.rule];
  }
  return counts;
}

}  // namespace trtlike::builder
