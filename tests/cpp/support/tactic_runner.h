// Runs tactics of an op on operands of any element type, layout and pitch, and compares with the
// op's reference.
#pragma once

#include "kernels/tactic.h"
#include "support/op_runner.h"

namespace trtlike::op_test {

/// How an operand is stored.
struct Stored {
  kernels::Layout layout = kernels::Layout::Linear;
  /// Elements added between pixels (ChannelsLast).
  int64_t gap = 0;
};

inline Stored linear() { return {}; }
inline Stored channels_last(int64_t gap = 0) { return {kernels::Layout::ChannelsLast, gap}; }

class TacticRunner {
 public:
  TacticRunner(const char* op, Given given, std::vector<Tensor> inputs);

  /// Operands are linear and dense unless said otherwise.
  TacticRunner& store_input(size_t input, Stored stored);
  TacticRunner& store_output(Stored stored);
  /// Inputs are constants unless said otherwise here.
  TacticRunner& compute_at_run_time(size_t input);
  TacticRunner& threads(int count);

  std::optional<std::string> refusal(const char* tactic) const;
  /// The output in logical order. Fails the running test when the kernel writes where it must not.
  std::vector<double> run(const char* tactic) const;
  /// Expects the reference's elements, within `tolerance` of the largest.
  void expect_reference(const char* tactic, double tolerance = 0) const;

 private:
  kernels::Problem problem() const;

  const ops::OpDefinition& op_;
  ops::Attributes attributes_;
  std::vector<Tensor> inputs_;
  OpRunner reference_;
  std::vector<kernels::TensorDesc> descs_;
  std::vector<std::vector<std::byte>> bytes_;
  kernels::TensorDesc output_;
  ops::InputSet constants_;
  /// Of these, what is computed at run time after all.
  ops::InputSet computed_;
  int threads_ = 2;
};

/// Elements that differ from their neighbours, exact in every type: -100 to 100, or 0 to 200.
Tensor spread(Dims dims, DataType dtype = DataType::Float);

}  // namespace trtlike::op_test
