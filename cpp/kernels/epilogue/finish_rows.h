// Chains on rows of sums that lie in the caches: from sums to the output. One function an
// instruction set, in <isa>_finish_rows.cpp: all vector code of links.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/os/cpu.h"
#include "kernels/epilogue/links.h"

namespace trtlike::kernels::epilogue {

/// An operand at the first element of the rows; floats, halves, bfloat16 or quantized numbers of 8
/// bits.
struct RowOperand {
  const void* data;
  DataType dtype;
  int64_t row_stride;     ///< elements; 0: the same for all rows
  int64_t column_stride;  ///< 1, or 0: one for the whole row
};

inline constexpr int kMaxOperands = 8;

/// Strides in elements. `out` may be the sums themselves.
struct FinishArgs {
  const float* sums;
  int64_t sums_stride;
  int rows;
  int columns;
  const Link* links;  ///< from prepare_links; operands numbered from 0
  int num_links;
  RowOperand operands[kMaxOperands];
  void* out;
  DataType dtype;  ///< float, half, bfloat16, INT8 or UINT8
  int64_t out_stride;
};
using FinishRows = void (*)(const FinishArgs& args);

extern const FinishRows kFinishRowsPortable, kFinishRowsAvx2, kFinishRowsAvx512;
/// Rounds to bfloat16 as the machine does: subnormal numbers become 0.
extern const FinishRows kFinishRowsAvx512Bf16;

/// The one for `isa`, or for the next lower that has its own.
FinishRows find_finish_rows(core::Isa isa);

/// Links as the functions read them: of RoundTo beta is 1 / alpha, of Quantize alpha is.
std::vector<Link> prepare_links(std::vector<Link> links);

/// Rows of floats.
struct FloatRows {
  float* data;
  int64_t stride;
};
/// Prepared links without operands from floats to floats, perhaps in place.
void finish_floats(FinishRows finish, std::span<const Link> links, FloatRows sums, FloatRows out,
                   int64_t rows, int64_t columns);

}  // namespace trtlike::kernels::epilogue
