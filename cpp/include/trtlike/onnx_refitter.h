// Weights of ONNX models for engines.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "trtlike/onnx_parser.h"
#include "trtlike/refitter.h"

namespace trtlike {

/// Sets a refitter's weights from the initializers of the model that an engine was built from, or
/// one like it. Errors are collected, never thrown. Refitter::refit_cuda_engine comes after it.
class OnnxParserRefitter {
 public:
  /// `refitter` must live as long as this.
  OnnxParserRefitter(Refitter& refitter, std::shared_ptr<Logger> logger);
  ~OnnxParserRefitter();

  /// `model` is a serialized ModelProto; `path` says where external data lies. False when errors
  /// were collected: the model cannot be read or lacks weights that the engine needs.
  bool refit_from_bytes(std::string_view model, const std::string& path = "");
  bool refit_from_file(const std::string& path);

  /// The same in steps: a model, elements for some of its initializers in place of its own, which
  /// the caller keeps alive, and then the refitter's weights.
  bool load_model_proto(std::string_view model, const std::string& path = "");
  bool load_initializer(const std::string& name, const void* data, size_t bytes);
  bool refit_model_proto();

  int num_errors() const;
  /// Throws UserError when the index is out of range.
  const ParserError& error(int index) const;
  void clear_errors();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trtlike
