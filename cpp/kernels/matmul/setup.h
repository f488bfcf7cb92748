// MatrixMultiply and FusedMatrixMultiply as plain products of matrices: what the native kernels
// compute, whatever their tiles.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernels/epilogue/epilogue.h"
#include "kernels/epilogue/finisher.h"
#include "kernels/matmul/tiles.h"
#include "kernels/tactic.h"
#include "ops/shapes/matmul_shape.h"

namespace trtlike::kernels::matmul {

struct Setup {
  /// Products of m x k by k x n. Where B is the same for all, one product of all rows.
  int64_t products = 1, m = 1, n = 1, k = 1;
  ops::MatmulShape shape;
  MatrixView a, b;  ///< without data; strides within one matrix
  int64_t b_matrices = 1;
  bool packs_b = false;     ///< B is a constant
  bool packs_bias = false;  ///< so is the bias; any other is an operand of the first link
  DataType out = DataType::Float;
  std::vector<epilogue::Link> links;  ///< operands numbered from 0
  /// A program that is no chain; its inputs 1, 2, ... are the operands.
  std::optional<ops::PointwiseProgram> program;
  std::vector<epilogue::Operand> operands;  ///< their matrices are the products
  int threads = 1;

  /// Elements from the start of the tensor to the matrix of a product.
  int64_t a_offset(int64_t product) const {
    return products == 1 ? 0 : shape.a_index(product) * shape.m * shape.k;
  }
  int64_t b_matrix(int64_t product) const { return products == 1 ? 0 : shape.b_index(product); }
};

/// Why the problem cannot be computed so; else empty, and `setup` is filled. Constants are packed
/// if `packs`, else they are operands like any other.
std::string read_problem(const Problem& problem, Setup& setup, bool packs = true);

/// How an operand of the epilogue is read along products, rows and columns; it broadcasts to the
/// output.
epilogue::Operand make_operand(const Problem& problem, size_t input, const ops::MatmulShape& shape);

/// What finishes rows of sums, in the code of `isa`.
epilogue::Finisher make_finisher(const Setup& setup, core::Isa isa);

/// Bit i: input i is packed.
ops::InputSet packed_inputs(const Problem& problem);

/// B as panels, matrix after matrix, then the bias: each from a multiple of 64 bytes on, the bias
/// filled with zeros to whole panels.
template <typename Types>
Packed pack(const Problem& problem, const Tiles<Types>& tiles);

/// Where things stand among panels.
struct PanelLayout {
  PanelLayout(const TileSet& tiles, int64_t n, int64_t k);

  int64_t count;         ///< panels of a matrix
  int64_t steps;         ///< of each
  int64_t panel_bytes;   ///< of each but the last
  int64_t matrix_bytes;  ///< a multiple of 64

  int columns(int64_t panel) const;
  int vectors(int64_t panel) const { return (columns(panel) + lanes - 1) / lanes; }

  int64_t n;
  int64_t width;  ///< columns of a whole panel
  int lanes;
};

}  // namespace trtlike::kernels::matmul
