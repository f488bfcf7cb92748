// Where messages go: the abstract logger of the API and the one that prints to standard output.
#pragma once

#include <memory>
#include <string_view>

#include "trtlike/enums/type_enums.h"

namespace trtlike {

/// Receives every message. Implementations must be safe to call from several threads.
class Logger {
 public:
  virtual ~Logger() = default;
  virtual void log(Severity severity, std::string_view message) noexcept = 0;
  /// Messages less severe than this may be left unformatted.
  virtual Severity min_severity() const noexcept { return Severity::Verbose; }
};

/// Prints "[MM/DD/YYYY-HH:MM:SS] [TRT] [X] message" to standard output.
std::shared_ptr<Logger> make_console_logger(Severity min_severity);

}  // namespace trtlike
