// What builders, engines and parsers can be told, and what they answer.
#pragma once

#include "trtlike/enums/enum_table.h"

namespace trtlike {

#define TRTLIKE_ENUM_GROUP BuildEnums
#define TRTLIKE_ENUM_LIST "trtlike/enums/build_enums.inc"
#include "trtlike/enums/define_enums.inc"

}  // namespace trtlike
