// Transposes and row copies, written once against Vector. Included by one source an instruction
// set; all of it has internal linkage.
#pragma once

#include "kernels/reformat/moves.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::reformat {
namespace {

/// Columns that are moved for all rows before the next ones: four cache lines of a row follow each
/// other.
constexpr int64_t kColumnsAtATime = 64;

/// A whole tile of kLanes rows and columns.
template <typename From, typename To>
inline void transpose_tile(const From* from, int64_t from_stride, To* to, int64_t to_stride) {
  constexpr int kLanes = Vector::kLanes;
  Vector tile[kLanes];
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i) tile[i] = Vector::load(from + i * from_stride);
  transpose(tile);
#pragma GCC unroll 16
  for (int i = 0; i < kLanes; ++i) tile[i].store(to + i * to_stride);
}

/// A tile at an edge.
template <typename From, typename To>
inline void transpose_edge(const From* from, int64_t from_stride, To* to, int64_t to_stride,
                           int rows, int columns) {
  constexpr int kLanes = Vector::kLanes;
  Vector tile[kLanes];
  for (int i = 0; i < kLanes; ++i)
    tile[i] = i < rows ? Vector::load(from + i * from_stride, columns) : Vector(0.0f);
  transpose(tile);
  for (int i = 0; i < columns; ++i) tile[i].store(to + i * to_stride, rows);
}

template <typename From, typename To>
void transpose_matrix(const MoveArgs& args) {
  constexpr int64_t kLanes = Vector::kLanes;
  const auto least = [](int64_t a, int64_t b) { return a < b ? a : b; };
  const From* from = static_cast<const From*>(args.from);
  To* to = static_cast<To*>(args.to);
  for (int64_t band = 0; band < args.columns; band += kColumnsAtATime) {
    const int64_t band_end = least(band + kColumnsAtATime, args.columns);
    for (int64_t r = 0; r < args.rows; r += kLanes) {
      const int64_t rows = least(kLanes, args.rows - r);
      for (int64_t c = band; c < band_end; c += kLanes) {
        const int64_t columns = least(kLanes, band_end - c);
        const From* source = from + r * args.from_stride + c;
        To* target = to + c * args.to_stride + r;
        if (rows == kLanes && columns == kLanes) {
          transpose_tile(source, args.from_stride, target, args.to_stride);
        } else {
          transpose_edge(source, args.from_stride, target, args.to_stride, static_cast<int>(rows),
                         static_cast<int>(columns));
        }
      }
    }
  }
}

template <typename From, typename To>
void copy_rows(const MoveArgs& args) {
  constexpr int64_t kLanes = Vector::kLanes;
  const int64_t whole = args.columns / kLanes * kLanes;
  for (int64_t r = 0; r < args.rows; ++r) {
    const From* from = static_cast<const From*>(args.from) + r * args.from_stride;
    To* to = static_cast<To*>(args.to) + r * args.to_stride;
    for (int64_t c = 0; c < whole; c += kLanes) Vector::load(from + c).store(to + c);
    const auto rest = static_cast<int>(args.columns - whole);
    if (rest != 0) Vector::load(from + whole, rest).store(to + whole, rest);
  }
}

template <typename From>
constexpr void set_moves(MoveTable& table, FloatType type) {
  const auto from = static_cast<size_t>(type);
  table.transpose[from] = {transpose_matrix<From, float>, transpose_matrix<From, core::Half>,
                           transpose_matrix<From, core::BFloat16>};
  table.copy[from] = {copy_rows<From, float>, copy_rows<From, core::Half>,
                      copy_rows<From, core::BFloat16>};
}

constexpr MoveTable make_move_table() {
  MoveTable table{};
  set_moves<float>(table, FloatType::F32);
  set_moves<core::Half>(table, FloatType::F16);
  set_moves<core::BFloat16>(table, FloatType::BF16);
  return table;
}

}  // namespace
}  // namespace trtlike::kernels::reformat
