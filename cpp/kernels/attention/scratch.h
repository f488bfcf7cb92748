// Where the parts of a block's scratch memory lie.
#pragma once

#include <cstdint>

#include "kernels/attention/attention.h"

namespace trtlike::kernels::attention {
namespace {

struct Scratch {
  int64_t width = 0;        ///< queries, a multiple of the lanes
  int64_t output_step = 0;  ///< floats from one row of `output` to the next
  float *queries, *scores, *output, *keys, *values, *mask;
  float *most, *chunk_most, *sums, *factors;
  float* end;
};

inline Scratch place_scratch(void* memory, const Sizes& sizes, int64_t lanes) {
  auto* next = static_cast<float*>(memory);
  const auto take = [&](int64_t floats) {
    float* at = next;
    next += (floats + 15) / 16 * 16;
    return at;
  };
  Scratch s;
  s.width = sizes.vectors * lanes;
  s.output_step = (sizes.value_depth + lanes - 1) / lanes * lanes;
  s.queries = take(sizes.depth * s.width);
  s.scores = take(sizes.chunk * s.width);
  s.output = take(s.width * s.output_step);
  s.keys = take(sizes.converts ? sizes.chunk * sizes.depth : 0);
  s.values = take(sizes.converts ? sizes.chunk * s.output_step : 0);
  s.mask = take(sizes.chunk * (sizes.mask_rows ? s.width : 1));
  s.most = take(s.width);
  s.chunk_most = take(s.width);
  s.sums = take(s.width);
  s.factors = take(s.width);
  s.end = next;
  return s;
}

}  // namespace
}  // namespace trtlike::kernels::attention
