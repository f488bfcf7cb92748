// Chains on rows in AVX-512 with BF16.
#include "kernels/epilogue/finish_rows_impl.h"

namespace trtlike::kernels::epilogue {

constinit const FinishRows kFinishRowsAvx512Bf16 = finish_rows;

}  // namespace trtlike::kernels::epilogue
