// Layers of transformers and what they can be told to do.
#pragma once

#include "trtlike/enums/enum_table.h"

namespace trtlike {

#define TRTLIKE_ENUM_GROUP TransformerEnums
#define TRTLIKE_ENUM_LIST "trtlike/enums/transformer_enums.inc"
#include "trtlike/enums/define_enums.inc"

}  // namespace trtlike
