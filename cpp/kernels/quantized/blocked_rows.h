// Products of quantized numbers block by block: some rows of A, gathered where they do not lie as
// tiles read them, times panels of B.
#pragma once

#include <vector>

#include "kernels/quantized/setup.h"

namespace trtlike::kernels::quantized {

/// Rows of A that all panels are applied to while they are in the second-level cache.
inline constexpr int64_t kBlockRows = 48;

class BlockedRows {
 public:
  /// All of them must live as long as this.
  BlockedRows(const Setup& setup, const Tiles& tiles, const PanelLayout& layout);

  int num_slices() const { return static_cast<int>(blocks_ * chunks_); }
  struct Part {
    int64_t first, rows;  ///< at most kBlockRows
    int64_t first_panel, last_panel;
  };
  Part part(int slice) const;

  /// Pointers to pixels, rows of A, and room for the sums of a panel, whole vectors of 4 bytes.
  size_t scratch_bytes() const { return table_bytes_ + a_bytes_ + sums_bytes_; }
  template <typename T>
  T* sums(void* scratch) const {
    return reinterpret_cast<T*>(static_cast<std::byte*>(scratch) + table_bytes_ + a_bytes_);
  }

  struct Rows {
    const std::byte* first;
    int64_t stride;
  };
  /// The part's rows of A; `input` points at what the group reads of the first pixel.
  Rows find(const std::byte* input, const Part& part, void* scratch) const;

  /// Rows of A times a panel: `tile` says the rest. Row i goes to c + i c_stride.
  void multiply(TileArgs tile, const Rows& a, int64_t rows, int64_t panel) const;

 private:
  const Setup& setup_;
  const Tiles& tiles_;
  const PanelLayout& layout_;
  bool reads_in_place_;
  int64_t blocks_, chunks_;
  int64_t row_bytes_;
  size_t table_bytes_, a_bytes_, sums_bytes_;
  std::vector<std::byte> zeros_;
};

}  // namespace trtlike::kernels::quantized
