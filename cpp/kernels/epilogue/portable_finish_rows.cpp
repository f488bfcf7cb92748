// Chains on rows in portable code.
#include "kernels/epilogue/finish_rows_impl.h"

namespace trtlike::kernels::epilogue {

constinit const FinishRows kFinishRowsPortable = finish_rows;

}  // namespace trtlike::kernels::epilogue
