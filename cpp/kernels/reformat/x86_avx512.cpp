// Transposes and row copies in AVX-512.
#include "kernels/reformat/generic.h"

namespace trtlike::kernels::reformat {

const MoveTable& moves_avx512() {
  static const MoveTable table = make_move_table();
  return table;
}

}  // namespace trtlike::kernels::reformat
