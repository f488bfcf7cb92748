// Describes candidates to the user and to an editable timing cache, and obeys both.
#include "tuner/selection.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/check.h"
#include "core/log.h"
#include "core/os/memory.h"
#include "tuner/candidate_times.h"
#include "tuner/measure.h"

namespace trtlike::tuner {
namespace {

const char* source_name(kernels::Source source) {
  switch (source) {
    case kernels::Source::OneDnn:
      return "onednn";
    case kernels::Source::Native:
      return "native";
    case kernels::Source::Eigen:
      return "eigen";
    case kernels::Source::Added:
      return "added";
    case kernels::Source::Reference:
      return "reference";
  }
  return "";
}

/// Of a dense tensor; an extent of 0 or less counts as 1.
Dims strides_of(const Dims& dims, kernels::Layout layout) {
  Dims strides = dims;
  int64_t next = 1;
  const auto place = [&](int axis) {
    strides[axis] = next;
    next *= std::max<int64_t>(dims[axis], 1);
  };
  const bool last = layout == kernels::Layout::ChannelsLast && dims.rank() > 1;
  if (last) place(1);
  for (int axis = dims.rank(); axis-- > 0;)
    if (!last || axis != 1) place(axis);
  return strides;
}

/// Least and largest of each extent.
std::vector<Dims> bounds_of(const TunedValue& value) {
  Dims least = value.dims[0], most = value.dims[0];
  for (const auto* shapes : {&value.dims, &value.limits}) {
    for (const Dims& dims : *shapes) {
      for (int axis = 0; axis < dims.rank() && axis < least.rank(); ++axis) {
        least[axis] = std::min(least[axis], dims[axis]);
        most[axis] = std::max(most[axis], dims[axis]);
      }
    }
  }
  return {least, value.dims[0], most};
}

/// The operands that selectors see: inputs that are there and no constants, then outputs.
template <typename F>
void for_each_operand(const TunedGraph& graph, const TunedNode& node, const F& f) {
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i] < 0) continue;
    const TunedValue& value = graph.values[static_cast<size_t>(node.inputs[i])];
    if (value.constant == nullptr) f(value, true, i);
  }
  for (size_t o = 0; o < node.outputs.size(); ++o)
    f(graph.values[static_cast<size_t>(node.outputs[o])], false, o);
}

/// What the most demanding of the assignment's shapes needs in all threads.
int64_t workspace_of(const Assignment& assignment, const kernels::Tactic& tactic, int threads) {
  int64_t most = 0;
  for (const kernels::Problem& problem : assignment.problems) {
    kernels::Packed packed;
    if (!kernels::packed_inputs(tactic, problem).empty()) packed = kernels::pack(tactic, problem);
    const auto kernel = kernels::prepare(
        tactic, problem, {static_cast<const std::byte*>(packed.data.get()), packed.bytes});
    most = std::max(most,
                    static_cast<int64_t>(kernel->shared_bytes() +
                                         kernel->scratch_bytes() * static_cast<size_t>(threads)));
  }
  return most;
}

void check_answer(const std::vector<int>& answer, size_t choices, const std::string& name) {
  std::set<int> seen;
  for (const int index : answer)
    TRTLIKE_CHECK(index >= 0 && index < static_cast<int>(choices) && seen.insert(index).second,
                  "[tuner] algorithm selector, node '", name,
                  "': expected select_algorithms to give indices below ", choices,
                  ", each once, got ", core::join(answer, ", "), ".");
}

}  // namespace

std::vector<Candidate> Selection::obey_cache(size_t n, const std::vector<Assignment>& assignments,
                                             std::vector<Candidate> listed,
                                             ConvertedConstants& constants) {
  if (!is_editable()) return listed;
  const TunedNode& node = graph_.nodes[n];
  const Assignment stored = stored_formats(graph_, node);
  std::vector<std::string> problems;
  for (size_t shape = 0; shape < assignments[0].problems.size(); ++shape)
    problems.push_back(make_problem(graph_, node, stored.inputs, stored.outputs, shape,
                                    {options_.threads, options_.strict || node.is_strict},
                                    constants)
                           .key());
  for (const DataType type : node.precisions) problems.push_back(core::dtype_name(type));
  const TimingCacheKey key = TimingCacheKey::of_problem(core::join(problems, " | "));
  keys_[n] = key.text();
  std::set<std::string> names;
  std::vector<Candidate> named;
  const TimingCacheValue entry = options_.cache->query(key);
  for (size_t a = 0; a < assignments.size(); ++a) {
    for (const kernels::Tactic* tactic : assignments[a].tactics) {
      if (tactic_id(tactic->name) == static_cast<int64_t>(entry.tactic_hash))
        named.push_back({a, tactic});
      if (!names.insert(tactic->name).second) continue;
      core::log(options_.logger, Severity::Verbose, "[tuner] timing cache, '", key.text(),
                "': ", tactic->name, " has the tactic hash ", tactic_id(tactic->name));
    }
  }
  if (!named.empty()) return named;
  if (options_.cache->is_edited(key))
    throw UnsupportedError(core::str("[tuner] node '", node.name, "' (", node.op->name,
                                     "): expected the timing cache's entry '", key.text(),
                                     "' to name one of the tactics ", core::join(names, ", "),
                                     ", got the tactic hash ", entry.tactic_hash, "."));
  return listed;
}

AlgorithmContext Selection::describe_node(const TunedNode& node) const {
  AlgorithmContext context{.name = node.name, .shapes = {}};
  for_each_operand(graph_, node, [&](const TunedValue& value, bool is_input, size_t) {
    ++(is_input ? context.num_inputs : context.num_outputs);
    context.shapes.push_back(bounds_of(value));
  });
  return context;
}

Algorithm Selection::describe(const TunedNode& node, const Assignment& assignment,
                              const kernels::Tactic& tactic, double ms) const {
  Algorithm algorithm{.name = tactic.name, .algorithm_variant = {}, .io_infos = {}};
  algorithm.algorithm_variant = {
      tactic_id(core::str(node.op->name, " ", source_name(tactic.source))), tactic_id(tactic.name)};
  algorithm.timing_msec = options_.level == 0 ? 0 : ms;
  algorithm.workspace_size = workspace_of(assignment, tactic, options_.threads);
  for_each_operand(graph_, node, [&](const TunedValue& value, bool is_input, size_t i) {
    const Format& format = is_input ? assignment.inputs[i] : assignment.outputs[i];
    algorithm.io_infos.push_back(
        {.dtype = format.dtype, .strides = strides_of(value.dims[0], format.layout)});
  });
  return algorithm;
}

void Selection::ask_user(size_t n, const std::vector<Assignment>& assignments,
                         const std::vector<Candidate>& candidates, std::vector<double>& ms) {
  if (options_.selector == nullptr) return;
  const TunedNode& node = graph_.nodes[n];
  Question question{describe_node(node), {}, {}};
  std::vector<size_t> shown;
  for (size_t c = 0; c < candidates.size(); ++c) {
    if (ms[c] == kInfinity) continue;
    const Assignment& assignment = assignments[candidates[c].assignment];
    question.algorithms.push_back(describe(node, assignment, *candidates[c].tactic, ms[c]));
    question.ways.emplace_back(candidates[c].tactic, &assignment);
    shown.push_back(c);
  }
  if (shown.empty()) return;
  const std::vector<int> answer =
      options_.selector->select_algorithms(question.context, question.algorithms);
  check_answer(answer, shown.size(), node.name);
  TRTLIKE_CHECK(!answer.empty() || !options_.reject_empty_selections,
                "[tuner] algorithm selector, node '", node.name,
                "': expected select_algorithms to leave one of ", shown.size(),
                " choices, got none. BuilderFlag.REJECT_EMPTY_ALGORITHMS is set.");
  if (!answer.empty())
    for (size_t i = 0; i < shown.size(); ++i)
      if (std::find(answer.begin(), answer.end(), static_cast<int>(i)) == answer.end())
        ms[shown[i]] = kInfinity;
  asked_[n] = std::move(question);
}

bool Selection::record(const std::vector<Choice>& choices) {
  if (!is_editable()) return true;
  bool agrees = true;
  std::map<std::string, const kernels::Tactic*> chosen;
  for (size_t n = 0; n < choices.size(); ++n) {
    if (keys_[n].empty() || choices[n].tactic == nullptr) continue;
    const auto [known, is_new] = chosen.try_emplace(keys_[n], choices[n].tactic);
    agrees = agrees && known->second == choices[n].tactic;
    if (is_new) options_.cache->record(keys_[n], choices[n].tactic->name, choices[n].time_ms);
  }
  return agrees;
}

void Selection::report(Result& result) const {
  for (size_t n = 0; n < asked_.size(); ++n) {
    const Question& question = asked_[n];
    const Choice& choice = result.choices[n];
    for (size_t i = 0; i < question.ways.size(); ++i) {
      const auto& [tactic, assignment] = question.ways[i];
      if (tactic != choice.tactic || assignment->inputs != choice.inputs ||
          assignment->outputs != choice.outputs)
        continue;
      result.asked.push_back(question.context);
      result.answered.push_back(question.algorithms[i]);
      break;
    }
  }
}

}  // namespace trtlike::tuner
