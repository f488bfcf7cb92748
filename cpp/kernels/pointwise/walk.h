// How broadcast operands of any layout are walked: the output as rows of contiguous elements, and
// for each operand what it does along a row and from row to row. Knows bytes, not arithmetic.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "kernels/tensor_desc.h"

namespace trtlike::kernels::pointwise {

/// The extents of a tensor in the order in which its memory runs.
std::vector<int64_t> physical_dims(const Dims& dims, Layout layout);
/// Element strides of an operand in the physical dimensions of an output, 0 where the operand
/// repeats. Nothing when the layouts do not fit each other: elements that lie apart where the
/// output's lie next to each other.
std::optional<std::vector<int64_t>> physical_strides(const TensorDesc& operand, const Dims& out,
                                                     Layout out_layout);

/// What an operand does in a block of rows.
enum class Access {
  Direct,     ///< contiguous over the block
  One,        ///< one element for the block
  RepeatRow,  ///< the same row again and again
  OnePerRow,  ///< one element a row
  Rows,       ///< rows apart from each other
};

/// An operand of a walk.
struct WalkOperand {
  size_t elem_bytes = 4;
  std::vector<int64_t> strides;
};

/// The blocks of an output: some rows, or a part of one, computed in one go. Immutable.
class Walk {
 public:
  static constexpr size_t kMaxOperands = 33;

  Walk() = default;
  /// `operands` are the inputs and then the output; `dims` the output's physical extents.
  Walk(std::vector<int64_t> dims, std::vector<WalkOperand> operands, int threads);

  int slices() const { return slices_; }
  Access access(size_t operand) const { return operands_[operand].access; }
  /// Where operands are gathered and the output waits to be scattered.
  size_t scratch_bytes() const { return scratch_bytes_; }

  /// Calls compute(inputs, output, count) for each block of a slice; inputs whose access is One
  /// point at one element, all others at `count`.
  template <typename Compute>
  void run(int slice, const void* const* inputs, void* output, char* scratch,
           Compute&& compute) const;

 private:
  struct Operand {
    size_t elem_bytes = 4;
    Access access = Access::Direct;
    int64_t column_bytes = 0;  ///< along a row
    int64_t row_bytes = 0;     ///< from row to row
    std::vector<int64_t> outer_bytes = {};
    size_t scratch_offset = 0;
  };
  /// A block: rows [row, row + rows) of one outer index, and of each the elements from `first` on.
  struct Block {
    int64_t outer = 0;
    int64_t row = 0;
    int64_t first = 0;
  };

  void choose_blocks(int threads);
  void choose_access(Operand& operand);
  Block block_at(int64_t index) const;
  void advance(Block& block) const;
  int64_t outer_offset(const Operand& operand, int64_t outer) const;
  void gather(const Operand& operand, const char* from, char* to, int64_t rows) const;
  void scatter(const Operand& operand, const char* from, char* to, int64_t rows) const;

  std::vector<Operand> operands_;
  std::vector<int64_t> outer_dims_;
  int64_t outer_ = 1;       ///< product of outer_dims_
  int64_t rows_ = 1;        ///< rows of each outer index
  int64_t row_ = 1;         ///< elements of a row
  int64_t block_rows_ = 1;  ///< rows of a block
  int64_t block_row_ =
      1;  ///< elements of a row in a block; less than row_ only in blocks of one row
  int slices_ = 1;
  size_t scratch_bytes_ = 0;
};

template <typename Compute>
void Walk::run(int slice, const void* const* inputs, void* output, char* scratch,
               Compute&& compute) const {
  const size_t num_inputs = operands_.size() - 1;
  const Operand& target = operands_.back();
  const int64_t blocks =
      outer_ * ((rows_ + block_rows_ - 1) / block_rows_) * ((row_ + block_row_ - 1) / block_row_);
  const int64_t begin = blocks * slice / slices_, end = blocks * (slice + 1) / slices_;
  const void* in[kMaxOperands];
  const char* base[kMaxOperands];
  const char* repeated[kMaxOperands] = {};
  int64_t outer = -1;
  Block block = block_at(begin);
  for (int64_t i = begin; i < end; ++i, advance(block)) {
    if (block.outer != outer) {
      outer = block.outer;
      for (size_t k = 0; k < num_inputs; ++k)
        base[k] = static_cast<const char*>(inputs[k]) + outer_offset(operands_[k], outer);
      base[num_inputs] = static_cast<char*>(output) + outer_offset(target, outer);
    }
    const int64_t rows = std::min(block_rows_, rows_ - block.row);
    const int64_t count = rows * std::min(block_row_, row_ - block.first);
    for (size_t k = 0; k < num_inputs; ++k) {
      const Operand& operand = operands_[k];
      const char* from =
          base[k] + block.row * operand.row_bytes + block.first * operand.column_bytes;
      in[k] = from;
      if (operand.access == Access::Direct || operand.access == Access::One) continue;
      char* const to = scratch + operand.scratch_offset;
      in[k] = to;
      const bool repeats = operand.access == Access::RepeatRow;
      if (repeats && repeated[k] == from) continue;
      repeated[k] = from;
      gather(operand, from, to, repeats ? block_rows_ : rows);
    }
    char* const to = const_cast<char*>(base[num_inputs]) + block.row * target.row_bytes +
                     block.first * target.column_bytes;
    if (target.access == Access::Direct) {
      compute(in, static_cast<void*>(to), count);
    } else {
      compute(in, static_cast<void*>(scratch + target.scratch_offset), count);
      scatter(target, scratch + target.scratch_offset, to, rows);
    }
  }
}

}  // namespace trtlike::kernels::pointwise
