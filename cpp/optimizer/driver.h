// Runs passes and rules over one graph: order, fixpoint, log, counts, switches and checks are here,
// for every rewrite alike.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "optimizer/optimizer.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {

/// A rewrite of the whole graph. Returns how many changes it made.
struct Pass {
  const char* name;
  int (*run)(ir::Graph& graph);
  /// Later stages rely on it: no switch leaves it out.
  bool required = false;
};

class Driver {
 public:
  Driver(ir::Graph& graph, const Options& options);

  /// True when the pass changed the graph.
  bool run(const Pass& pass);
  /// Applies the rules, best priority first, until none fires. True when any fired.
  bool run(std::span<const Rule> rules);

  const std::map<std::string, int>& counts() const { return counts_; }
  const Options& options() const { return options_; }

 private:
  struct Pending {
    const Rule* rule;
    std::set<ir::NodeId> nodes;
  };
  /// By op: the positions of the rules that look at its nodes.
  using RulesByOp = std::map<const ops::OpDefinition*, std::vector<size_t>>;

  bool is_enabled(const std::string& name) const;
  /// One sweep over what is pending; true when any rule fired.
  bool drain(std::vector<Pending>& pending);
  bool apply(const Rule& rule, ir::NodeId node, std::vector<Pending>& pending);
  const std::vector<size_t>& rules_at(ir::NodeId node, const std::vector<Pending>& pending);
  /// The node becomes pending for the rules that look at its op.
  void add(ir::NodeId node, std::vector<Pending>& pending);
  std::string names_of(const std::vector<ir::NodeId>& nodes) const;
  void finish_stage(const char* name, bool changed);
  void check_progress(const char* name) const;

  ir::Graph& graph_;
  const Options& options_;
  std::map<std::string, int> counts_;
  std::set<std::string, std::less<>> disabled_;
  RulesByOp rules_by_op_;
  int64_t patches_left_;
  /// Far more than the network needs: rules that undo each other end here.
  int64_t max_patches_;
  int num_patches_ = 0;
  int num_dumps_ = 0;
  std::string dump_folder_;
};

/// The rules of fusions/, by priority and name.
const std::vector<Rule>& all_rules();
/// Those of them that always pay.
const std::vector<Rule>& untimed_rules();
/// The rule of this name; InternalError when there is none.
const Rule& get_rule(std::string_view name);

/// All passes and rules in their order.
void run_pipeline(ir::Graph& graph, Driver& driver);

}  // namespace trtlike::optimizer
