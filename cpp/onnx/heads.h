// What operators of attention share: tensors by heads, masks as what is added to scores, rotated
// pairs.
#pragma once

#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {

/// [B, S, H * D] to [B, H, S, D].
ValueId split_heads(NodeContext& node, ValueId x, int64_t heads);
/// [B, H, S, D] to [B, S, H * D].
ValueId join_heads(NodeContext& node, ValueId x);
/// Each head of keys and values ([B, H, S, D]) serves several heads of queries.
ValueId repeat_heads(NodeContext& node, ValueId x, int64_t query_heads);
/// The extent of an axis; fails naming input `input`, whose extents it follows from, where it is
/// not known. `what` is "head size" or the like.
int64_t known_extent(NodeContext& node, ValueId x, int axis, size_t input, const char* what);

/// 1 / sqrt(head size). `query` is [B, H, S, D] and made of input `input`.
double default_scale(NodeContext& node, ValueId query, size_t input);

/// scale query key^T, softly capped where the attribute softcap says so.
ValueId scaled_scores(NodeContext& node, ValueId query, ValueId key, double scale);

/// A range of the last axis, every `stride`-th element.
ValueId last_axis(NodeContext& node, ValueId x, int64_t start, int64_t count, int64_t stride = 1);

/// 0 where `keep` is true, `masked` elsewhere.
ValueId as_bias(NodeContext& node, ValueId keep, DataType dtype, double masked);

/// Angles by their cosines and sines, with an extent of 1 for the heads: [B or 1, S, 1, R / 2].
struct Rotation {
  ValueId cosine, sine;
  int64_t turned = 0;  ///< elements of a head, from the first; 0: all
  bool interleaved = false;
};
/// Pairs of elements of `x` ([B, S, H, D]), which is made of input `input`, turned by the angles.
ValueId rotate_pairs(NodeContext& node, ValueId x, const Rotation& rotation, size_t input);

}  // namespace trtlike::onnx
