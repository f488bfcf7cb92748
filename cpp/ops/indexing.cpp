// What an index outside of its axis gets.
#include "ops/indexing.h"

#include "core/check.h"

namespace trtlike::ops {

std::string index_sentence(int64_t given, const Dims& dims, int axis) {
  return core::str("expected indices between ", -dims[axis], " and ", dims[axis] - 1, " for axis ",
                   axis, " of shape ", dims, ", got ", given, ".");
}

void fail_index(int64_t given, const Dims& dims, int axis) {
  throw UserError(core::str("[ops] input 1 'indices': ", index_sentence(given, dims, axis)));
}

}  // namespace trtlike::ops
