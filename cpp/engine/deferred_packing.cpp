// Packing at load.
#include "engine/deferred_packing.h"

#include <cstring>

#include "core/os/memory.h"
#include "core/threads/threads.h"

namespace trtlike::engine {

ops::InputSet deferred_inputs(const ConcretePlan& concrete, size_t step,
                              const kernels::Problem& problem) {
  const kernels::Tactic* tactic = concrete.steps[step].tactic;
  if (tactic == nullptr || !concrete.plan_step(step).packed_inputs.empty()) return {};
  return kernels::packed_inputs(*tactic, problem);
}

namespace {

struct Open {
  size_t step;
  const kernels::Tactic* tactic;
  kernels::Problem problem;
  kernels::Packed packed;
};

void pack_all(std::vector<Open>& open, int threads) {
  const core::ThreadPool pool(threads);
  pool.parallel_for(static_cast<int>(open.size()), [&](int i, int) {
    Open& one = open[static_cast<size_t>(i)];
    try {
      one.packed = kernels::pack(*one.tactic, one.problem);
    } catch (...) {
      one.packed = {};
    }
  });
}

/// Copies what was packed to one block.
void lay_side_by_side(std::vector<Open>& open) {
  size_t bytes = 0;
  for (const Open& one : open) bytes += core::align_up(one.packed.bytes);
  const std::shared_ptr<void> block = core::allocate_shared(bytes);
  auto* to = static_cast<std::byte*>(block.get());
  for (Open& one : open) {
    if (one.packed.data == nullptr) continue;
    std::memcpy(to, one.packed.data.get(), one.packed.bytes);
    one.packed.data = {block, to};
    to += core::align_up(one.packed.bytes);
  }
}

}  // namespace

const kernels::Packed& DeferredPacking::get(size_t step, const kernels::Tactic& tactic,
                                            const kernels::Problem& problem) {
  const std::lock_guard<std::mutex> lock(mutex_);
  kernels::Packed& packed = packs_[{step, &tactic}];
  if (packed.data == nullptr) packed = kernels::pack(tactic, problem);
  return packed;
}

void DeferredPacking::pack(const ConcretePlan& concrete, const std::vector<size_t>& steps) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Open> open;
  for (size_t s : steps) {
    const PlanStep& step = concrete.plan_step(s);
    if (step.constant_inputs.empty() || !step.packed_inputs.empty()) continue;
    const kernels::Tactic* tactic = concrete.steps[s].tactic;
    if (packs_.contains({s, tactic})) continue;
    kernels::Problem problem = make_problem(concrete, s);
    if (!deferred_inputs(concrete, s, problem).empty())
      open.push_back({s, tactic, std::move(problem), {}});
  }
  if (open.empty()) return;
  pack_all(open, concrete.threads);
  lay_side_by_side(open);
  for (Open& one : open)
    if (one.packed.data != nullptr) packs_[{one.step, one.tactic}] = std::move(one.packed);
}

}  // namespace trtlike::engine
