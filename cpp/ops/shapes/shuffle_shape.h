// The geometry of Shuffle: transpose, reshape, transpose. What its shape rule, reference and
// kernels share.
#pragma once

#include "ops/op.h"

namespace trtlike::ops {

/// The permutation that attribute `name` holds, the identity where it is empty: axis i of the
/// result is axis permutation[i] of the operand. Throws UserError for anything else.
std::vector<int> permutation(const Attributes& attributes, const char* name, int rank);

/// dims[permutation[0]], dims[permutation[1]], ...
Dims permute(const Dims& dims, const std::vector<int>& permutation);

/// The extents that `wanted` asks for, of a tensor of extents `from`: -1 stands for what is left, 0
/// for the extent of `from` on the same axis (with `zero_is_placeholder`), kUnknownElement for an
/// extent that is not known before run time. Throws UserError naming both shapes when the element
/// counts differ.
Dims reshape_dims(const Dims& from, const std::vector<int64_t>& wanted, bool zero_is_placeholder);

/// True when the permutation only moves extents of 1.
bool moves_nothing(const Dims& dims, const std::vector<int>& permutation);

}  // namespace trtlike::ops
