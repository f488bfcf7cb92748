// The driver, and the front door over it.
#include "optimizer/optimizer.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <sstream>

#include "core/check.h"
#include "core/log.h"
#include "core/os/environment.h"
#include "core/os/files.h"
#include "optimizer/driver.h"

namespace trtlike::optimizer {
namespace {

constexpr int64_t kMaxPatches = 200000, kMaxPatchesPerNode = 20;

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
  if (text.empty()) return std::numeric_limits<int64_t>::max();
  const bool is_number =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  TRTLIKE_CHECK(is_number && text.size() < 10,
                "[optimizer] TRTLIKE_STOP_AFTER_PATCHES: expected a count, got '", text, "'.");
  return std::stoll(text);
}

/// The nodes that a change at `changed` may let a rule fire at: within a few steps, and what reads
/// the same values there. Not along values with many readers: a change is no news to all of them,
/// and the last sweep over everything finds the rest.
std::set<ir::NodeId> find_neighbourhood(const ir::Graph& graph, std::vector<ir::NodeId> changed) {
  constexpr int kDistance = 3;
  constexpr size_t kManyReaders = 64, kMaxNodes = 1024;
  std::set<ir::NodeId> reached, out;
  for (int distance = kDistance; distance >= 0 && out.size() < kMaxNodes; --distance) {
    std::vector<ir::NodeId> next;
    for (const ir::NodeId id : changed) {
      if (!id || !graph.node(id).alive || !reached.insert(id).second) continue;
      out.insert(id);
      if (distance == 0) continue;
      for (const ir::ValueId input : graph.node(id).inputs) {
        if (!input) continue;
        next.push_back(graph.producer(input));
        const auto& siblings = graph.value(input).users;
        if (siblings.size() <= kManyReaders) out.insert(siblings.begin(), siblings.end());
      }
      for (const ir::ValueId output : graph.node(id).outputs) {
        const auto& users = graph.value(output).users;
        if (users.size() <= kManyReaders) next.insert(next.end(), users.begin(), users.end());
      }
    }
    changed = std::move(next);
  }
  return out;
}

bool looks_at(const Rule& rule, const ir::Node& node) {
  const std::string_view anchor = rule.anchor;
  return anchor.empty() || anchor == node.op->name;
}

}  // namespace

Driver::Driver(ir::Graph& graph, const Options& options)
    : graph_(graph),
      options_(options),
      disabled_(split(core::environment(core::Switch::DisableFusions))),
      patches_left_(patch_limit()),
      max_patches_(kMaxPatches + kMaxPatchesPerNode * static_cast<int64_t>(graph.num_node_ids())),
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
  check_progress(name);
}

void Driver::check_progress(const char* name) const {
  if (options_.progress != nullptr)
    TRTLIKE_CHECK(options_.progress(options_.progress_state, name), "[optimizer] ", name,
                  ": cancelled by the progress monitor.");
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

std::string Driver::names_of(const std::vector<ir::NodeId>& nodes) const {
  std::vector<std::string> names;
  for (const ir::NodeId id : nodes) names.push_back(core::str("'", graph_.node(id).name, "'"));
  return core::join(names);
}

bool Driver::apply(const Rule& rule, ir::NodeId node, std::vector<Pending>& pending) {
  const std::optional<ir::Patch> patch = rule.rewrite(graph_, node);
  if (!patch || !patch->keeps_constraints()) return false;
  const size_t ids_before = graph_.num_node_ids();
  const std::string anchor = graph_.node(node).name;
  TRTLIKE_ASSERT(num_patches_ < max_patches_, "rewrites that end; the last was ", rule.name,
                 " at '", anchor, "'");
  std::vector<ir::NodeId> removed;
  int lost = 0;
  try {
    lost = patch->apply(graph_, &removed);
    if (kVerifyEachPatch || !dump_folder_.empty()) graph_.verify();
  } catch (const Error& e) {
    throw InternalError(
        core::str("[optimizer] while running ", rule.name, " at '", anchor, "': ", e.what()));
  }
  ++num_patches_;
  --patches_left_;
  ++counts_[rule.name];
  if (options_.logger != nullptr && options_.logger->min_severity() >= Severity::Verbose)
    core::log(options_.logger, Severity::Verbose, "[optimizer] #", num_patches_, " ", rule.name,
              " at '", anchor, "': ", lost + patch->num_new_nodes(), " nodes -> ",
              patch->num_new_nodes(), " (", names_of(removed), ")");
  std::vector<ir::NodeId> added;
  for (size_t i = ids_before; i < graph_.num_node_ids(); ++i)
    added.push_back({static_cast<int32_t>(i)});
  for (const ir::NodeId id : find_neighbourhood(graph_, std::move(added))) add(id, pending);
  return true;
}

const std::vector<size_t>& Driver::rules_at(ir::NodeId node, const std::vector<Pending>& pending) {
  const auto [found, is_new] = rules_by_op_.try_emplace(graph_.node(node).op);
  for (size_t i = 0; is_new && i < pending.size(); ++i)
    if (looks_at(*pending[i].rule, graph_.node(node))) found->second.push_back(i);
  return found->second;
}

void Driver::add(ir::NodeId node, std::vector<Pending>& pending) {
  for (const size_t rule : rules_at(node, pending))
    pending[rule].nodes.insert(pending[rule].nodes.end(), node);
}

bool Driver::drain(std::vector<Pending>& pending) {
  bool fired = false;
  const auto first_pending = [&] {
    return std::find_if(pending.begin(), pending.end(),
                        [](const Pending& p) { return !p.nodes.empty(); });
  };
  constexpr int kNodesPerLook = 256;
  int visited = 0;
  for (auto at = first_pending(); at != pending.end() && patches_left_ > 0; at = first_pending()) {
    if (++visited % kNodesPerLook == 0) check_progress("fusions");
    const ir::NodeId id = *at->nodes.begin();
    at->nodes.erase(at->nodes.begin());
    if (graph_.node(id).alive) fired |= apply(*at->rule, id, pending);
  }
  return fired;
}

bool Driver::run(std::span<const Rule> rules) {
  std::vector<Pending> pending;
  rules_by_op_.clear();
  for (const Rule& rule : rules)
    if (is_enabled(rule.name)) pending.push_back({&rule, {}});
  bool any = false;
  // A patch wakes its neighbourhood only; a last sweep over everything finds what reaches further.
  for (bool fired = true; fired;) {
    for (const ir::NodeId id : graph_.nodes()) add(id, pending);
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
      if (!looks_at(rule, graph.node(id))) continue;
      const std::optional<ir::Patch> patch = rule.rewrite(graph, id);
      if (patch && patch->keeps_constraints()) matches.push_back({rule.name, id});
    }
  }
  return matches;
}

bool apply_timed_match(ir::Graph& graph, const TimedMatch& match,
                       std::vector<ir::NodeId>* removed) {
  if (!graph.node(match.anchor).alive) return false;
  const std::optional<ir::Patch> patch = get_rule(match.rule).rewrite(graph, match.anchor);
  if (!patch || !patch->keeps_constraints()) return false;
  patch->apply(graph, removed);
  return true;
}

namespace {

std::map<std::string, int> optimize_graph(ir::Graph& graph, const Options& options);

/// The graphs inside nodes, which are what they were made as until here.
std::map<std::string, int> optimize_regions(ir::Graph& graph, const Options& options) {
  std::map<std::string, int> counts;
  for (const ir::NodeId id : graph.nodes())
    for (size_t r = 0; r < graph.node(id).regions.size(); ++r) {
      ir::Graph region = graph.node(id).regions[r]->clone();
      for (const auto& [name, count] : optimize_graph(region, options)) counts[name] += count;
      graph.set_region(id, r, std::make_shared<const ir::Graph>(std::move(region)));
    }
  return counts;
}

std::map<std::string, int> optimize_graph(ir::Graph& graph, const Options& options) {
  const size_t before = graph.nodes().size();
  graph.infer_all();
  Driver driver(graph, options);
  run_pipeline(graph, driver);
  std::map<std::string, int> counts = optimize_regions(graph, options);
  // What was done inside may leave less to capture.
  if (!counts.empty()) run_pipeline(graph, driver);
  graph.verify();
  core::log(options.logger, Severity::Info, "[optimizer] ", before, " layers became ",
            graph.nodes().size());
  for (const auto& [name, count] : driver.counts()) counts[name] += count;
  return counts;
}

}  // namespace

std::map<std::string, int> optimize(ir::Graph& graph, const Options& options) {
  return optimize_graph(graph, options);
}

}  // namespace trtlike::optimizer
