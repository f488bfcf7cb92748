// What went wrong while models were read: collected and logged, never thrown.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/log.h"
#include "onnx/file/failure.h"
#include "trtlike/onnx_parser.h"

namespace trtlike::onnx {

class ErrorList {
 public:
  explicit ErrorList(std::shared_ptr<Logger> logger) : logger_(std::move(logger)) {}

  const std::shared_ptr<Logger>& logger() const { return logger_; }
  /// For what adds its own.
  std::vector<ParserError>& all() { return errors_; }
  int size() const { return static_cast<int>(errors_.size()); }
  /// Throws UserError when the index is out of range.
  const ParserError& at(int index) const;
  void clear() { errors_.clear(); }

  /// False, for who returns it.
  bool add(const Failure& failure);
  bool add(const std::exception& failure);
  /// Calls `f`. True when no error was added, be it thrown or not.
  template <typename F>
  bool collect(F&& f) {
    const size_t before = errors_.size();
    try {
      f();
    } catch (const Failure& failure) {
      add(failure);
    } catch (const std::exception& failure) {
      add(failure);
    }
    return errors_.size() == before;
  }

 private:
  bool push(ParserError error);

  std::shared_ptr<Logger> logger_;
  std::vector<ParserError> errors_;
};

}  // namespace trtlike::onnx
