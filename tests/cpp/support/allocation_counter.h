// Counts calls of malloc and its family in the whole test program.
#pragma once

#include <cstdint>

namespace trtlike::test {

/// False under sanitizers, which bring their own malloc.
bool counts_allocations();
/// Calls so far, of all threads.
int64_t allocation_count();

}  // namespace trtlike::test
