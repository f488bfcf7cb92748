// Measures every candidate of every node, then chooses formats and tactics for the whole graph at
// once.
#include "tuner/tuner.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <set>

#include "core/check.h"
#include "core/log.h"
#include "core/os/cache.h"
#include "tuner/candidates.h"
#include "tuner/measure.h"
#include "tuner/pbqp.h"

namespace trtlike::tuner {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// What level 0, which measures nothing, charges the first candidate that fits; later ones more.
constexpr double kUnmeasuredMs = 0.0005;
/// A narrower type that saves less than this share of the time is not worth its roundings.
constexpr double kNarrowShare = 0.03;
/// Constants that candidates measured together may hold in packed form.
constexpr size_t kBatchBytes = size_t{512} << 20;

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

size_t constant_bytes(const kernels::Problem& problem) {
  size_t bytes = 1;
  for (size_t i = 0; i < problem.inputs.size(); ++i)
    if (problem.is_constant(i)) bytes += problem.inputs[i].bytes();
  return bytes;
}

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
        pool_(options.threads),
        cold_weights_(has_cold_weights(graph)),
        images_(find_images(graph)),
        cache_(options.cache != nullptr ? *options.cache : own_cache_) {}

  Result run() {
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (options_.progress &&
          !options_.progress(static_cast<int>(i), static_cast<int>(graph_.nodes.size())))
        is_cancelled_ = true;
      check_cancelled();
      add_node(graph_.nodes[i]);
    }
    add_edges();
    const std::vector<int> chosen = solve(problem_);
    Result result;
    for (size_t i = 0; i < graph_.nodes.size(); ++i)
      result.choices.push_back(describe(i, states_[i][static_cast<size_t>(chosen[i])]));
    result.measured = measured_;
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
    std::vector<std::pair<size_t, const kernels::Tactic*>> candidates;
    for (size_t a = 0; a < assignments.size(); ++a)
      for (const kernels::Tactic* tactic : select(assignments[a]))
        candidates.emplace_back(a, tactic);
    failures_.clear();
    const std::vector<double> ms = candidate_times(node, assignments, candidates);
    for (size_t a = 0; a < assignments.size(); ++a) {
      State state{&assignments[a], {}, {}};
      for (size_t c = 0; c < candidates.size(); ++c)
        if (candidates[c].first == a && ms[c] < state.best.ms)
          state.best = {candidates[c].second, ms[c]};
      if (state.best.tactic != nullptr) states.push_back(state);
    }
    if (states.empty())
      throw UnsupportedError(core::str(
          "[tuner] node '", node.name, "' (", node.op->name,
          "): expected a tactic that computes it",
          options_.workspace_limit < 0
              ? ""
              : core::str(" within the workspace limit of ", options_.workspace_limit, " bytes"),
          ", got none", failures_.empty() ? "." : ". ", core::join(failures_, " ")));
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

  std::vector<double> candidate_times(
      const TunedNode& node, const std::vector<Assignment>& assignments,
      const std::vector<std::pair<size_t, const kernels::Tactic*>>& candidates) {
    std::vector<double> sum(candidates.size(), 0);
    for (size_t shape = 0; shape < assignments[0].problems.size(); ++shape) {
      std::vector<const kernels::Tactic*> tactics;
      std::vector<const kernels::Problem*> problems;
      for (const auto& [a, tactic] : candidates) {
        tactics.push_back(tactic);
        problems.push_back(&assignments[a].problems[shape]);
      }
      const std::vector<double> ms = times(node.name, tactics, problems);
      for (size_t c = 0; c < ms.size(); ++c) sum[c] += ms[c];
    }
    return sum;
  }

  /// Times of tactics on problems, remembered or measured. Infinite for a tactic that needs more
  /// workspace than allowed.
  std::vector<double> times(const std::string& name,
                            const std::vector<const kernels::Tactic*>& tactics,
                            const std::vector<const kernels::Problem*>& problems) {
    std::vector<double> ms(tactics.size(), -1);
    std::vector<size_t> unknown;
    for (size_t c = 0; c < tactics.size(); ++c) {
      if (options_.level == 0) {
        ms[c] = kUnmeasuredMs * static_cast<double>(c + 1);
      } else if (const auto entry = cache_.query(cache_key(*tactics[c], *problems[c]))) {
        ms[c] = entry->time_ms < kNeverMs ? entry->time_ms : kInfinity;
      } else {
        unknown.push_back(c);
      }
    }
    if (!unknown.empty() && options_.error_on_cache_miss)
      throw UserError(core::str("[tuner] node '", name,
                                "': expected its times in the timing cache, got none for ",
                                cache_key(*tactics[unknown[0]], *problems[unknown[0]]), "."));
    size_t batch = std::max<size_t>(
        1, unknown.empty() ? 1 : kBatchBytes / constant_bytes(*problems[unknown[0]]));
    for (size_t begin = 0; begin < unknown.size(); begin += batch)
      measure(tactics, problems,
              {unknown.begin() + static_cast<long>(begin),
               unknown.begin() + static_cast<long>(std::min(begin + batch, unknown.size()))},
              ms);
    keep_untimed(ms, unknown);
    for (size_t c = 0; c < tactics.size(); ++c)
      core::log(options_.logger, Severity::Verbose, "[tuner] '", name, "': ", tactics[c]->name,
                " on ", problems[c]->inputs.empty() ? "" : problems[c]->inputs[0].to_string(), ": ",
                ms[c], " ms");
    return ms;
  }

  /// Tactics refuse elements that make no sense, such as the ones that stand for those of a shape
  /// tensor here. Where nothing could be timed, the first of them is taken.
  void keep_untimed(std::vector<double>& ms, const std::vector<size_t>& which) {
    const bool none = std::none_of(ms.begin(), ms.end(), [](double t) { return t < kInfinity; });
    for (size_t c : which)
      if (none && untimed_.contains(c)) ms[c] = kUnmeasuredMs * static_cast<double>(c + 1);
    untimed_.clear();
  }

  /// Of a candidate that cannot run, or not with the elements that it was given.
  double note_failure(const std::exception& failure, const kernels::Tactic& tactic,
                      size_t candidate) {
    if (dynamic_cast<const UserError*>(&failure) != nullptr) untimed_.insert(candidate);
    failures_.push_back(core::str(tactic.name, ": ", core::describe(failure)));
    failed_.insert(candidate);
    core::log(options_.logger, Severity::Verbose, "[tuner] ", failures_.back());
    return kInfinity;
  }

  void measure(const std::vector<const kernels::Tactic*>& tactics,
               const std::vector<const kernels::Problem*>& problems,
               const std::vector<size_t>& which, std::vector<double>& ms) {
    SharedBuffers buffers;
    std::vector<Sampler> samplers;
    std::vector<size_t> timed;
    failed_.clear();
    for (size_t c : which) {
      check_cancelled();
      if (options_.timer) {
        ms[c] = options_.timer(*tactics[c], *problems[c]);
        continue;
      }
      std::shared_ptr<Measurement> measurement;
      try {
        measurement =
            std::make_shared<Measurement>(*tactics[c], *problems[c], pool_, cold_weights_, buffers);
      } catch (const std::exception& failure) {
        ms[c] = note_failure(failure, *tactics[c], c);
        continue;
      }
      if (options_.workspace_limit >= 0 &&
          measurement->workspace_bytes() > options_.workspace_limit) {
        core::log(options_.logger, Severity::Verbose, "[tuner] ", tactics[c]->name,
                  " refused: needs ", measurement->workspace_bytes(),
                  " bytes of workspace, the limit is ", options_.workspace_limit);
        ms[c] = kInfinity;
        continue;
      }
      samplers.push_back([this, measurement, tactic = tactics[c], c] {
        if (failed_.contains(c)) return kInfinity;
        if (!asks_to_go_on()) return 0.0;
        try {
          return measurement->sample();
        } catch (const std::exception& failure) {
          return note_failure(failure, *tactic, c);
        }
      });
      timed.push_back(c);
    }
    const std::vector<double> best = measure_interleaved(std::move(samplers), options_.min_repeats);
    check_cancelled();
    for (size_t i = 0; i < timed.size(); ++i) ms[timed[i]] = best[i];
    for (size_t c : which) {
      if (failed_.contains(c)) continue;
      const std::string key = cache_key(*tactics[c], *problems[c]);
      cache_.update(key, {tactics[c]->name, std::min(ms[c], kNeverMs)});
      if (ms[c] < kNeverMs) ms[c] = cache_.query(key)->time_ms;
    }
    measured_ += static_cast<int>(which.size());
  }

  bool asks_to_go_on() {
    is_cancelled_ = is_cancelled_ || (options_.go_on && !options_.go_on());
    return !is_cancelled_;
  }

  void check_cancelled() {
    if (!asks_to_go_on()) throw UserError("[tuner] build: cancelled by the progress monitor.");
  }

  void note_runner_up(const std::vector<std::pair<size_t, const kernels::Tactic*>>& candidates,
                      const std::vector<double>& ms) {
    std::vector<std::pair<double, std::string>>& all = timed_[assignments_.size() - 1];
    for (size_t c = 0; c < candidates.size(); ++c)
      all.emplace_back(ms[c], candidates[c].second->name);
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
               : times_of_one(*tactic, problem);
    return reformat_times_[key] = ms;
  }

  double times_of_one(const kernels::Tactic& tactic, const kernels::Problem& problem) {
    if (const auto entry = cache_.query(cache_key(tactic, problem))) return entry->time_ms;
    std::vector<double> ms(1, kInfinity);
    measure({&tactic}, {&problem}, {0}, ms);
    return ms[0];
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

  std::string cache_key(const kernels::Tactic& tactic, const kernels::Problem& problem) const {
    return core::str(tactic.name, " @ ", problem.key(), cold_weights_ ? " cold" : "");
  }

  /// Written to the cache for a tactic that may not run; a conversion that no tactic does.
  static constexpr double kNeverMs = 1e9;
  static constexpr double kForbiddenMs = 1e12;

  const TunedGraph& graph_;
  const Options& options_;
  core::ThreadPool pool_;
  bool cold_weights_;
  std::vector<bool> images_;
  TimingCache own_cache_;
  TimingCache& cache_;
  ConvertedConstants constants_;
  std::deque<std::vector<Assignment>> assignments_;
  std::vector<std::vector<State>> states_;
  std::map<size_t, std::vector<std::pair<double, std::string>>> timed_;
  std::vector<std::optional<std::string>> last_resorts_;
  std::map<std::string, double> reformat_times_;
  /// Of the candidates that are measured together: those that threw, and of these the ones that may
  /// run with other elements.
  std::set<size_t> failed_, untimed_;
  /// Why candidates of one node threw.
  std::vector<std::string> failures_;
  PbqpProblem problem_;
  int measured_ = 0;
  bool is_cancelled_ = false;
};

}  // namespace

Result choose(const TunedGraph& graph, const Options& options) {
  return Tuner(graph, options).run();
}

}  // namespace trtlike::tuner
