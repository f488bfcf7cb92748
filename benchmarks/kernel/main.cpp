// Times the tactics of the families' lists and prints GFLOP/s, counting the work of the direct
// algorithm, or GB/s. Arguments: [--threads N] [--once] [filter...]: a filter is a part of
// "op / case / tactic". --once runs each tactic on the first case that it takes, and fails where it
// takes none.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "cases.h"
#include "core/os/clock.h"
#include "core/os/cpu.h"
#include "tuner/measure.h"

namespace {

using namespace trtlike;

/// oneDNN is fast at few problems below AVX-512.
bool runs_here(const kernels::Tactic& tactic) {
  const core::Isa cpu = core::cpu_isa();
  return tactic.needs <= cpu &&
         (tactic.source != kernels::Source::OneDnn || core::Isa::Avx512 <= cpu);
}

struct Options {
  int threads = core::default_num_threads();
  bool once = false;
  std::vector<std::string> filters;

  bool matches(const std::string& name) const {
    return filters.empty() || std::any_of(filters.begin(), filters.end(), [&](const auto& filter) {
             return name.find(filter) != std::string::npos;
           });
  }
};

double best_ms(const kernels::Tactic& tactic, const kernels::Problem& problem,
               const core::ThreadPool& pool, bool once) {
  tuner::SharedBuffers buffers;
  tuner::Measurement measurement(tactic, problem, pool, false, buffers);
  double best = measurement.sample();
  const int64_t end = core::now_ns() + 60'000'000;
  while (!once && core::now_ns() < end) best = std::min(best, measurement.sample());
  return best;
}

/// False where the tactic does not take the case.
bool run(const bench::Case& from, const kernels::Tactic& tactic, const Options& options,
         const core::ThreadPool& pool) {
  const std::string name = std::string(from.op) + " / " + from.name;
  if (!options.matches(name + " / " + tactic.name)) return false;
  const bench::CaseProblem made(from, tactic, options.threads);
  if (kernels::refuse(tactic, made.problem())) return false;
  const double ms = best_ms(tactic, made.problem(), pool, options.once);
  const bool computes = from.flops > 0;
  std::printf("%-48s %-40s %9.1f us %8.1f %s\n", name.c_str(), tactic.name, ms * 1e3,
              (computes ? from.flops : made.bytes()) / ms * 1e-6, computes ? "GFLOP/s" : "GB/s");
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--threads" && i + 1 < argc) {
      options.threads = std::stoi(argv[++i]);
    } else if (argument == "--once") {
      options.once = true;
    } else {
      options.filters.push_back(argument);
    }
  }
  const core::ThreadPool pool(options.threads);
  int idle = 0;
  const std::vector<bench::Case> all = bench::cases();
  for (const kernels::Tactic& tactic : kernels::listed_tactics()) {
    if (!runs_here(tactic)) continue;
    int runs = 0;
    for (const bench::Case& one : all) {
      if (tactic.computes(one.op) && run(one, tactic, options, pool)) ++runs;
      if (options.once && runs > 0) break;
    }
    if (!options.once || runs > 0) continue;
    std::printf("no case for %s\n", tactic.name);
    ++idle;
  }
  return idle == 0 ? 0 : 1;
}
