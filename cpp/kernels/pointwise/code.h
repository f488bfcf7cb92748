// Code: a pointwise program made ready for operands of known types, run over contiguous elements.
// Two ways to make it: the interpreter, and machine code where the CPU and the system allow it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/dtype.h"
#include "core/os/cpu.h"
#include "ops/pointwise/pointwise_program.h"

namespace trtlike::kernels::pointwise {

/// How an operand is passed: `count` elements of its type, or one that stands for all.
struct OperandKind {
  DataType dtype = DataType::Float;
  bool is_one = false;
};

/// Most inputs of a program that is run by kernels.
inline constexpr int kMaxInputs = 32;

class Code {
 public:
  virtual ~Code() = default;
  /// Computes output[0, count) from the inputs, in blocks from front to back: the output may be one
  /// of the inputs if it has the same element type. `scratch` is scratch_bytes() long, aligned to
  /// 64 bytes, and not kept.
  virtual void run(const void* const* inputs, void* output, int64_t count,
                   void* scratch) const noexcept = 0;
  /// run() for each of `rows` rows; from row to row input i moves by steps[i] bytes and the output,
  /// whose step follows those of all inputs, by its own.
  virtual void run_rows(const void* const* inputs, void* output, const int64_t* steps,
                        int num_inputs, int64_t rows, int64_t count, void* scratch) const noexcept;
  size_t scratch_bytes() const { return scratch_bytes_; }

 protected:
  size_t scratch_bytes_ = 0;
};

/// Code by the interpreter with the steps of `isa` (or of the next lower one that has its own).
/// Null when the program has more than kMaxInputs inputs or needs too many live values.
std::unique_ptr<Code> make_interpreted_code(const ops::PointwiseProgram& program,
                                            const std::vector<OperandKind>& inputs, DataType output,
                                            core::Isa isa);

/// The fastest code there is for `isa` on this system; null as above.
std::unique_ptr<Code> make_code(const ops::PointwiseProgram& program,
                                const std::vector<OperandKind>& inputs, DataType output,
                                core::Isa isa);

}  // namespace trtlike::kernels::pointwise
