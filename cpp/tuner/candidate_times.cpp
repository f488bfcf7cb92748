// Asks the timing cache first, and measures together what it does not know.
#include "tuner/candidate_times.h"

#include <algorithm>

#include "core/check.h"
#include "core/log.h"
#include "tuner/measure.h"

namespace trtlike::tuner {
namespace {

/// Constants that candidates measured together may hold in packed form.
constexpr size_t kBatchBytes = size_t{512} << 20;
/// Written to the cache for a tactic that may not run.
constexpr double kNeverMs = 1e9;

size_t constant_bytes(const kernels::Problem& problem) {
  size_t bytes = 1;
  for (size_t i = 0; i < problem.inputs.size(); ++i)
    if (problem.is_constant(i)) bytes += problem.inputs[i].bytes();
  return bytes;
}

}  // namespace

CandidateTimes::CandidateTimes(bool cold_weights, const Options& options)
    : options_(options),
      pool_(options.threads),
      cold_weights_(cold_weights),
      cache_(options.cache != nullptr ? *options.cache : own_cache_) {}

std::vector<double> CandidateTimes::find(const std::string& name,
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

void CandidateTimes::keep_untimed(std::vector<double>& ms, const std::vector<size_t>& which) {
  const bool none = std::none_of(ms.begin(), ms.end(), [](double t) { return t < kInfinity; });
  for (size_t c : which)
    if (none && untimed_.contains(c)) ms[c] = kUnmeasuredMs * static_cast<double>(c + 1);
  untimed_.clear();
}

double CandidateTimes::note_failure(const std::exception& failure, const kernels::Tactic& tactic,
                                    size_t candidate) {
  if (dynamic_cast<const UserError*>(&failure) != nullptr) untimed_.insert(candidate);
  failures_.push_back(core::str(tactic.name, ": ", core::describe(failure)));
  failed_.insert(candidate);
  core::log(options_.logger, Severity::Verbose, "[tuner] ", failures_.back());
  return kInfinity;
}

void CandidateTimes::measure(const std::vector<const kernels::Tactic*>& tactics,
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

bool CandidateTimes::asks_to_go_on() {
  is_cancelled_ = is_cancelled_ || (options_.go_on && !options_.go_on());
  return !is_cancelled_;
}

void CandidateTimes::check_cancelled() {
  if (!asks_to_go_on()) throw UserError("[tuner] build: cancelled by the progress monitor.");
}

double CandidateTimes::find(const kernels::Tactic& tactic, const kernels::Problem& problem) {
  if (const auto entry = cache_.query(cache_key(tactic, problem))) return entry->time_ms;
  std::vector<double> ms(1, kInfinity);
  measure({&tactic}, {&problem}, {0}, ms);
  return ms[0];
}

std::string CandidateTimes::cache_key(const kernels::Tactic& tactic,
                                      const kernels::Problem& problem) const {
  return core::str(tactic.name, " @ ", problem.key(), cold_weights_ ? " cold" : "");
}

}  // namespace trtlike::tuner
