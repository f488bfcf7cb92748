// Packing at load: once a step, whoever asks.
#include "engine/deferred_packing.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <thread>

#include "core/check.h"
#include "core/os/memory.h"

namespace trtlike::engine {
namespace {

using kernels::Packed;
using kernels::Problem;

std::atomic<int> packs;

Packed pack_dims(const Problem& problem) {
  ++packs;
  if (problem.inputs.empty()) throw UserError("[test] nothing to pack");
  return {std::make_shared<int64_t>(problem.inputs[0].dims[0]), sizeof(int64_t)};
}

const kernels::Tactic kTactic{.name = "test",
                              .ops = {"Test"},
                              .source = kernels::Source::Native,
                              .needs = core::Isa::Portable,
                              .refuse = nullptr,
                              .packed_inputs = [](const Problem&) { return ops::InputSet{0}; },
                              .pack = pack_dims,
                              .prepare = nullptr};

int64_t packed_value(DeferredPacking& late, size_t step) {
  Problem problem;
  problem.inputs.push_back({DataType::Float, {static_cast<int64_t>(step)}});
  return *static_cast<const int64_t*>(late.get(step, kTactic, problem).data.get());
}

TEST(DeferredPacking, each_step_is_packed_once_for_all_threads) {
  packs = 0;
  DeferredPacking late;
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (size_t step = 0; step < 50; ++step)
        right += packed_value(late, step) == static_cast<int64_t>(step);
    });
  threads.clear();
  EXPECT_EQ(right, 200);
  EXPECT_EQ(packs, 50);
}

TEST(DeferredPacking, a_failure_is_thrown_and_packed_again_when_asked_again) {
  packs = 0;
  DeferredPacking late;
  EXPECT_THROW(late.get(3, kTactic, {}), UserError);
  EXPECT_EQ(packed_value(late, 3), 3);
  EXPECT_EQ(packs, 2);
}

/// A plan of `count` steps with one constant each, the first of which the plan has packed.
struct Steps {
  Plan plan;
  ConcretePlan concrete;

  explicit Steps(size_t count) {
    plan.values.resize(1);
    plan.values[0].kind = ValueKind::Constant;
    PlanStep step;
    step.op = "Identity";
    step.inputs = {0};
    step.constant_inputs = {0};
    plan.steps.assign(count, step);
    plan.steps[0].inputs = {-1};
    plan.steps[0].packed_inputs = {0};
    plan.steps[0].packed_descs = {{DataType::Float, {1}}};
    concrete.plan = &plan;
    concrete.threads = 2;
    concrete.descs = {{DataType::Float, {7}}};
    concrete.steps.assign(count, {nullptr, &kTactic});
  }
};

TEST(DeferredPacking, all_steps_are_packed_but_those_of_the_plan) {
  packs = 0;
  const Steps steps(9);
  DeferredPacking late;
  late.pack(steps.concrete, {0, 1, 2, 3, 4, 5, 6});
  EXPECT_EQ(packs, 6);
  EXPECT_EQ(packed_value(late, 6), 7);
  const auto at = [&](size_t step) {
    return static_cast<const std::byte*>(late.get(step, kTactic, {}).data.get());
  };
  EXPECT_EQ(at(6) - at(5), static_cast<std::ptrdiff_t>(core::kAlignment));
  EXPECT_EQ(packs, 6);
  EXPECT_EQ(deferred_inputs(steps.concrete, 0, make_problem(steps.concrete, 0)), ops::InputSet{});
  EXPECT_EQ(deferred_inputs(steps.concrete, 1, make_problem(steps.concrete, 1)), ops::InputSet{0});
}

}  // namespace
}  // namespace trtlike::engine
