// Transposes and row copies in portable code.
#include "kernels/reformat/generic.h"

namespace trtlike::kernels::reformat {

const MoveTable& moves_portable() {
  static const MoveTable table = make_move_table();
  return table;
}

}  // namespace trtlike::kernels::reformat
