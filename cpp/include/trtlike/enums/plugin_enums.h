// What plugins and their fields are.
#pragma once

#include "trtlike/enums/enum_table.h"

namespace trtlike {

#define TRTLIKE_ENUM_GROUP PluginEnums
#define TRTLIKE_ENUM_LIST "trtlike/enums/plugin_enums.inc"
#include "trtlike/enums/define_enums.inc"

}  // namespace trtlike
