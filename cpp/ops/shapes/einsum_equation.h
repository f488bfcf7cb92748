// An Einsum equation made concrete for its operands.
#pragma once

#include <string>
#include <vector>

#include "ops/op.h"

namespace trtlike::ops {

/// Labels are numbered from 0: those of the output first, in its order, then the summed ones. Axes
/// under an ellipsis have labels of their own, aligned from the right.
struct EinsumEquation {
  /// Per operand and axis: its label.
  std::vector<std::vector<int>> operands;
  /// How many labels the output has.
  int num_outputs = 0;
  /// Per label: its extent (-1 unknown; an operand's extent of 1 broadcasts).
  std::vector<int64_t> extents;

  Dims output() const;
};

/// Throws UserError for an equation that cannot be read or does not fit the operands.
EinsumEquation parse_einsum(const std::string& equation, std::span<const Dims> operands);

}  // namespace trtlike::ops
