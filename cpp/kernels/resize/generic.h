// The loops of Resize by taps, written once against Vector and compiled for each instruction set.
#pragma once

#include "kernels/resize/interleaved.h"
#include "kernels/resize/planar.h"

namespace trtlike::kernels::resize {
namespace {

constexpr TapLoops make_loops() {
  return {{interleaved_rows<float>, interleaved_rows<core::Half>, interleaved_rows<core::BFloat16>},
          {planar_rows<float>, planar_rows<core::Half>, planar_rows<core::BFloat16>}};
}

}  // namespace
}  // namespace trtlike::kernels::resize
