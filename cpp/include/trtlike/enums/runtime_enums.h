// What runtimes, allocators and byte streams can be told, and how errors are numbered.
#pragma once

#include "trtlike/enums/enum_table.h"

namespace trtlike {

#define TRTLIKE_ENUM_GROUP RuntimeEnums
#define TRTLIKE_ENUM_LIST "trtlike/enums/runtime_enums.inc"
#include "trtlike/enums/define_enums.inc"

}  // namespace trtlike
