// Where the tiles of a Winograd convolution lie in its output, and storing them there.
#pragma once

#include "kernels/convolution/epilogue.h"
#include "kernels/convolution/panels.h"
#include "kernels/convolution/winograd/winograd.h"

namespace trtlike::kernels::convolution {

class WinogradOutput {
 public:
  /// Tiles of m x m pixels.
  WinogradOutput(const Problem& problem, core::Isa isa, int m);

  struct TilePosition {
    int64_t n, h, w;  ///< batch entry and the first output pixel
  };
  int64_t tiles_h() const { return tiles_h_; }
  int64_t tiles_w() const { return tiles_w_; }
  int64_t num_tiles() const { return batch_ * tiles_h_ * tiles_w_; }
  TilePosition place_of(int64_t tile) const {
    return {tile / (tiles_h_ * tiles_w_), tile / tiles_w_ % tiles_h_ * m_, tile % tiles_w_ * m_};
  }

  /// Products of one tile and panel; `bias` is the panel's row.
  struct Products {
    const float* m;
    int64_t plane;
    const float* bias;
    const Panel* panel;
  };
  /// Transforms the products and stores the pixels of the tile that exist. `program_scratch` has
  /// scratch_bytes().
  void store(const RunArgs& args, const TilePosition& at, const Products& products,
             void (*transform)(const OutputTile& tile), void* program_scratch) const;
  /// Fetches a panel's channels of `pixels` neighbours in row `row` of tiles that will be stored.
  void fetch_row(const RunArgs& args, const TilePosition& at, int64_t row, int64_t pixels,
                 const Panel& panel) const;
  /// Makes what was stored visible to the threads that go on once the calling slice has ended.
  void complete() const;
  size_t scratch_bytes() const { return epilogue_.scratch_bytes(); }

 private:
  Epilogue epilogue_;
  int m_;
  int64_t batch_, height_, width_;
  int64_t tiles_h_, tiles_w_;
  int64_t pitch_;
  bool streamed_;
};

}  // namespace trtlike::kernels::convolution
