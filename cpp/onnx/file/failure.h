// Why a model or a node cannot be imported. Thrown inside this folder, collected by the importer,
// never seen outside.
#pragma once

#include <algorithm>
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
  /// The bare name of the function that failed, without its signature.
  std::string function() const {
    const std::string signature = where_.function_name();
    const size_t end = std::min(signature.find('('), signature.size());
    const size_t before = signature.find_last_of(" :", end == 0 ? 0 : end - 1);
    const size_t begin = before == std::string::npos ? 0 : before + 1;
    return signature.substr(begin, end - begin);
  }

 private:
  Code code_;
  std::source_location where_;
};

}  // namespace trtlike::onnx
