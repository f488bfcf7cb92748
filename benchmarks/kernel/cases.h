// Problems to time kernels on: layers of well-known networks, and one typical problem for each op
// without layers of its own.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "kernels/tactic.h"

namespace trtlike::bench {

enum class Role {
  A,        ///< of the type that a tactic reads
  B,        ///< a constant of the type that it multiplies by
  LikeB,    ///< of that type, computed
  Indices,  ///< integers, computed
  Bools,
  Bytes,
  Weights,  ///< a constant of INT8
  Numbers,  ///< a constant of FP32
  Known,    ///< a constant of INT64 with the elements that the case says
};

struct Operand {
  Dims dims;
  Role role = Role::A;
  std::vector<int64_t> elements = {};
};

struct Case {
  const char* op;
  std::string name;
  std::vector<std::pair<std::string, AttributeValue>> attributes = {};
  std::vector<Operand> inputs = {};
  kernels::Layout input = kernels::Layout::Linear;
  kernels::Layout output = kernels::Layout::Linear;
  double flops = 0;  ///< of the direct algorithm; 0: the time of memory is what counts
};

/// In the order of ops; the most typical one of an op first.
std::vector<Case> cases();

/// A case as a problem for a tactic, with the memory of its constants.
class CaseProblem {
 public:
  CaseProblem(const Case& from, const kernels::Tactic& tactic, int threads);
  CaseProblem(const CaseProblem&) = delete;
  CaseProblem& operator=(const CaseProblem&) = delete;

  const kernels::Problem& problem() const { return problem_; }
  double bytes() const;

 private:
  ops::Attributes attributes_;
  kernels::Problem problem_;
  std::vector<std::shared_ptr<void>> constants_;
};

}  // namespace trtlike::bench
