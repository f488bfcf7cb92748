// From sums to the output: the program behind the product, for blocks of sums that are complete.
#pragma once

#include <optional>

#include "kernels/matmul/setup.h"
#include "kernels/pointwise/epilogue.h"

namespace trtlike::kernels::matmul {

/// Sums in f32 of rows and columns of the output.
struct SumsBlock {
  const float* sums;
  int64_t stride;
  int64_t row;
  int rows;
  int64_t column;
  int columns;
};

class Finisher {
 public:
  /// Both must outlive it.
  Finisher(const Setup& setup, const TileSet& tiles);

  size_t scratch_bytes() const { return epilogue_ ? epilogue_->scratch_bytes() : 0; }
  void run(const RunArgs& args, int64_t product, const SumsBlock& block,
           std::byte* scratch) const noexcept;

 private:
  const void* operand_at(const RunArgs& args, const Operand& operand, int64_t product,
                         const SumsBlock& block) const;

  const Setup& setup_;
  const TileSet& tiles_;
  std::optional<pointwise::Epilogue> epilogue_;
};

}  // namespace trtlike::kernels::matmul
