// Slices with NaNs. oneDNN's post-operations take a NaN for a number: to them the maximum of NaN
// and 0 is 0. They raise the invalid flag where they do, and such a slice, which is rare, is
// computed again: its sums alone, then the program in code of our own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kernels/onednn/onednn.h"
#include "kernels/pointwise/code.h"

namespace trtlike::kernels::onednn {

/// An input of the program after the first one.
struct ProgramOperand {
  size_t slot = 0;  ///< of the slice's call
  DataType dtype = DataType::Float;
  bool is_one = false;
  int64_t row_elems = 0;  ///< from one row of the result to the next
};

class CarefulSlice {
 public:
  /// `plain` computes the sums of what `call` computes, into the same dense rows.
  CarefulSlice(const dnnl::primitive& plain, const Call& call, size_t result_slot,
               const std::string& program, std::vector<ProgramOperand> operands, DataType result,
               int64_t rows, int64_t columns);
  void run(const Call& call) const noexcept;

 private:
  Call plain_;
  size_t result_slot_;
  std::vector<ProgramOperand> operands_;
  std::vector<int64_t> steps_;
  int64_t rows_, columns_;
  std::unique_ptr<pointwise::Code> code_;
  std::shared_ptr<void> scratch_;
};

}  // namespace trtlike::kernels::onednn
