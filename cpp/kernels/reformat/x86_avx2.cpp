// Transposes and row copies in AVX2.
#include "kernels/reformat/generic.h"

namespace trtlike::kernels::reformat {

constinit const MoveTable kMovesAvx2 = make_move_table();

}  // namespace trtlike::kernels::reformat
