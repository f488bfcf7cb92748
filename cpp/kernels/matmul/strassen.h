// Strassen's product of quarters, one level deep: seven products instead of eight, of sums of
// quarters of A and of constant B, which is packed as for the plain product.
//
//   (A21 + A22) B11         to C21, -C22      (A21 - A11) (B11 + B12) to C22
//   (A11 + A22) (B11 + B22) to C11, C22       (A12 - A22) (B21 + B22) to C11
//   (A11 + A12) B22         to -C11, C12      A11 (B12 - B22)         to C12, C22
//   A22 (B21 - B11)         to C11, C21
//
// Halves of rows, and columns, that are summed share their rounding errors. So columns must be of
// one magnitude, and where halves of rows are not, or not finite, the product is made plainly.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "kernels/matmul/setup.h"

namespace trtlike::kernels::matmul {

/// Why the problem cannot be computed so; else empty. `setup` is of the problem.
std::string refuse_strassen(const Problem& problem, const Setup& setup, const Tiles<F32>& tiles);

/// `packed` is what pack() gave for the same tiles; `tiles` must outlive the kernel.
std::unique_ptr<Kernel> make_strassen(Setup setup, const Tiles<F32>& tiles,
                                      std::span<const std::byte> packed);

}  // namespace trtlike::kernels::matmul
