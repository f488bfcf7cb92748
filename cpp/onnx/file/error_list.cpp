// Failures as errors of a parser.
#include "onnx/file/error_list.h"

#include "core/check.h"

namespace trtlike::onnx {

const ParserError& ErrorList::at(int index) const {
  TRTLIKE_CHECK(index >= 0 && index < size(), "[onnx] parser error ", index,
                ": expected an index below ", size(), ", got ", index, ".");
  return errors_[static_cast<size_t>(index)];
}

bool ErrorList::push(ParserError error) {
  core::log(logger_, Severity::Error, error.description);
  errors_.push_back(std::move(error));
  return false;
}

bool ErrorList::add(const Failure& failure) {
  ParserError error;
  error.code = failure.code();
  error.description = failure.what();
  error.file = failure.where().file_name();
  error.line = static_cast<int>(failure.where().line());
  error.func = failure.function();
  return push(std::move(error));
}

bool ErrorList::add(const std::exception& failure) {
  ParserError error;
  error.code = dynamic_cast<const std::bad_alloc*>(&failure) != nullptr
                   ? ParserErrorCode::MemAllocFailed
                   : ParserErrorCode::InternalError;
  error.description = core::describe(failure);
  return push(std::move(error));
}

}  // namespace trtlike::onnx
