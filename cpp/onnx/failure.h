// Why a model or a node cannot be imported. Thrown inside this folder, collected by the importer,
// never seen outside.
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

#include "trtlike/onnx_parser.h"

namespace trtlike::onnx {

using Code = ParserErrorCode;

class Failure : public std::runtime_error {
 public:
  Failure(Code code, const std::string& sentence,
          std::source_location where = std::source_location::current())
      : std::runtime_error(sentence), code_(code), where_(where) {}

  Code code() const { return code_; }
  const std::source_location& where() const { return where_; }

 private:
  Code code_;
  std::source_location where_;
};

}  // namespace trtlike::onnx
