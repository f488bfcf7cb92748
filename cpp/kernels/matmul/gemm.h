// The kernel around the tiles: cuts a product into slices of rows and panels, prepares what is not
// packed yet, and walks the tiles of a slice.
#pragma once

#include <memory>
#include <span>

#include "kernels/matmul/setup.h"

namespace trtlike::kernels::matmul {

/// `packed` is what pack() gave for the same tiles; `tiles` must outlive the kernel.
template <typename Types>
std::unique_ptr<Kernel> make_gemm(Setup setup, const Tiles<Types>& tiles,
                                  std::span<const std::byte> packed);

}  // namespace trtlike::kernels::matmul
