// What tensors and messages are.
#pragma once

#include "trtlike/enums/enum_table.h"

namespace trtlike {

#define TRTLIKE_ENUM_GROUP TypeEnums
#define TRTLIKE_ENUM_LIST "trtlike/enums/type_enums.inc"
#include "trtlike/enums/define_enums.inc"

}  // namespace trtlike
