// Images in channels_last sampled at places that are found at run time.
//
//   sum:  out[c] = sum of wr[i] * wc[j] * image[rows[i] + columns[j] + c] over (i, j)
//   most: out[c] = maximum of the same products, NaN if one of them is; at least `least`
//
// `rows` and `columns` are offsets in elements. Sums are in FP32.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kernels/tactic.h"

namespace trtlike::kernels::sampling {

struct Side {
  const int64_t* offsets;
  const float* weights;
  int64_t count;
};

struct Window {
  Side rows;
  Side columns;
  float least = 0;
};

/// Columns of a matrix of weights that lie together: [columns / kPanel, depth, kPanel].
inline constexpr int64_t kPanel = 16;
/// Rows that a product takes at once are a divisor of this.
inline constexpr int64_t kRows = 24;

/// out[r, m] = bias[m] + sum of rows[r, k] * panels[m / kPanel, k, m % kPanel] over k.
struct Product {
  const float* rows;
  int64_t num_rows;
  int64_t depth;
  const float* panels;
  const float* bias;  ///< of whole panels
  int64_t columns;
  float* out;
  int64_t out_pitch;
};

/// The loops of one instruction set, for FP32, FP16 and BF16 storage; products are in FP32.
struct Loops {
  using Function = void (*)(const void* image, const Window& window, int64_t channels, void* out);
  Function sum[3];
  Function most[3];
  void (*multiply)(const Product& product);
  /// sums[i] += row[i]
  void (*add_row[3])(const void* row, int64_t count, float* sums);
  /// out[i] = sums[i]
  void (*store_row[3])(const float* sums, int64_t count, void* out);
};

extern const Loops kPortable, kAvx2, kAvx512;
const Loops& loops_of_this_cpu();

/// Where Loops has the type; below zero: nowhere.
int loop_index(DataType dtype);
/// Why the image, input 0, and output 0 are not of one such type, in channels_last and rank 4.
std::optional<std::string> refuse_images(const Problem& problem);

}  // namespace trtlike::kernels::sampling
