// One problem with the values of its operands, to run through tactics and compare with the op's
// reference.
#pragma once

#include <optional>
#include <random>
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
  /// Spreads them over [low, high) instead.
  TacticCase& range(float low, float high);
  /// Replaces them with whole numbers from low to high.
  TacticCase& integers(int64_t low, int64_t high);
  /// Replaces about one of `every` of them with NaN, an infinity, -0 or, if wanted, a denormal
  /// number (which times infinity is NaN where it is flushed).
  TacticCase& special(int every, bool with_denormals = true);
  /// Draws what the caller leaves open: the values of the inputs that are added from here on, how
  /// operands are aligned and guarded, and the order and workers of slices, which then run on this
  /// thread.
  TacticCase& seed(uint32_t seed);
  /// Gives an input other extents, which its elements fill again and again; or one element
  /// everywhere.
  TacticCase& change(size_t input, const Dims& dims);
  TacticCase& change(size_t input, float element);
  size_t num_inputs() const { return inputs_.size(); }
  /// Of an input as it is described so far.
  const kernels::TensorDesc& desc(size_t input) const { return inputs_[input].desc; }

  /// What the reference computes from the stored (rounded) values, in FP32: the elements of all
  /// outputs one after the other.
  const std::vector<float>& expected();
  std::optional<std::string> refusal(const kernels::Tactic& tactic);
  /// The outputs' elements in logical order. Operands, packed constants, scratch and shared memory
  /// lie in guarded blocks. Fails the running test when the kernel writes beside them.
  std::vector<float> run(const kernels::Tactic& tactic);
  /// The largest difference from the reference, over the largest expected magnitude or `scale` if
  /// that is more; denormal numbers may be flushed to zero. Infinite where one of the two is NaN,
  /// or infinite, and the other is not; `spreads`: a NaN may stand where the reference has none.
  double error(const kernels::Tactic& tactic, double scale = 1e-30, bool spreads = false);
  /// The element in which the last error() was largest: "element 3: expected 1, got 2".
  const std::string& worst() const { return worst_; }
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
  float draw();
  void complete();
  void run_slices(const kernels::Kernel& kernel, kernels::RunArgs args);

  const ops::OpDefinition& op_;
  ops::Attributes attributes_;
  std::vector<Operand> inputs_;
  Storage output_storage_;
  std::vector<kernels::TensorDesc> outputs_;
  kernels::Problem problem_;
  std::vector<std::vector<std::byte>> stored_;
  std::vector<float> expected_;
  std::string worst_;
  uint32_t seed_ = 12345;
  std::optional<std::mt19937> random_;
  int threads_ = 2;
  bool strict_ = false;
  size_t output_offset_ = 0;
  bool complete_ = false;
};

}  // namespace trtlike::test
