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

#include "kernels/simd/panel_product.h"
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

/// The loops of one instruction set, for FP32, FP16 and BF16 storage; products are in FP32.
struct Loops {
  using Function = void (*)(const void* image, const Window& window, int64_t channels, void* out);
  Function sum[3];
  Function most[3];
  void (*multiply)(const PanelProduct& product);
  /// sums[i] += row[i]
  void (*add_row[3])(const void* row, int64_t count, float* sums);
  /// out[i] = sums[i]
  void (*store_row[3])(const float* sums, int64_t count, void* out);
};

extern const Loops kPortable, kAvx2, kAvx512;
const Loops& loops();

/// Why the image, input 0, and output 0 are not of one such type, in channels_last and rank 4.
std::optional<std::string> refuse_images(const Problem& problem);

}  // namespace trtlike::kernels::sampling
