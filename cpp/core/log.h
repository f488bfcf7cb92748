// Logging for the layers below the API: formats only what the logger will take.
#pragma once

#include <memory>
#include <string>

#include "core/strings.h"
#include "trtlike/logger.h"

namespace trtlike::core {

/// Sends the concatenated parts to `logger`; does nothing for a null logger or a severity it does
/// not take.
template <typename... Parts>
void log(Logger* logger, Severity severity, const Parts&... parts) {
  if (logger != nullptr && severity <= logger->min_severity()) logger->log(severity, str(parts...));
}

template <typename... Parts>
void log(const std::shared_ptr<Logger>& logger, Severity severity, const Parts&... parts) {
  log(logger.get(), severity, parts...);
}

}  // namespace trtlike::core
