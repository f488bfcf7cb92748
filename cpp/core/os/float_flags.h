// The floating-point exception flags of this thread.
#pragma once

namespace trtlike::core {

/// Clears the flag of invalid operations.
void clear_invalid_flag();
/// True when an operation since then was invalid: the maximum or minimum of a NaN and a number or
/// an ordered comparison of them, infinity minus infinity, 0 times infinity, ... Arithmetic that
/// hands a quiet NaN on is not.
bool has_invalid_flag();

}  // namespace trtlike::core
