// The inner loops of reformats: transposing a matrix and copying rows, with conversion, in a table
// per instruction set.
#pragma once

#include <array>
#include <cstdint>

namespace trtlike::kernels::reformat {

/// A matrix of `rows` rows of `columns` contiguous elements in the source. Strides are from row to
/// row, in elements.
struct MoveArgs {
  const void* from;
  int64_t from_stride;
  void* to;
  int64_t to_stride;
  int64_t rows;
  int64_t columns;
};
using Move = void (*)(const MoveArgs&);

/// Storage types of floats, in the order of the tables.
enum class FloatType { F32, F16, BF16 };

/// By source and target type.
struct MoveTable {
  std::array<std::array<Move, 3>, 3> transpose{};
  std::array<std::array<Move, 3>, 3> copy{};
};
extern const MoveTable kMovesPortable, kMovesAvx2, kMovesAvx512;

}  // namespace trtlike::kernels::reformat
