// Attention of f32, f16 and bf16 tensors in f32 arithmetic, one block of queries of one head at a
// time; the score matrix is never written whole.
//
// With the block's queries along vector lanes: S[j, i] = sum over d of K[j, d] (scale * Q[i, d]) is
// a product of key rows, read where they are, with the block's transposed queries; the softmax of a
// query is then a column of S, computed lane by lane without horizontal operations, and
// O[i, :] = sum over j of S[j, i] V[j, :] reads values where they are. Keys are taken in chunks:
// a later chunk with larger scores scales the sums of earlier ones down.
#pragma once

#include "kernels/simd/float_types.h"

namespace trtlike::kernels::attention {

/// One block of queries of one head. Steps are in elements from one row to the next.
struct Block {
  const void *query, *key, *value;
  void* output;
  int64_t query_step, key_step, value_step, output_step;
  int64_t queries;      ///< rows of this block
  int64_t first_query;  ///< number of its first row in the sequence
  int64_t keys, depth, value_depth;
  float scale;
  bool causal;
  /// Null when there is none; f32, f16 or bf16. The row step is 0 where all queries share a row.
  const void* mask;
  DataType mask_dtype;
  int64_t mask_step;
  void* scratch;
};

/// Sizes that scratch is made for.
struct Sizes {
  int vectors = 1;    ///< of queries in a block
  int64_t chunk = 0;  ///< keys taken at once
  int64_t depth = 0, value_depth = 0;
  bool converts = false;   ///< keys and values are copied in another form
  bool mask_rows = false;  ///< every query has a mask row of its own
};

/// Bytes of scratch for blocks of these sizes, computed with `lanes` floats a vector.
size_t block_scratch_bytes(const Sizes& sizes, int lanes);

struct Loops {
  int lanes;
  int max_vectors;  ///< the widest block of queries, in vectors
  FloatTable<void (*)(const Block& block, const Sizes& sizes)> run;
};

extern const Loops kPortable, kAvx2, kAvx512;
/// For bf16 and an even depth only.
extern const Loops kAvx512Bf16;

}  // namespace trtlike::kernels::attention
