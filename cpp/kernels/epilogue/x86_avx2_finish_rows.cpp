// Chains on rows in AVX2.
#include "kernels/epilogue/finish_rows_impl.h"

namespace trtlike::kernels::epilogue {

constinit const FinishRows kFinishRowsAvx2 = finish_rows;

}  // namespace trtlike::kernels::epilogue
