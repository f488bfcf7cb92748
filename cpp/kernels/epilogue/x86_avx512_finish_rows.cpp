// Chains on rows in AVX-512.
#include "kernels/epilogue/finish_rows_impl.h"

namespace trtlike::kernels::epilogue {

void finish_rows_avx512(const FinishArgs& args) { finish_rows(args); }

}  // namespace trtlike::kernels::epilogue
