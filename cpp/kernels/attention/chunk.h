// A chunk of keys and what their scores are increased by. Internal linkage like Vector.
#pragma once

#include "kernels/attention/attention.h"
#include "kernels/attention/scratch.h"
#include "kernels/simd/transpose_block.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::attention {
namespace {

constexpr int64_t kLanes = Vector::kLanes;

/// A chunk of keys and what is added to its scores. Keys and values are in the form that the
/// products read.
struct Chunk {
  int64_t first = 0, count = 0;
  const void* keys = nullptr;
  int64_t key_step = 0;
  const void* values = nullptr;
  int64_t value_step = 0;
  const float* key_mask = nullptr;    ///< one number a key
  const float* query_mask = nullptr;  ///< [count][width]
};

template <typename T>
void convert_rows(const T* from, int64_t from_step, int64_t rows, int64_t columns, float* to) {
  for (int64_t r = 0; r < rows; ++r, from += from_step, to += columns) {
    int64_t c = 0;
    for (; c + kLanes <= columns; c += kLanes) Vector::load(from + c).store(to + c);
    if (c == columns) continue;
    const int tail = static_cast<int>(columns - c);
    Vector::load(from + c, tail).store(to + c, tail);
  }
}

template <typename T>
void load_mask(const Block& block, const T* mask, const Scratch& s, Chunk& chunk) {
  if (block.mask_step == 0) {
    convert_rows(mask + chunk.first, 0, 1, chunk.count, s.mask);
    chunk.key_mask = s.mask;
  } else {
    transpose_block(mask + chunk.first, block.mask_step, block.queries, chunk.count, 1.0f, s.mask,
                    s.width);
    // Lanes without a query may be anything finite.
    for (int64_t first = (block.queries + kLanes - 1) / kLanes * kLanes; first < s.width;
         first += kLanes)
      for (int64_t j = 0; j < chunk.count; ++j) Vector(0.0f).store(s.mask + j * s.width + first);
    chunk.query_mask = s.mask;
  }
}

/// What the chunk's scores are increased by.
inline void load_any_mask(const Block& block, const Scratch& s, Chunk& chunk) {
  if (block.mask == nullptr) return;
  if (block.mask_dtype == DataType::Float) {
    load_mask(block, static_cast<const float*>(block.mask), s, chunk);
  } else if (block.mask_dtype == DataType::Half) {
    load_mask(block, static_cast<const core::Half*>(block.mask), s, chunk);
  } else {
    load_mask(block, static_cast<const core::BFloat16*>(block.mask), s, chunk);
  }
}

}  // namespace
}  // namespace trtlike::kernels::attention
