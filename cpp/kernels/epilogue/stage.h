// What register tiles do themselves before they store: clip or gate, with a residual added before
// or behind that. All on
// sums in registers; the rest of a chain runs on rows that tiles leave in scratch memory, so that
// what is rare takes no registers from what is common.
#pragma once

#include <span>
#include <vector>

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
  int residual = -1;       ///< the program's input that is added; -1: none
  bool adds_last = false;  ///< behind the stage
  Stage stage;
  std::vector<Link> rest;
};
/// As much as tiles do of the links; of a residual only if they may add one.
TileChain split_chain(std::span<const Link> links, bool may_add = true);

/// Nothing but sums, clipping and rounding: links do it on rows at least as fast as code of its
/// own.
bool is_light(std::span<const Link> links);

}  // namespace trtlike::kernels::epilogue
