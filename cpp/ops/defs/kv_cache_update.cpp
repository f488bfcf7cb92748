// KVCacheUpdate: keys or values of a turn, written into those of the turns before.
#include <cstring>

#include "ops/elements.h"
#include "ops/host_values.h"

namespace trtlike::ops {
namespace {

enum Input : size_t { kCache, kUpdate, kIndices };

void infer(const InferArgs& args) {
  const TensorType &cache = args.inputs[kCache], &update = args.inputs[kUpdate],
                   &indices = args.inputs[kIndices];
  check_float(args, kCache, "cache");
  TRTLIKE_CHECK(cache.dims.rank() == 4,
                "[ops] input 0 'cache': expected shape [batch, heads, length, size], got ",
                cache.dims, ".");
  TRTLIKE_CHECK(update.dtype == cache.dtype, "[ops] input 1 'update': expected ",
                core::dtype_name(cache.dtype), " as input 0, got ", core::dtype_name(update.dtype),
                ".");
  const Dims expected{cache.dims[0], cache.dims[1], core::kUnknownDim, cache.dims[3]};
  TRTLIKE_CHECK(may_be(update.dims, expected), "[ops] input 1 'update': expected shape ", expected,
                " for a cache of shape ", cache.dims, ", got ", update.dims, ".");
  TRTLIKE_CHECK(indices.dtype == DataType::Int32 || indices.dtype == DataType::Int64,
                "[ops] input 2 'write_indices': expected INT32 or INT64, got ",
                core::dtype_name(indices.dtype), ".");
  TRTLIKE_CHECK(may_be(indices.dims, {cache.dims[0]}),
                "[ops] input 2 'write_indices': expected shape [", cache.dims[0],
                "] for a cache of shape ", cache.dims, ", got ", indices.dims, ".");
  const int64_t mode = args.attributes.get_int("cache_mode");
  TRTLIKE_CHECK(mode == 0, "[ops] attribute 'cache_mode': expected LINEAR (0), got ", mode, ".");
  args.outputs[0] = cache;
}

/// What would be written outside of the cache is not.
void reference(const ReferenceArgs& args) {
  const core::TensorView &cache = args.inputs[kCache], &update = args.inputs[kUpdate];
  auto* const out = args.outputs[0].as<std::byte>();
  const size_t row = core::dtype_bytes(cache.dtype, cache.dims[3]);
  if (cache.bytes() == 0) return;
  std::memcpy(out, cache.data, cache.bytes());
  const int64_t heads = cache.dims[1], length = cache.dims[2], count = update.dims[2];
  const std::vector<int64_t> indices = int_elements(args.inputs[kIndices]);
  for (int64_t list = 0; list < cache.dims[0] * heads; ++list) {
    const int64_t first = indices[static_cast<size_t>(list / heads)];
    if (first < 0 || first > length - count) continue;
    std::memcpy(out + static_cast<size_t>(list * length + first) * row,
                update.as<std::byte>() + static_cast<size_t>(list * count) * row,
                static_cast<size_t>(count) * row);
  }
}

}  // namespace

const OpDefinition& kv_cache_update_op() {
  static const OpDefinition op{
      .name = "KVCacheUpdate",
      .meaning =
          "the cache with the update from write_indices[i] on in each sequence i; one that "
          "would reach outside is left out",
      .layer_type = LayerType::KVCacheUpdate,
      .attributes = {{"cache_mode", int64_t{0}}},
      .inputs = {{.name = "cache"}, {.name = "update"}, {.name = "write_indices"}},
      .infer = infer,
      .reference = reference,
      .rounding = kMoved,
  };
  return op;
}

}  // namespace trtlike::ops
