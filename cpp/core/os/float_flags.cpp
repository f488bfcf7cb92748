// On x86-64 the vector unit's own register: the library's functions also save the x87 state, which
// takes a hundred cycles.
#include "core/os/float_flags.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#else
#include <cfenv>
#endif

namespace trtlike::core {

#if defined(__x86_64__)

void clear_invalid_flag() { _mm_setcsr(_mm_getcsr() & ~static_cast<unsigned>(_MM_EXCEPT_INVALID)); }
bool has_invalid_flag() { return (_mm_getcsr() & _MM_EXCEPT_INVALID) != 0; }

#else

void clear_invalid_flag() { std::feclearexcept(FE_INVALID); }
bool has_invalid_flag() { return std::fetestexcept(FE_INVALID) != 0; }

#endif

}  // namespace trtlike::core
