// Transposes and row copies in AVX-512.
#include "kernels/reformat/generic.h"

namespace trtlike::kernels::reformat {

constinit const MoveTable kMovesAvx512 = make_move_table();

}  // namespace trtlike::kernels::reformat
