// Trees of values that share storage: each value is a range of bytes, or a band of channels, of its
// root.
#pragma once

#include <vector>

#include "engine/alias_plan.h"

namespace trtlike::engine {

/// The extents in the order in which they lie in memory.
Dims physical_dims(const kernels::TensorDesc& desc);
/// Pixels of a channels-last tensor: the product of all extents but the channels.
int64_t pixels(const kernels::TensorDesc& desc);
/// True when the bytes are those of a dense row-major tensor of the same extents.
bool is_dense_linear(const kernels::TensorDesc& desc);

class AliasTree {
 public:
  /// Every value begins as its own root with the given region.
  AliasTree(ConcretePlan& concrete, std::vector<StepWork>& work, std::vector<Storage> storages);

  struct Range {
    int32_t root;
    int64_t offset_bytes;
  };
  Range find(int32_t value) const;
  MemoryRegion region(int32_t value) const { return storage(find(value).root).region; }
  const std::vector<int32_t>& members(int32_t root) const { return members_[index(root)]; }

  /// Makes the storage of root `root` (in the arena) a part of `into`, which is in another tree.
  /// With `band`, `root` and all its members become bands of channels with the pitch of `into`.
  /// False, and nothing changes, when a tactic does not take the pitch.
  bool fold(int32_t root, int32_t into, int64_t offset_bytes, bool band);
  /// Makes a value that owns its bytes, with all its members, a part of `of`: a band of channels of
  /// that pitch unless it is 0. False, and nothing changes, when a tactic does not take the pitch.
  bool attach(int32_t value, int32_t of, int64_t offset_bytes, int64_t pitch);

  /// Storages with roots and offsets resolved.
  std::vector<Storage> storages() const;

 private:
  static size_t index(int32_t value) { return static_cast<size_t>(value); }
  const Storage& storage(int32_t value) const { return storages_[index(value)]; }
  /// Sets the pitch of the values and asks every kernel that touches them; undone on a refusal.
  bool set_pitch(const std::vector<int32_t>& values, int64_t pitch);
  bool accepts(size_t step) const;
  bool are_bands(int32_t root) const;
  void link(int32_t root, int32_t into, int64_t offset_bytes);

  ConcretePlan& concrete_;
  std::vector<StepWork>& work_;
  /// While the tree grows, root is the parent and offset_bytes relative to it; finding a root makes
  /// it the parent of all that lie on the way.
  mutable std::vector<Storage> storages_;
  std::vector<std::vector<int32_t>> members_;
  /// Steps that read or write each value.
  std::vector<std::vector<size_t>> touching_;
};

}  // namespace trtlike::engine
