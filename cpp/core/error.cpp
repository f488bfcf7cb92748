// What a broken invariant says.
#include "core/check.h"

namespace trtlike::core {

void fail_assertion(const char* file, int line, const char* condition, const std::string& message) {
  throw InternalError(str("[internal] ", message, ": expected ", condition, " at ", file, ":", line,
                          ". This is a bug in trtlike; please report it."));
}

}  // namespace trtlike::core
