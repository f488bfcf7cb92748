// What register tiles do themselves before they store: add a residual, then clip or gate. All on
// sums in registers; chains of anything else run on the rows that were stored, so that what is rare
// takes no registers from what is common.
#pragma once

#include <optional>

#include "kernels/epilogue/epilogue.h"

namespace trtlike::kernels::epilogue {

struct Stage {
  enum class Kind : uint8_t {
    None,
    Clip,       ///< max(a, min(b, x))
    Silu,       ///< x sigmoid(x)
    HardSwish,  ///< x max(0, min(1, a x + b))
  };
  Kind kind = Kind::None;
  float a = 0;
  float b = 0;
};

struct TileChain {
  int residual = -1;  ///< the program's input that is added first; -1: none
  Stage stage;
};
/// Nothing when there is more to the epilogue.
std::optional<TileChain> find_tile_chain(const Epilogue& epilogue);

}  // namespace trtlike::kernels::epilogue
