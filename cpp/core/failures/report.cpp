// Kinds of failures as codes.
#include "core/failures/report.h"

#include <new>
#include <stdexcept>

#include "core/check.h"
#include "core/log.h"

namespace trtlike::core {

ErrorCode error_code(const std::exception& failure) {
  const auto is = [&]<typename E>() { return dynamic_cast<const E*>(&failure) != nullptr; };
  if (is.template operator()<AllocationError>() || is.template operator()<std::bad_alloc>() ||
      is.template operator()<std::length_error>())
    return ErrorCode::FailedAllocation;
  if (is.template operator()<UserError>()) return ErrorCode::InvalidArgument;
  if (is.template operator()<UnsupportedError>()) return ErrorCode::UnsupportedState;
  if (is.template operator()<PlanError>()) return ErrorCode::FailedInitialization;
  if (is.template operator()<InternalError>()) return ErrorCode::InternalError;
  return ErrorCode::UnspecifiedError;
}

void report_failure(Logger* logger, ErrorRecorder* recorder, const std::string& doing,
                    const std::exception& failure) {
  const std::string text = doing.empty() ? describe(failure) : str(doing, ": ", describe(failure));
  const bool is_ours = dynamic_cast<const InternalError*>(&failure) != nullptr;
  log(logger, is_ours ? Severity::InternalError : Severity::Error, text);
  if (recorder != nullptr) recorder->report_error(error_code(failure), text);
}

bool report_failures(Logger* logger, ErrorRecorder* recorder, const std::string& doing,
                     const std::function<void()>& body) {
  try {
    body();
    return true;
  } catch (const std::exception& failure) {
    report_failure(logger, recorder, doing, failure);
  }
  return false;
}

}  // namespace trtlike::core
