// Packing at load.
#include "engine/late_packs.h"

#include "core/threads.h"

namespace trtlike::engine {

uint32_t late_inputs(const ConcretePlan& concrete, size_t step, const kernels::Problem& problem) {
  const kernels::Tactic* tactic = concrete.steps[step].tactic;
  if (tactic == nullptr || tactic->packed_inputs == nullptr ||
      concrete.plan_step(step).packed_inputs != 0)
    return 0;
  return tactic->packed_inputs(problem);
}

LatePacks::Pack& LatePacks::find(size_t step, const kernels::Tactic& tactic) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return packs_[{step, &tactic}];
}

const kernels::Packed& LatePacks::get(size_t step, const kernels::Tactic& tactic,
                                      const kernels::Problem& problem) {
  Pack& pack = find(step, tactic);
  std::call_once(pack.once, [&] { pack.packed = tactic.pack(problem); });
  return pack.packed;
}

void LatePacks::pack(const ConcretePlan& concrete, const std::vector<size_t>& steps) {
  std::vector<std::pair<size_t, kernels::Problem>> open;
  for (size_t s : steps) {
    const PlanStep& step = concrete.plan_step(s);
    if (step.constant_inputs == 0 || step.packed_inputs != 0) continue;
    kernels::Problem problem = make_problem(concrete, s);
    if (late_inputs(concrete, s, problem) != 0) open.emplace_back(s, std::move(problem));
  }
  if (open.size() < 2) return;
  const core::ThreadPool pool(concrete.threads);
  pool.parallel_for(static_cast<int>(open.size()), [&](int i, int) {
    const auto& [step, problem] = open[static_cast<size_t>(i)];
    try {
      get(step, *concrete.steps[step].tactic, problem);
    } catch (...) {
    }
  });
}

}  // namespace trtlike::engine
