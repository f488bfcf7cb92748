// Transposes and row copies in portable code.
#include "kernels/reformat/generic.h"

namespace trtlike::kernels::reformat {

constinit const MoveTable kMovesPortable = make_move_table();

}  // namespace trtlike::kernels::reformat
