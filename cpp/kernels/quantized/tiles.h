// Register tiles of products of quantized numbers: rows of A by vectors of columns of B.
//
//   c[i][j] = factors[j] * (offsets[j] + sum over k of a[i][k] * b[k][j]) + summands[j]
//
// or, without factors, what stands in the brackets, in 32 bits.
// Sums are exact in 32 bits. There are two forms of A and B. In bytes a is unsigned and b signed,
// four k a step: what the zero point of A adds to the sums is in `offsets`. In words both are
// signed numbers of 16 bits, two k a step, the zero point already subtracted from A: pairs of their
// products fit 32 bits, where those of bytes would not fit the 16 that machines without VNNI have.
#pragma once

#include <cstdint>

#include "kernels/tactic_list.h"

namespace trtlike::kernels::quantized {

inline constexpr int kMaxTileRows = 6;
inline constexpr int kMaxTileVectors = 4;

/// Strides in bytes. A row is as long as whole steps.
struct TileArgs {
  const std::byte* a;
  int64_t a_stride;
  const std::byte* b;  ///< a panel: steps of 4 bytes for each column
  int64_t steps;
  const int32_t* offsets;  ///< whole vectors, like the next two
  const float* factors;    ///< null: c gets the sums
  const float* summands;
  float* c;  ///< whole vectors are written
  int64_t c_stride;
};
using TileFunction = void (*)(const TileArgs& args);

/// Rows of A from pixels of the input: those under the taps of row i, one after the other, with
/// zeros behind to whole steps.
struct GatherArgs {
  const void* const* table;  ///< table[t * table_stride + i]
  int64_t table_stride;
  int64_t rows;
  int64_t taps;
  int64_t channels;  ///< of a pixel that are read
  bool is_signed;
  int32_t zero_point;
  std::byte* to;
  int64_t row_bytes;
};

enum class Form { Bytes, Words };

struct Tiles {
  core::Isa needs;
  Form form;
  int lanes;
  int max_rows;
  int max_vectors;
  TileFunction functions[kMaxTileRows + 1][kMaxTileVectors + 1];  ///< by rows, vectors
  void (*gather)(const GatherArgs& args);

  int64_t element_bytes() const { return form == Form::Bytes ? 1 : 2; }
  /// The k of a step.
  int64_t depth() const { return 4 / element_bytes(); }
  int64_t steps(int64_t k) const { return (k + depth() - 1) / depth(); }
};

/// One set a line of kernels.inc.
namespace tiles {
#define TRTLIKE_QUANTIZED(name, needs, types, tile) extern const Tiles name;
#define TRTLIKE_TACTIC(...)
#include "kernels/quantized/kernels.inc"
#undef TRTLIKE_TACTIC
}  // namespace tiles

}  // namespace trtlike::kernels::quantized
