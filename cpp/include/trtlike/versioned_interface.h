// What interfaces that users implement say of themselves.
#pragma once

#include <string>

#include "trtlike/enums/runtime_enums.h"

namespace trtlike {

struct InterfaceInfo {
  std::string kind;
  int major = 1;
  int minor = 0;
};

class VersionedInterface {
 public:
  virtual ~VersionedInterface() = default;
  virtual ApiLanguage api_language() const noexcept { return ApiLanguage::Cpp; }
  virtual InterfaceInfo interface_info() const noexcept = 0;
};

}  // namespace trtlike
