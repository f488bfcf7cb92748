// The order of passes and rules, once.
#include <algorithm>
#include <string_view>

#include "core/check.h"
#include "optimizer/driver.h"
#include "optimizer/passes/passes.h"

namespace trtlike::optimizer {

#define TRTLIKE_FUSION(stem) Rule stem();
#include "all_fusions.inc"
#undef TRTLIKE_FUSION

const std::vector<Rule>& all_rules() {
  static const std::vector<Rule> rules = [] {
    std::vector<Rule> all = {
#define TRTLIKE_FUSION(stem) stem(),
#include "all_fusions.inc"
#undef TRTLIKE_FUSION
    };
    std::sort(all.begin(), all.end(), [](const Rule& a, const Rule& b) {
      return a.priority != b.priority ? a.priority < b.priority : std::string_view(a.name) < b.name;
    });
    return all;
  }();
  return rules;
}

const std::vector<Rule>& untimed_rules() {
  static const std::vector<Rule> rules = [] {
    std::vector<Rule> some = all_rules();
    std::erase_if(some, [](const Rule& rule) { return rule.is_timed; });
    return some;
  }();
  return rules;
}

namespace {

/// Each round may let an earlier pass do more; a few rounds reach the fixpoint in practice.
constexpr int kMaxRounds = 12;

bool canonicalise(Driver& driver) {
  static constexpr Pass kPasses[] = {
      // First: everything after looks at values, not at Constant nodes.
      {"drop_constant_nodes", drop_constant_nodes, true},
      // Before folding: an absorbed shape input often leaves the node with constant inputs only.
      {"absorb_shape_inputs", absorb_shape_inputs},
      // After absorbing: it looks at what is still computed at run time.
      {"resolve_dynamic_shapes", resolve_dynamic_shapes},
      {"fold_constants", fold_constants},
      // After folding: it may tell which branch is taken.
      {"simplify_regions", simplify_regions},
      {"remove_noops", remove_noops},
      // After no-ops: they hide that two nodes have the same inputs.
      {"merge_common_subexpressions", merge_common_subexpressions},
      {"remove_dead_nodes", remove_dead_nodes, true},
  };
  bool any = false;
  for (int round = 0; round < kMaxRounds; ++round) {
    bool changed = false;
    for (const Pass& pass : kPasses) changed |= driver.run(pass);
    any |= changed;
    if (!changed) break;
  }
  return any;
}

}  // namespace

void run_pipeline(ir::Graph&, Driver& driver) {
  canonicalise(driver);
  if (!driver.options().fuses) return;
  // Before Quantize and Dequantize nodes become parts of others.
  driver.run(Pass{"note_quantizations", note_quantizations, true});
  // Before the rules: they look for constant weights. Those that compute on integers find what the
  // weights were dequantized from.
  if (driver.run(Pass{"fold_quantized_constants", fold_quantized_constants})) canonicalise(driver);
  for (int round = 0; round < kMaxRounds; ++round)
    if (!driver.run(untimed_rules()) || !canonicalise(driver)) break;
  // After the rules: what is fused is computed wide and rounded once, at its end.
  driver.run(Pass{"round_convolutions", round_convolutions});
  driver.run(Pass{"separate_outputs", separate_outputs, true});
}

}  // namespace trtlike::optimizer
