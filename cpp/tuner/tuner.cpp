// Chooses formats and tactics for the whole graph at once, from the times of every candidate of
// every node and of the conversions between them.
#include "tuner/tuner.h"

#include <algorithm>
#include <deque>
#include <map>

#include "core/check.h"
#include "core/os/cache.h"
#include "tuner/candidate_times.h"
#include "tuner/candidates.h"
#include "tuner/pbqp.h"
#include "tuner/selection.h"

namespace trtlike::tuner {
namespace {

/// A narrower type that saves less than this share of the time is not worth its roundings.
constexpr double kNarrowShare = 0.03;

struct Timed {
  const kernels::Tactic* tactic = nullptr;
  double ms = kInfinity;
};

/// One way to run a node: formats, and the fastest tactic for them.
struct State {
  const Assignment* assignment = nullptr;
  Format single;  ///< of views and of the graph's inputs and outputs
  Timed best;
};

/// Constants that leave no room in the caches for each other: a layer finds its own in memory.
bool has_cold_weights(const TunedGraph& graph) {
  size_t bytes = 0;
  for (const TunedValue& value : graph.values)
    if (value.constant != nullptr)
      bytes += core::dtype_bytes(value.dtype, core::elems(value.dims[0]));
  return bytes > core::last_level_cache_bytes();
}

class Tuner {
 public:
  Tuner(const TunedGraph& graph, const Options& options)
      : graph_(graph),
        options_(options),
        images_(find_images(graph)),
        times_(has_cold_weights(graph), options),
        selection_(graph, options) {}

  /// Nothing when the timing cache's new entries ask for another choice, unless this is the last
  /// one.
  std::optional<Result> run(bool is_last) {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (options_.progress &&
          !options_.progress(static_cast<int>(i), static_cast<int>(graph_.nodes.size())))
        times_.cancel();
      times_.check_cancelled();
      add_node(graph_.nodes[i]);
    }
    add_edges();
    const std::vector<int> chosen = solve(problem_);
    Result result;
    for (size_t i = 0; i < graph_.nodes.size(); ++i)
      result.choices.push_back(describe(i, states_[i][static_cast<size_t>(chosen[i])]));
    result.measured = times_.measured();
    if (!selection_.record(result.choices) && !is_last) return std::nullopt;
    selection_.report(result);
    return result;
  }

 private:
  void add_node(const TunedNode& node) {
    assignments_.emplace_back();
    states_.emplace_back();
    std::vector<State>& states = states_.back();
    if (node.is_view) {
      last_resorts_.emplace_back();
      for (const Format& format : view_formats(node))
        states.push_back({nullptr, format, {nullptr, 0}});
    } else if (node.is_untimed) {
      last_resorts_.emplace_back();
      assignments_.back().push_back(stored_formats(graph_, node));
      states.push_back({&assignments_.back().front(), {}, {nullptr, 0}});
    } else {
      std::vector<Refusal> refusals;
      assignments_.back() = list_assignments(graph_, node, images_, options_, constants_, refusals);
      if (assignments_.back().empty())
        throw UnsupportedError(core::str(
            "[tuner] node '", node.name, "' (", node.op->name,
            "): expected a tactic that computes it, got none: ", to_string(refusals), "."));
      time_node(node, states);
      last_resorts_.push_back(find_last_resort(assignments_.back(), std::move(refusals)));
    }
    problem_.nodes.emplace_back();
    for (const State& state : states) {
      const bool narrow = state.assignment != nullptr && state.assignment->narrow;
      problem_.nodes.back().push_back(state.best.ms / (narrow ? 1 - kNarrowShare : 1));
    }
  }

  std::vector<Format> view_formats(const TunedNode& node) const {
    const TunedValue& value = graph_.values[static_cast<size_t>(node.outputs[0])];
    if (value.stored) return {value.format(*value.stored, kernels::Layout::Linear)};
    if (!core::is_float(value.dtype) || node.precisions.empty())
      return {value.format(value.dtype, kernels::Layout::Linear)};
    std::vector<Format> formats;
    for (DataType precision : node.precisions)
      formats.push_back(value.format(precision, kernels::Layout::Linear));
    return formats;
  }

  void time_node(const TunedNode& node, std::vector<State>& states) {
    std::vector<Assignment>& assignments = assignments_.back();
    std::vector<Candidate> candidates;
    for (size_t a = 0; a < assignments.size(); ++a)
      for (const kernels::Tactic* tactic : select(assignments[a]))
        candidates.push_back({a, tactic});
    const size_t n = assignments_.size() - 1;
    candidates = selection_.obey_cache(n, assignments, std::move(candidates), constants_);
    std::vector<double> ms = candidate_times(node, assignments, candidates);
    const std::vector<std::string> failures = times_.take_failures();
    selection_.ask_user(n, assignments, candidates, ms);
    for (size_t a = 0; a < assignments.size(); ++a) {
      State state{&assignments[a], {}, {}};
      for (size_t c = 0; c < candidates.size(); ++c)
        if (candidates[c].assignment == a && ms[c] < state.best.ms)
          state.best = {candidates[c].tactic, ms[c]};
      if (state.best.tactic != nullptr) states.push_back(state);
    }
    if (states.empty())
      throw UnsupportedError(core::str(
          "[tuner] node '", node.name, "' (", node.op->name,
          "): expected a tactic that computes it",
          options_.workspace_limit < 0
              ? ""
              : core::str(" within the workspace limit of ", options_.workspace_limit, " bytes"),
          ", got none", failures.empty() ? "." : ". ", core::join(failures, " ")));
    note_runner_up(candidates, ms);
  }

  /// The tactics worth measuring: all but the reference, unless there is nothing else or everything
  /// is asked for.
  std::vector<const kernels::Tactic*> select(const Assignment& assignment) const {
    std::vector<const kernels::Tactic*> out = assignment.tactics;
    if (options_.level < 5 && out.size() > 1 && out.back()->source == kernels::Source::Reference)
      out.pop_back();
    size_t most = options_.level == 0 ? 1 : options_.level <= 2 ? 3 : out.size();
    if (options_.max_tactics > 0) most = std::min(most, static_cast<size_t>(options_.max_tactics));
    if (out.size() > most) out.resize(most);
    return out;
  }

  std::vector<double> candidate_times(const TunedNode& node,
                                      const std::vector<Assignment>& assignments,
                                      const std::vector<Candidate>& candidates) {
    std::vector<double> sum(candidates.size(), 0);
    for (size_t shape = 0; shape < assignments[0].problems.size(); ++shape) {
      std::vector<const kernels::Tactic*> tactics;
      std::vector<const kernels::Problem*> problems;
      for (const auto& [a, tactic] : candidates) {
        tactics.push_back(tactic);
        problems.push_back(&assignments[a].problems[shape]);
      }
      const std::vector<double> ms = times_.find(node.name, tactics, problems);
      for (size_t c = 0; c < ms.size(); ++c) sum[c] += ms[c];
    }
    return sum;
  }

  void note_runner_up(const std::vector<Candidate>& candidates, const std::vector<double>& ms) {
    std::vector<std::pair<double, std::string>>& all = timed_[assignments_.size() - 1];
    for (size_t c = 0; c < candidates.size(); ++c)
      all.emplace_back(ms[c], candidates[c].tactic->name);
    std::sort(all.begin(), all.end());
  }

  /// Joins producers and consumers by the cost of converting between their formats, and pins inputs
  /// and outputs.
  void add_edges() {
    std::map<int, std::pair<size_t, size_t>> producer;  // value -> (node, output)
    for (size_t n = 0; n < graph_.nodes.size(); ++n)
      for (size_t o = 0; o < graph_.nodes[n].outputs.size(); ++o)
        producer[graph_.nodes[n].outputs[o]] = {n, o};
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      const TunedNode& node = graph_.nodes[n];
      for (size_t i = 0; i < node.inputs.size(); ++i) {
        if (node.inputs[i] < 0) continue;
        const TunedValue& value = graph_.values[static_cast<size_t>(node.inputs[i])];
        if (value.constant != nullptr) continue;
        const auto from = producer.find(node.inputs[i]);
        if (from == producer.end()) {
          charge(n, [&](const State& s) {
            return conversion_ms(value, value.fixed_format, input_format(n, s, i));
          });
        } else {
          join(from->second.first, from->second.second, n, i, value);
        }
      }
    }
    for (const auto& [id, from] : producer) {
      const TunedValue& value = graph_.values[static_cast<size_t>(id)];
      if (!value.fixed) continue;
      charge(from.first, [&, o = from.second](const State& s) {
        return conversion_ms(value, output_format(s, o), value.fixed_format);
      });
    }
  }

  template <typename Cost>
  void charge(size_t node, Cost cost) {
    for (size_t s = 0; s < states_[node].size(); ++s)
      problem_.nodes[node][s] += cost(states_[node][s]);
  }

  void join(size_t from, size_t output, size_t to, size_t input, const TunedValue& value) {
    PbqpEdge edge{static_cast<int>(from), static_cast<int>(to), {}};
    for (const State& a : states_[from])
      for (const State& b : states_[to])
        edge.cost.push_back(
            conversion_ms(value, output_format(a, output), input_format(to, b, input)));
    problem_.edges.push_back(std::move(edge));
  }

  /// A view's format is that of its data; its further inputs are shapes.
  Format input_format(size_t node, const State& s, size_t i) const {
    if (s.assignment != nullptr) return s.assignment->inputs[i];
    if (i == 0) return s.single;
    const int id = graph_.nodes[node].inputs[i];
    return {id < 0 ? DataType::Int64 : graph_.values[static_cast<size_t>(id)].dtype,
            kernels::Layout::Linear};
  }
  Format output_format(const State& s, size_t o) const {
    return s.assignment != nullptr ? s.assignment->outputs[o] : s.single;
  }

  /// By way of the type that the value is stored in, where it is stored in one.
  double conversion_ms(const TunedValue& value, const Format& from, const Format& to) {
    if (!value.stored || from.dtype == *value.stored || to.dtype == *value.stored)
      return direct_conversion_ms(value, from, to);
    const Format between = value.format(*value.stored, from.layout);
    return direct_conversion_ms(value, from, between) + direct_conversion_ms(value, between, to);
  }

  double direct_conversion_ms(const TunedValue& value, const Format& from, const Format& to) {
    if (from == to || same_bytes(value, from, to)) return 0;
    double sum = 0;
    for (size_t shape = 0; shape < value.dims.size(); ++shape) {
      const kernels::Problem problem = reformat_problem(value, shape, from, to, options_.threads);
      const double ms = reformat_ms(problem);
      if (ms == kInfinity) return kForbiddenMs;
      sum += ms;
    }
    return sum;
  }

  double reformat_ms(const kernels::Problem& problem) {
    const std::string key = problem.key();
    if (const auto known = reformat_times_.find(key); known != reformat_times_.end())
      return known->second;
    double ms = kInfinity;
    if (const kernels::Tactic* tactic = find_reformat(problem))
      ms = options_.level == 0
               ? 1e-6 *
                     static_cast<double>(problem.inputs[0].bytes() + problem.outputs[0].bytes()) /
                     10
               : times_.find(*tactic, problem);
    return reformat_times_[key] = ms;
  }

  Choice describe(size_t node, const State& state) const {
    Choice choice;
    choice.tactic = state.best.tactic;
    choice.time_ms = options_.level == 0 ? 0 : state.best.ms;
    if (state.assignment != nullptr) {
      choice.inputs = state.assignment->inputs;
      choice.outputs = state.assignment->outputs;
    } else {
      for (size_t i = 0; i < graph_.nodes[node].inputs.size(); ++i)
        choice.inputs.push_back(input_format(node, state, i));
      choice.outputs.assign(graph_.nodes[node].outputs.size(), state.single);
    }
    choice.last_resort = last_resorts_[node];
    const auto all = timed_.find(node);
    if (all == timed_.end() || options_.level == 0) return choice;
    for (const auto& [ms, name] : all->second) {
      if (choice.tactic == nullptr || name == choice.tactic->name || ms == kInfinity) continue;
      choice.runner_up = name;
      choice.runner_up_ms = ms;
      break;
    }
    return choice;
  }

  /// A conversion that no tactic does.
  static constexpr double kForbiddenMs = 1e12;

  const TunedGraph& graph_;
  const Options& options_;
  std::vector<bool> images_;
  CandidateTimes times_;
  Selection selection_;
  ConvertedConstants constants_;
  std::deque<std::vector<Assignment>> assignments_;
  std::vector<std::vector<State>> states_;
  std::map<size_t, std::vector<std::pair<double, std::string>>> timed_;
  std::vector<std::optional<std::string>> last_resorts_;
  std::map<std::string, double> reformat_times_;
  PbqpProblem problem_;
};

}  // namespace

Result choose(const TunedGraph& graph, const Options& options) {
  // Nodes with one entry in an editable cache run by one tactic: that of the first of them.
  std::optional<Result> result = Tuner(graph, options).run(options.selector != nullptr);
  return result ? std::move(*result) : Tuner(graph, options).run(true).value();
}

}  // namespace trtlike::tuner
