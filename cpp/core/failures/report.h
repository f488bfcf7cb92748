// Failures as error recorders know them.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "trtlike/error.h"
#include "trtlike/error_recorder.h"
#include "trtlike/logger.h"

namespace trtlike::core {

/// Memory that an allocator of the user's did not give.
class AllocationError : public UserError {
 public:
  using UserError::UserError;
};

ErrorCode error_code(const std::exception& failure);

/// Logs a failure, prefixed by `doing` unless that is empty, and tells the recorder; each may be
/// null.
void report_failure(Logger* logger, ErrorRecorder* recorder, const std::string& doing,
                    const std::exception& failure);

/// Runs `body` and reports what it throws. True when nothing was thrown.
bool report_failures(Logger* logger, ErrorRecorder* recorder, const std::string& doing,
                     const std::function<void()>& body);

/// Calls `body`; the recorder is told of what it throws.
template <typename F>
auto recorded(const std::shared_ptr<ErrorRecorder>& recorder, F&& body) {
  try {
    return body();
  } catch (const std::exception& failure) {
    report_failure(nullptr, recorder.get(), "", failure);
    throw;
  }
}

}  // namespace trtlike::core
