// The driver, and the front door over it.
#include "optimizer/optimizer.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "core/check.h"
#include "core/environment.h"
#include "core/files.h"
#include "core/log.h"
#include "optimizer/driver.h"

namespace trtlike::optimizer {
namespace {

/// Far more than any network needs: rules that undo each other end here.
constexpr int kMaxPatches = 200000;

#ifdef __OPTIMIZE__
constexpr bool kVerifyEachPatch = false;
#else
constexpr bool kVerifyEachPatch = true;
#endif

std::set<std::string, std::less<>> split(const std::string& list) {
  std::set<std::string, std::less<>> out;
  std::istringstream stream(list);
  for (std::string item; std::getline(stream, item, ',');) {
    item.erase(0, item.find_first_not_of(' '));
    item.erase(item.find_last_not_of(' ') + 1);
    if (!item.empty()) out.insert(item);
  }
  return out;
}

int64_t patch_limit() {
  const std::string text = core::environment(core::Switch::StopAfterPatches);
  if (text.empty()) return kMaxPatches;
  const bool is_number =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  TRTLIKE_CHECK(is_number && text.size() < 10,
                "[optimizer] TRTLIKE_STOP_AFTER_PATCHES: expected a count, got '", text, "'.");
  return std::stoll(text);
}

/// The nodes that a change at `node` may let a rule fire at: within `distance` steps.
void add_neighbourhood(const ir::Graph& graph, ir::NodeId node, int distance,
                       std::set<ir::NodeId>& out) {
  if (!node || !graph.node(node).alive) return;
  out.insert(node);
  if (distance == 0) return;
  for (const ir::ValueId input : graph.node(node).inputs) {
    if (!input) continue;
    add_neighbourhood(graph, graph.producer(input), distance - 1, out);
    for (const ir::NodeId sibling : graph.value(input).users) out.insert(sibling);
  }
  for (const ir::ValueId output : graph.node(node).outputs)
    for (const ir::NodeId user : graph.value(output).users)
      add_neighbourhood(graph, user, distance - 1, out);
}

std::vector<char> alive_flags(const ir::Graph& graph) {
  std::vector<char> flags(graph.num_node_ids(), 0);
  for (const ir::NodeId id : graph.nodes()) flags[static_cast<size_t>(id.index)] = 1;
  return flags;
}

}  // namespace

Driver::Driver(ir::Graph& graph, const Options& options)
    : graph_(graph),
      options_(options),
      disabled_(split(core::environment(core::Switch::DisableFusions))),
      patches_left_(patch_limit()),
      dump_folder_(core::environment(core::Switch::DumpGraph)) {}

bool Driver::is_enabled(const std::string& name) const {
  return !disabled_.contains("all") && !disabled_.contains(name);
}

void Driver::finish_stage(const char* name, bool changed) {
  if (changed && !dump_folder_.empty()) {
    std::filesystem::create_directories(dump_folder_);
    std::ostringstream number;
    number.width(3);
    number.fill('0');
    number << num_dumps_++;
    const std::string path = core::str(dump_folder_, "/", number.str(), "_", name, ".txt");
    const std::string text = graph_.to_string();
    core::write_file(path, text.data(), text.size());
    graph_.verify();
  }
  if (options_.progress != nullptr)
    TRTLIKE_CHECK(options_.progress(options_.progress_state, name), "[optimizer] ", name,
                  ": cancelled.");
}

bool Driver::run(const Pass& pass) {
  if (!pass.required && !is_enabled(pass.name)) return false;
  const int changes = pass.run(graph_);
  counts_[pass.name] += changes;
  if (changes > 0)
    core::log(options_.logger, Severity::Verbose, "[optimizer] ", pass.name, ": ", changes,
              changes == 1 ? " change, " : " changes, ", graph_.nodes().size(), " nodes");
  if (kVerifyEachPatch && changes > 0) graph_.verify();
  finish_stage(pass.name, changes > 0);
  return changes > 0;
}

std::string Driver::removed_names(const std::vector<char>& alive_before) const {
  std::vector<std::string> names;
  for (size_t i = 0; i < alive_before.size(); ++i) {
    const ir::Node& node = graph_.node({static_cast<int32_t>(i)});
    if (alive_before[i] && !node.alive) names.push_back(core::str("'", node.name, "'"));
  }
  return core::join(names);
}

bool Driver::apply(const Rule& rule, ir::NodeId node, std::vector<Pending>& pending) {
  const std::optional<ir::Patch> patch = rule.rewrite(graph_, node);
  if (!patch || !patch->keeps_constraints()) return false;
  const std::vector<char> alive_before = alive_flags(graph_);
  const std::string anchor = graph_.node(node).name;
  TRTLIKE_ASSERT(num_patches_ < kMaxPatches, "rewrites that end; the last was ", rule.name, " at '",
                 anchor, "'");
  int lost = 0;
  try {
    lost = patch->apply(graph_);
    if (kVerifyEachPatch || !dump_folder_.empty()) graph_.verify();
  } catch (const Error& e) {
    throw InternalError(
        core::str("[optimizer] while running ", rule.name, " at '", anchor, "': ", e.what()));
  }
  ++num_patches_;
  --patches_left_;
  ++counts_[rule.name];
  core::log(options_.logger, Severity::Verbose, "[optimizer] #", num_patches_, " ", rule.name,
            " at '", anchor, "': ", lost + patch->num_new_nodes(), " nodes -> ",
            patch->num_new_nodes(), " (", removed_names(alive_before), ")");
  constexpr int kDistance = 3;
  std::set<ir::NodeId> touched;
  for (size_t i = alive_before.size(); i < graph_.num_node_ids(); ++i)
    add_neighbourhood(graph_, {static_cast<int32_t>(i)}, kDistance, touched);
  for (Pending& other : pending) other.nodes.insert(touched.begin(), touched.end());
  return true;
}

bool Driver::drain(std::vector<Pending>& pending) {
  bool fired = false;
  const auto first_pending = [&] {
    return std::find_if(pending.begin(), pending.end(),
                        [](const Pending& p) { return !p.nodes.empty(); });
  };
  for (auto at = first_pending(); at != pending.end() && patches_left_ > 0; at = first_pending()) {
    const ir::NodeId id = *at->nodes.begin();
    at->nodes.erase(at->nodes.begin());
    const ir::Node& node = graph_.node(id);
    const std::string_view anchor = at->rule->anchor;
    if (!node.alive || (!anchor.empty() && anchor != node.op->name)) continue;
    fired |= apply(*at->rule, id, pending);
  }
  return fired;
}

bool Driver::run(std::span<const Rule> rules) {
  std::vector<Pending> pending;
  for (const Rule& rule : rules)
    if (is_enabled(rule.name)) pending.push_back({&rule, {}});
  bool any = false;
  // A patch wakes its neighbourhood only; a last sweep over everything finds what reaches further.
  for (bool fired = true; fired;) {
    const std::vector<ir::NodeId> nodes = graph_.nodes();
    for (Pending& p : pending) p.nodes.insert(nodes.begin(), nodes.end());
    fired = drain(pending);
    any |= fired;
  }
  finish_stage("fusions", any);
  return any;
}

const Rule& get_rule(std::string_view name) {
  const std::vector<Rule>& rules = all_rules();
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return name == rule.name; });
  TRTLIKE_ASSERT(found != rules.end(), "rule '", name, "'");
  return *found;
}

std::vector<TimedMatch> find_timed_matches(const ir::Graph& graph) {
  std::vector<TimedMatch> matches;
  if (!core::environment(core::Switch::StopAfterPatches).empty()) return matches;
  const auto disabled = split(core::environment(core::Switch::DisableFusions));
  for (const Rule& rule : all_rules()) {
    if (!rule.is_timed || disabled.contains("all") || disabled.contains(rule.name)) continue;
    for (const ir::NodeId id : graph.nodes()) {
      const std::optional<ir::Patch> patch = rule.rewrite(graph, id);
      if (patch && patch->keeps_constraints()) matches.push_back({rule.name, id});
    }
  }
  return matches;
}

bool apply_timed_match(ir::Graph& graph, const TimedMatch& match) {
  if (!graph.node(match.anchor).alive) return false;
  const std::optional<ir::Patch> patch = get_rule(match.rule).rewrite(graph, match.anchor);
  if (!patch || !patch->keeps_constraints()) return false;
  patch->apply(graph);
  return true;
}

std::map<std::string, int> optimize(ir::Graph& graph, const Options& options) {
  const size_t before = graph.nodes().size();
  graph.infer_all();
  Driver driver(graph, options);
  run_pipeline(graph, driver);
  graph.verify();
  core::log(options.logger, Severity::Info, "[optimizer] ", before, " layers became ",
            graph.nodes().size());
  return driver.counts();
}

}  // namespace trtlike::optimizer
