// Attention tactics: what they take, and how heads and queries are cut into slices.
#include "kernels/attention/attention.h"

#include <algorithm>

#include "core/strings.h"
#include "kernels/attention/scratch.h"
#include "kernels/tactic_list.h"
#include "ops/shapes/attention_shape.h"

namespace trtlike::kernels {
namespace attention {

size_t block_scratch_bytes(const Sizes& sizes, int lanes) {
  const Scratch s = place_scratch(nullptr, sizes, lanes);
  return static_cast<size_t>(reinterpret_cast<uintptr_t>(s.end));
}

namespace {

using ops::AttentionShape;

/// Longer sequences than this are taken in chunks of kChunk keys, so that scores stay in the L2
/// cache.
constexpr int64_t kLongestChunk = 768, kChunk = 512;

AttentionShape shape_of(const Problem& problem) {
  const auto dims = [&](size_t i) {
    return problem.has_input(i) ? problem.inputs[i].dims : Dims::unknown_rank();
  };
  return ops::attention_shape(*problem.attributes, dims(0), dims(1), dims(2), dims(3));
}

std::optional<std::string> refuse(const Problem& problem) {
  if (auto reason = refuse_type(problem.inputs[0].dtype)) return reason;
  for (const auto* descs : {&problem.inputs, &problem.outputs})
    for (const TensorDesc& desc : *descs)
      if (!desc.is_absent() && desc.layout != Layout::Linear) return "needs linear operands";
  for (const size_t i : {1u, 2u})
    if (problem.has_input(i) && problem.inputs[i].dtype != problem.inputs[0].dtype)
      return "needs key and value of the query's type";
  if (problem.outputs[0].dtype != problem.inputs[0].dtype)
    return "needs an output of the query's type";
  if (!problem.has_input(3)) return std::nullopt;
  if (auto reason = refuse_type(problem.inputs[3].dtype)) return reason;
  const AttentionShape s = shape_of(problem);
  if (s.mask_column != 1 && s.keys != 1) return "needs a mask with one number a key";
  return std::nullopt;
}

std::optional<std::string> refuse_pairs(const Problem& problem) {
  if (problem.inputs[0].dtype != DataType::BF16)
    return core::str("needs bf16, got ", core::dtype_short_name(problem.inputs[0].dtype));
  if (auto reason = refuse(problem)) return reason;
  if (shape_of(problem).depth % 2 != 0) return "needs an even depth";
  return std::nullopt;
}

/// Units are blocks of queries of a head.
class AttentionKernel final : public Kernel {
 public:
  AttentionKernel(const Problem& problem, const Loops& loops)
      : loops_(loops), shape_(shape_of(problem)), dtype_(problem.inputs[0].dtype) {
    element_bytes_ = static_cast<int64_t>(core::dtype_bytes(dtype_, 1));
    if (problem.has_input(3)) {
      has_mask_ = true;
      mask_dtype_ = problem.inputs[3].dtype;
      mask_bytes_ = static_cast<int64_t>(core::dtype_bytes(mask_dtype_, 1));
    }
    const int64_t vectors = (shape_.queries + loops.lanes - 1) / loops.lanes;
    const int64_t heads = shape_.batch * shape_.heads;
    blocks_ = (vectors + loops.max_vectors - 1) / loops.max_vectors;
    // Few heads: narrower blocks, so that every thread has some.
    while (heads * blocks_ < 2 * problem.threads && blocks_ < vectors) ++blocks_;
    vectors_ = vectors;
    sizes_.vectors = blocks_ == 0 ? 1 : static_cast<int>((vectors + blocks_ - 1) / blocks_);
    sizes_.chunk = shape_.keys <= kLongestChunk ? std::max<int64_t>(shape_.keys, 1) : kChunk;
    sizes_.depth = shape_.depth;
    sizes_.value_depth = shape_.value_depth;
    sizes_.converts = dtype_ != DataType::Float;
    sizes_.mask_rows = has_mask_ && shape_.mask.row != 0;
    scratch_bytes_ = block_scratch_bytes(sizes_, loops.lanes);
    slices_ = {static_cast<int>(heads * blocks_)};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const int64_t block = slice % blocks_, head = slice / blocks_;
    const int64_t b = head / shape_.heads, h = head % shape_.heads;
    const int64_t first = vectors_ * block / blocks_ * loops_.lanes;
    const int64_t end = std::min(vectors_ * (block + 1) / blocks_ * loops_.lanes, shape_.queries);
    const auto at = [&](const void* base, const AttentionShape::Strides& by, int64_t row) {
      return static_cast<const std::byte*>(base) +
             (by.base + b * by.batch + h * by.head + row * by.row) * element_bytes_;
    };
    const AttentionShape::Strides& mask = shape_.mask;
    const void* keys = shape_.packed ? args.inputs[0] : args.inputs[1];
    const void* values = shape_.packed ? args.inputs[0] : args.inputs[2];
    loops_.run[dtype_](
        {.query = at(args.inputs[0], shape_.query, first),
         .key = at(keys, shape_.key, 0),
         .value = at(values, shape_.value, 0),
         .output = const_cast<std::byte*>(at(args.outputs[0], shape_.output, first)),
         .query_step = shape_.query.row,
         .key_step = shape_.key.row,
         .value_step = shape_.value.row,
         .output_step = shape_.output.row,
         .queries = end - first,
         .first_query = first,
         .keys = shape_.keys,
         .depth = shape_.depth,
         .value_depth = shape_.value_depth,
         .scale = static_cast<float>(shape_.scale),
         .causal = shape_.causal,
         .mask = has_mask_ ? static_cast<const std::byte*>(args.inputs[3]) +
                                 (b * mask.batch + h * mask.head + first * mask.row) * mask_bytes_
                           : nullptr,
         .mask_dtype = mask_dtype_,
         .mask_step = mask.row,
         .scratch = args.scratch},
        sizes_);
  }

 private:
  const Loops& loops_;
  AttentionShape shape_;
  DataType dtype_;
  DataType mask_dtype_ = DataType::Float;
  int64_t element_bytes_ = 4, mask_bytes_ = 4;
  bool has_mask_ = false;
  int64_t vectors_ = 1, blocks_ = 1;
  Sizes sizes_;
};

template <const Loops& loops>
std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<AttentionKernel>(problem, loops);
}

}  // namespace
}  // namespace attention

#define TRTLIKE_TACTIC(name, source, ops, needs, types, tile, flags)                 \
  TRTLIKE_DEFINE_TACTIC(name) = {.refuse = core::Isa::needs == core::Isa::Avx512Bf16 \
                                               ? attention::refuse_pairs             \
                                               : attention::refuse,                  \
                                 .prepare = attention::prepare<attention::k##needs>};
#include "kernels/attention/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
