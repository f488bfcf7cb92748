// Runs a hand-made plan with chosen tactics and shows what was aliased.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/execution/executable_plan.h"
#include "support/make_plan.h"

namespace trtlike::test {

class AliasedRun {
 public:
  /// All steps with a tactic run with `tactic`, except those named in `others`.
  AliasedRun(const PlanMaker& maker, const kernels::Tactic& tactic,
             const std::map<std::string, const kernels::Tactic*>& others = {});

  engine::Work work(const std::string& step) const;
  const engine::Storage& storage(int32_t value) const;
  int64_t pitch(int32_t value) const { return prepared_->concrete().desc(value).pitch; }
  bool share(int32_t a, int32_t b) const { return storage(a).root == storage(b).root; }
  const runtime::ExecutablePlan& prepared() const { return *prepared_; }
  /// How many steps write bytes.
  int num_working() const;

  /// Inputs are dense row-major elements by binding name; gives all outputs' dense elements, which
  /// are also checked against the references run one by one on dense tensors.
  std::map<std::string, std::vector<float>> run(
      const std::map<std::string, std::vector<float>>& inputs);

 private:
  std::shared_ptr<const engine::LoadedPlan> loaded_;
  runtime::StepTable table_;
  runtime::Shapes shapes_;
  std::unique_ptr<runtime::ExecutablePlan> prepared_;
};

}  // namespace trtlike::test
