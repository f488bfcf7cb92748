// The address space that is left: what libraries that do not look at failed allocations need.
#pragma once

#include <cstddef>

namespace trtlike::core {

/// Throws UserError "[core] `what`: ..." unless a block of this many bytes could be mapped now.
void check_address_space(size_t bytes, const char* what);

}  // namespace trtlike::core
