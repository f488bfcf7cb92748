// Choosing rows and blocks, and moving rows to and from scratch.
#include "kernels/pointwise/walk.h"

#include <cstring>

#include "core/os/memory.h"
#include "kernels/memory_order.h"

namespace trtlike::kernels::pointwise {
namespace {

/// Rows shorter than this are computed several at a time, with the operands that repeat copied out
/// once.
constexpr int64_t kLongRow = 256;
/// The same where operands have one element a row, which have to be copied out again for each
/// block. Fitted on rows of 49 and 64 elements.
constexpr int64_t kLongRowOfOnes = 32;
/// Elements of a block of several rows.
constexpr int64_t kBlockElems = 2048;
/// A slice writes at least this much, so that handing it to a thread pays.
constexpr int64_t kSliceBytes = 16 * 1024;
constexpr int64_t kSlicesPerThread = 4;

/// Drops dimensions of extent 1 and joins those that all operands walk through without a jump.
void collapse(std::vector<int64_t>& dims, std::vector<WalkOperand>& operands) {
  std::vector<size_t> kept;
  std::vector<int64_t> merged;
  for (size_t d = 0; d < dims.size(); ++d) {
    if (dims[d] == 1) continue;
    const bool joins =
        !kept.empty() && std::all_of(operands.begin(), operands.end(), [&](const WalkOperand& o) {
          return o.strides[kept.back()] == o.strides[d] * dims[d];
        });
    if (joins) {
      kept.back() = d;
      merged.back() *= dims[d];
    } else {
      kept.push_back(d);
      merged.push_back(dims[d]);
    }
  }
  for (WalkOperand& operand : operands) {
    std::vector<int64_t> strides;
    for (const size_t d : kept) strides.push_back(operand.strides[d]);
    operand.strides = std::move(strides);
  }
  dims = std::move(merged);
}

/// Copies of one element, 16 bytes at a time.
void fill_elements(char* to, const char* from, int64_t count, size_t elem_bytes) {
  constexpr size_t kStep = 16;
  char pattern[kStep];
  for (size_t i = 0; i < kStep; i += elem_bytes) std::memcpy(pattern + i, from, elem_bytes);
  const size_t bytes = static_cast<size_t>(count) * elem_bytes;
  size_t i = 0;
  for (; i + kStep <= bytes; i += kStep) std::memcpy(to + i, pattern, kStep);
  for (; i < bytes; i += elem_bytes) std::memcpy(to + i, from, elem_bytes);
}

template <typename T>
void copy_apart(char* to, int64_t to_bytes, const char* from, int64_t from_bytes, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, from + i * from_bytes, sizeof value);
    std::memcpy(to + i * to_bytes, &value, sizeof value);
  }
}

void copy_rows(char* to, int64_t to_bytes, const char* from, int64_t from_bytes, int64_t rows,
               int64_t row_bytes) {
  if (row_bytes == 1) return copy_apart<uint8_t>(to, to_bytes, from, from_bytes, rows);
  if (row_bytes == 2) return copy_apart<uint16_t>(to, to_bytes, from, from_bytes, rows);
  if (row_bytes == 4) return copy_apart<uint32_t>(to, to_bytes, from, from_bytes, rows);
  if (row_bytes == 8) return copy_apart<uint64_t>(to, to_bytes, from, from_bytes, rows);
  for (int64_t i = 0; i < rows; ++i)
    std::memcpy(to + i * to_bytes, from + i * from_bytes, static_cast<size_t>(row_bytes));
}

/// The strides, unless the operand of another layout jumps along the output's rows.
std::optional<std::vector<int64_t>> next_to_each_other(std::vector<int64_t> strides,
                                                       const Dims& out, Layout out_layout,
                                                       const TensorDesc& operand) {
  if (operand.layout == out_layout) return strides;
  const std::vector<int64_t> dims = physical_dims(out, out_layout);
  for (size_t d = dims.size(); d-- > 0;)
    if (dims[d] != 1) return strides[d] > 1 ? std::nullopt : std::optional(std::move(strides));
  return strides;
}

}  // namespace

std::vector<int64_t> physical_dims(const Dims& dims, Layout layout) {
  std::vector<int64_t> out(dims.begin(), dims.end());
  if (layout == Layout::Linear) return out;
  out.erase(out.begin() + 1);
  out.push_back(dims[1]);
  return out;
}

std::optional<std::vector<int64_t>> physical_strides(const TensorDesc& operand, const Dims& out,
                                                     Layout out_layout) {
  Dims from = element_steps(operand);
  for (int i = 0; i < out.rank(); ++i)
    if (operand.dims[i] == 1) from[i] = 0;
  std::vector<int64_t> strides(from.begin(), from.end());
  if (out_layout == Layout::ChannelsLast) {
    const int64_t channel = strides[1];
    strides.erase(strides.begin() + 1);
    strides.push_back(channel);
  }
  return next_to_each_other(strides, out, out_layout, operand);
}

Walk::Walk(std::vector<int64_t> dims, std::vector<WalkOperand> operands, int threads) {
  collapse(dims, operands);
  const bool apart = std::any_of(operands.begin(), operands.end(), [](const WalkOperand& operand) {
    return !operand.strides.empty() && operand.strides.back() > 1;
  });
  if (dims.empty() || apart || operands.back().strides.back() == 0) {
    dims.push_back(1);
    for (WalkOperand& operand : operands) operand.strides.push_back(1);
  }
  row_ = dims.back();
  rows_ = dims.size() > 1 ? dims[dims.size() - 2] : 1;
  if (dims.size() > 2) outer_dims_.assign(dims.begin(), dims.end() - 2);
  for (const int64_t extent : outer_dims_) outer_ *= extent;
  for (const WalkOperand& from : operands) {
    Operand operand{.elem_bytes = from.elem_bytes};
    const auto bytes = [&](size_t back) {
      return dims.size() < back
                 ? 0
                 : from.strides[dims.size() - back] * static_cast<int64_t>(from.elem_bytes);
    };
    operand.column_bytes = bytes(1);
    operand.row_bytes = bytes(2);
    for (size_t d = 0; d < outer_dims_.size(); ++d)
      operand.outer_bytes.push_back(bytes(dims.size() - d));
    operands_.push_back(std::move(operand));
  }
  choose_blocks(threads);
  for (Operand& operand : operands_) choose_access(operand);
}

void Walk::choose_blocks(int threads) {
  const auto elem_bytes = static_cast<int64_t>(operands_.back().elem_bytes);
  const int64_t total = outer_ * rows_ * row_;
  const int64_t most = threads <= 1 ? 1 : kSlicesPerThread * threads;
  const int64_t wanted = std::clamp<int64_t>(total * elem_bytes / kSliceBytes, 1, most);
  block_row_ = row_;
  int64_t blocks = 0;
  const auto in_rows = [&](bool repeats_row, bool one_column) {
    return std::any_of(operands_.begin(), operands_.end(), [&](const Operand& operand) {
      return (operand.row_bytes == 0) == repeats_row && (operand.column_bytes == 0) == one_column;
    });
  };
  const bool ones_only = in_rows(false, true) && !in_rows(true, false);
  if (row_ >= (ones_only ? kLongRowOfOnes : kLongRow) || rows_ == 1) {
    const int64_t parts = (wanted + outer_ * rows_ - 1) / std::max<int64_t>(outer_ * rows_, 1);
    block_row_ = std::min(row_, ((row_ + parts - 1) / parts + 63) / 64 * 64);
    blocks = outer_ * rows_ * ((row_ + block_row_ - 1) / std::max<int64_t>(block_row_, 1));
  } else {
    block_rows_ = std::clamp<int64_t>(kBlockElems / row_, 1, rows_);
    blocks = outer_ * ((rows_ + block_rows_ - 1) / block_rows_);
  }
  slices_ = static_cast<int>(std::clamp<int64_t>(wanted, 1, std::max<int64_t>(blocks, 1)));
}

void Walk::choose_access(Operand& operand) {
  const auto elem = static_cast<int64_t>(operand.elem_bytes);
  const bool repeats_row = operand.row_bytes == 0, one_column = operand.column_bytes == 0;
  if (block_rows_ == 1) {
    operand.access = one_column ? Access::One : Access::Direct;
  } else if (repeats_row && (one_column || row_ == 1)) {
    operand.access = Access::One;
  } else if (one_column) {
    operand.access = Access::OnePerRow;
  } else if (repeats_row) {
    operand.access = Access::RepeatRow;
  } else {
    operand.access = operand.row_bytes == row_ * elem ? Access::Direct : Access::Rows;
  }
  if (operand.access == Access::Direct || operand.access == Access::One) return;
  operand.scratch_offset = scratch_bytes_;
  scratch_bytes_ += core::align_up(static_cast<size_t>(block_rows_ * row_ * elem));
}

Walk::Block Walk::block_at(int64_t index) const {
  const int64_t per_row = (row_ + block_row_ - 1) / block_row_;
  const int64_t per_outer = (rows_ + block_rows_ - 1) / block_rows_ * per_row;
  const int64_t rest = index % per_outer;
  return {index / per_outer, rest / per_row * block_rows_, rest % per_row * block_row_};
}

void Walk::advance(Block& block) const {
  block.first += block_row_;
  if (block.first < row_) return;
  block.first = 0;
  block.row += block_rows_;
  if (block.row < rows_) return;
  block.row = 0;
  ++block.outer;
}

int64_t Walk::outer_offset(const Operand& operand, int64_t outer) const {
  int64_t offset = 0;
  for (size_t d = outer_dims_.size(); d-- > 0; outer /= outer_dims_[d])
    offset += outer % outer_dims_[d] * operand.outer_bytes[d];
  return offset;
}

void Walk::gather(const Operand& operand, const char* from, char* to, int64_t rows) const {
  const int64_t row_bytes = row_ * static_cast<int64_t>(operand.elem_bytes);
  if (operand.access == Access::OnePerRow) {
    for (int64_t i = 0; i < rows; ++i)
      fill_elements(to + i * row_bytes, from + i * operand.row_bytes, row_, operand.elem_bytes);
  } else {
    copy_rows(to, row_bytes, from, operand.row_bytes, rows, row_bytes);
  }
}

void Walk::scatter(const Operand& operand, const char* from, char* to, int64_t rows) const {
  const int64_t row_bytes = row_ * static_cast<int64_t>(operand.elem_bytes);
  copy_rows(to, operand.row_bytes, from, row_bytes, rows, row_bytes);
}

}  // namespace trtlike::kernels::pointwise
