// Versions, as CMake passes them.
#include "trtlike/version.h"

namespace trtlike {

const char* version() { return TRTLIKE_VERSION; }

const char* tensorrt_version() { return "10.16.0"; }

}  // namespace trtlike
