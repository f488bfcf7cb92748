// Transposes and row copies in AVX2.
#include "kernels/reformat/generic.h"

namespace trtlike::kernels::reformat {

const MoveTable& moves_avx2() {
  static const MoveTable table = make_move_table();
  return table;
}

}  // namespace trtlike::kernels::reformat
