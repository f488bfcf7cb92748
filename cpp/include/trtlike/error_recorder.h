// Who is told of errors, each with a code, beside the logger.
#pragma once

#include <string>

#include "trtlike/enums/runtime_enums.h"

namespace trtlike {

/// Told of each failure of the objects that it is set on and of those that they make. Bad arguments
/// and models are InvalidArgument, what is beyond this version or CPU UnsupportedState, bytes that
/// cannot be trusted FailedInitialization, missing memory FailedAllocation, bugs of trtlike
/// InternalError. Implementations must be safe to call from several threads.
class ErrorRecorder {
 public:
  /// Characters of a description that every recorder can keep.
  static constexpr int kMaxDescLength = 127;

  virtual ~ErrorRecorder() = default;
  virtual int num_errors() const noexcept = 0;
  virtual ErrorCode error_code(int index) const noexcept = 0;
  virtual std::string error_desc(int index) const noexcept = 0;
  /// True when errors came that there was no room for.
  virtual bool has_overflowed() const noexcept = 0;
  virtual void clear() noexcept = 0;
  virtual bool report_error(ErrorCode code, const std::string& description) noexcept = 0;
};

}  // namespace trtlike
