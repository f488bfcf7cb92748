// Strided copies: what Shuffle, Slice, Concatenation, Padding and Reformat come down to.
//
//   out[out_offset + sum_d i_d * out_stride_d] = in[in_offset + sum_d i_d * in_stride_d]
//
// for all indices i below the counts; strides and offsets are in bytes, elements are of 1, 2, 4
// or 8 bytes. Output elements are distinct; input strides may be negative or 0 (one element
// repeated). Input and output do not overlap.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace trtlike::kernels::copy {

struct CopyAxis {
  int64_t count = 1;
  int64_t in_stride = 0;
  int64_t out_stride = 0;
};

/// Axes in any order, at most kMaxAxes.
struct Box {
  static constexpr int kMaxAxes = 24;
  int64_t element_bytes = 1;
  int64_t in_offset = 0;
  int64_t out_offset = 0;
  int num_axes = 0;
  std::array<CopyAxis, kMaxAxes> axes{};

  /// Axes of one element are left out.
  void add(CopyAxis axis) {
    if (axis.count != 1) axes[static_cast<size_t>(num_axes++)] = axis;
  }
  int64_t elems() const;
};

/// How the two inner axes of a tile are moved. Rows: `inner` is a run of bytes. Transpose: `inner`
/// is contiguous in the input, `rows` in the output. Strided: neither.
enum class Inner { Rows, Transpose, Strided };

/// A box in its cheapest form, cut into tiles that can be moved in any order. Plain data: making
/// one allocates nothing.
struct CopyPlan {
  Inner inner_kind = Inner::Rows;
  int64_t element_bytes = 1;
  int64_t in_offset = 0;
  int64_t out_offset = 0;
  int num_outer = 0;
  std::array<CopyAxis, Box::kMaxAxes> outer{};
  CopyAxis rows;
  CopyAxis inner;  ///< Rows: count is in bytes
  int64_t rows_a_tile = 1;
  int64_t inner_a_tile = 1;
  int64_t row_tiles = 0;
  int64_t inner_tiles = 0;
  int64_t num_tiles = 0;
  int64_t bytes = 0;
};

CopyPlan plan_copy(const Box& box);

/// Moves tiles [begin, end).
void run_tiles(const CopyPlan& plan, int64_t begin, int64_t end, const char* in,
               char* out) noexcept;

/// The inner loops of one instruction set. Strides are in bytes.
struct InnerLoops {
  /// out[c][r] = in[r][c] for `rows` x `columns` elements; in_pitch from row to row of the input,
  /// out_pitch from row to row of the output. Indexed by log2 of the element's bytes (0 to 3).
  using Transpose = void (*)(const char* in, int64_t in_pitch, char* out, int64_t out_pitch,
                             int64_t rows, int64_t columns);
  std::array<Transpose, 4> transpose;
  /// Copies `rows` runs of `bytes`.
  void (*copy_rows)(const char* in, int64_t in_pitch, char* out, int64_t out_pitch, int64_t rows,
                    int64_t bytes);
};

extern const InnerLoops kPortable, kAvx2, kAvx512;
/// The best of this build for this CPU.
const InnerLoops& inner_loops();

}  // namespace trtlike::kernels::copy
