// Weights in the blocked formats that oneDNN asks for, as bytes of the plan. Each part (a block of
// output channels) stands with a description of its layout, so that a load can tell whether the
// primitive of that machine and shape wants the same, and convert where it does not.
#pragma once

#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <span>
#include <vector>

#include "core/os/memory.h"
#include "kernels/tactic.h"

namespace trtlike::kernels::onednn {

/// A blocked layout in oneDNN's terms, as plain data.
struct BlockedLayout {
  static constexpr int kMaxDims = 6;
  static constexpr int kMaxBlocks = 4;

  int32_t rank = 0;
  int32_t num_blocks = 0;
  int64_t dims[kMaxDims] = {};
  int64_t padded_dims[kMaxDims] = {};
  int64_t strides[kMaxDims] = {};
  int64_t blocks[kMaxBlocks] = {};
  int64_t block_axes[kMaxBlocks] = {};

  bool operator==(const BlockedLayout&) const = default;
  /// The element's place; `index` has `rank` entries.
  int64_t offset(const int64_t* index) const;
};

BlockedLayout describe(const dnnl::memory::desc& desc);

struct WeightsPart {
  int64_t begin = 0;  ///< first output channel
  int64_t count = 0;
  DataType dtype = DataType::Float;
  BlockedLayout layout;
  const std::byte* data = nullptr;
  size_t bytes = 0;
};

/// Bytes behind weights of `bytes` bytes that may be read too: oneDNN's kernels of grouped
/// convolutions load blocks of output channels that a group does not have.
inline size_t read_beyond(size_t bytes, int64_t groups) {
  return groups > 1 ? core::align_up(bytes) : 0;
}

/// Collects parts and a bias.
class WeightsWriter {
 public:
  /// Converts `elements`, which lie as `from` says, to `to`.
  void add_part(int64_t begin, int64_t count, const void* elements, const dnnl::memory::desc& from,
                const dnnl::memory::desc& to);
  void set_bias(std::vector<float> bias) { bias_ = std::move(bias); }
  Packed finish(int64_t groups = 1) const;

 private:
  struct Part {
    WeightsPart header;
    std::shared_ptr<void> data;
  };
  std::vector<Part> parts_;
  std::vector<float> bias_;
};

/// Parts and bias of packed bytes, which must outlive it. Throws PlanError for bytes that are not a
/// writer's.
class WeightsReader {
 public:
  explicit WeightsReader(std::span<const std::byte> bytes);

  /// Throws PlanError unless as much as read_beyond follows each part.
  void check_beyond(std::span<const std::byte> bytes, int64_t groups) const;

  const std::vector<WeightsPart>& parts() const { return parts_; }
  /// Null when there is none.
  const float* bias() const { return bias_; }
  /// The part's elements as `wanted` says: where they are, or in a converted copy that lives as
  /// long as this.
  const void* get(size_t part, const dnnl::memory::desc& wanted);

 private:
  struct Converted {
    size_t part;
    BlockedLayout layout;
    std::shared_ptr<void> data;
  };
  std::vector<WeightsPart> parts_;
  const float* bias_ = nullptr;
  std::vector<Converted> converted_;
};

}  // namespace trtlike::kernels::onednn
