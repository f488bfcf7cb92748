// Which candidates of a node may be chosen: what an editable timing cache says, then what the
// user's algorithm selector leaves.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tuner/candidates.h"
#include "tuner/problems.h"
#include "tuner/tuner.h"

namespace trtlike::tuner {

/// A tactic with one of the node's assignments.
struct Candidate {
  size_t assignment = 0;
  const kernels::Tactic* tactic = nullptr;
};

class Selection {
 public:
  Selection(const TunedGraph& graph, const Options& options)
      : graph_(graph), options_(options), keys_(graph.nodes.size()), asked_(graph.nodes.size()) {}

  /// The candidates that the timing cache's entry of node `n` names, else `listed`. Throws
  /// UnsupportedError when a user's entry names none of the tactics that compute the node.
  std::vector<Candidate> obey_cache(size_t n, const std::vector<Assignment>& assignments,
                                    std::vector<Candidate> listed, ConvertedConstants& constants);
  /// Makes the times of those infinite that the user does not leave. Throws UserError for an answer
  /// that is none.
  void ask_user(size_t n, const std::vector<Assignment>& assignments,
                const std::vector<Candidate>& candidates, std::vector<double>& ms);
  /// Writes what was chosen to an editable cache. False when nodes with one entry have different
  /// tactics, which obey_cache makes the same when the graph is tuned again.
  bool record(const std::vector<Choice>& choices);
  /// Adds the questions and what was chosen to the result.
  void report(Result& result) const;

 private:
  struct Question {
    AlgorithmContext context;
    std::vector<Algorithm> algorithms;
    std::vector<std::pair<const kernels::Tactic*, const Assignment*>> ways;
  };

  AlgorithmContext describe_node(const TunedNode& node) const;
  Algorithm describe(const TunedNode& node, const Assignment& assignment,
                     const kernels::Tactic& tactic, double ms) const;
  bool is_editable() const { return options_.cache != nullptr && options_.editable_cache; }

  const TunedGraph& graph_;
  const Options& options_;
  /// Of each node's entry in an editable cache; "" where it has none.
  std::vector<std::string> keys_;
  std::vector<Question> asked_;
};

}  // namespace trtlike::tuner
