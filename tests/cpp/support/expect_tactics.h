// Compares every native tactic of this CPU with the op's reference.
#pragma once

#include <gtest/gtest.h>

#include "core/os/cpu.h"
#include "support/tactic_case.h"

namespace trtlike::test {

/// The rounding of one stored element of values near 1, and f32 sums in another order.
inline double storage_tolerance(DataType dtype) {
  return dtype == DataType::Float ? 2e-6 : dtype == DataType::Half ? 1e-3 : 8e-3;
}

/// Runs every native tactic that this CPU has; none may refuse but those whose name contains
/// `may_refuse`, at least one must run.
inline void expect_native_tactics(TacticCase& problem, double tolerance,
                                  const char* may_refuse = nullptr) {
  int ran = 0;
  for (const kernels::Tactic* tactic : kernels::tactics_for(problem.problem().op->name)) {
    if (tactic->source != kernels::Source::Native || !(tactic->needs <= core::cpu_isa())) continue;
    const auto refusal = problem.refusal(*tactic);
    if (refusal && may_refuse != nullptr &&
        std::string_view(tactic->name).find(may_refuse) != std::string_view::npos)
      continue;
    ASSERT_FALSE(refusal.has_value())
        << tactic->name << ": " << *refusal << " " << problem.describe();
    EXPECT_LE(problem.error(*tactic), tolerance) << tactic->name << " " << problem.describe();
    ++ran;
  }
  EXPECT_GE(ran, 1) << problem.describe();
}

}  // namespace trtlike::test
