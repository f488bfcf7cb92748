// One problem with the values of its operands, to run through tactics and compare with the op's
// reference.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernels/tactic.h"

namespace trtlike::test {

/// How an operand is stored.
struct Storage {
  DataType dtype = DataType::Float;
  kernels::Layout layout = kernels::Layout::Linear;
  int64_t pitch = 0;
};

class TacticCase {
 public:
  TacticCase(const char* op, const std::vector<std::pair<std::string, AttributeValue>>& attributes);

  /// Adds an input with values spread over [-1, 1), the same for the same case.
  TacticCase& input(Dims dims, Storage storage = {});
  /// The same as a constant.
  TacticCase& constant(Dims dims, Storage storage = {});
  TacticCase& absent();
  /// How the outputs are stored; those of integers keep their type.
  TacticCase& output(Storage storage);
  TacticCase& threads(int n);
  TacticCase& strict();
  /// Outputs begin at no multiple of a cache line.
  TacticCase& misaligned();
  /// Replaces the values of the input that was added last.
  TacticCase& values(std::vector<float> values);

  /// What the reference computes from the stored (rounded) values, in FP32: the elements of all
  /// outputs one after the other.
  const std::vector<float>& expected();
  std::optional<std::string> refusal(const kernels::Tactic& tactic);
  /// The outputs' elements in logical order. Fails the running test when the kernel writes beside
  /// an output.
  std::vector<float> run(const kernels::Tactic& tactic);
  /// The largest difference from the reference, over the largest expected magnitude.
  double error(const kernels::Tactic& tactic);
  const kernels::Problem& problem();
  /// For failure messages.
  std::string describe();

 private:
  struct Operand {
    kernels::TensorDesc desc;
    std::vector<float> values;
    bool constant = false;
  };
  TacticCase& add(Dims dims, Storage storage, bool constant);
  void complete();

  const ops::OpDefinition& op_;
  ops::Attributes attributes_;
  std::vector<Operand> inputs_;
  Storage output_storage_;
  std::vector<kernels::TensorDesc> outputs_;
  kernels::Problem problem_;
  std::vector<std::vector<std::byte>> stored_;
  std::vector<float> expected_;
  uint32_t seed_ = 12345;
  int threads_ = 2;
  bool strict_ = false;
  size_t output_offset_ = 0;
  bool complete_ = false;
};

}  // namespace trtlike::test
