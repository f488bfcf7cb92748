// Chains on rows in AVX2.
#include "kernels/epilogue/finish_rows_impl.h"

namespace trtlike::kernels::epilogue {

void finish_rows_avx2(const FinishArgs& args) { finish_rows(args); }

}  // namespace trtlike::kernels::epilogue
