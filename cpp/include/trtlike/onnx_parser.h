// ONNX model files to networks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "trtlike/enums/build_enums.h"
#include "trtlike/logger.h"
#include "trtlike/network.h"

namespace trtlike {

/// One thing that went wrong; node is its index in the model, -1 for the model as a whole.
struct ParserError {
  ParserErrorCode code = ParserErrorCode::Success;
  std::string description;
  int node = -1;
  std::string node_name;
  std::string node_operator;
  std::string file;
  int line = 0;
  std::string func;

  /// "In node 3 with name: conv1 and operator: Conv (func): CODE: description".
  std::string to_string() const;
};

/// Parses ONNX models of opset 7 to 27 into a network. Errors are collected, never thrown.
class OnnxParser {
 public:
  OnnxParser(Network network, std::shared_ptr<Logger> logger);
  ~OnnxParser();

  /// `model` is a serialized ModelProto; `path` says where external data lies. False when errors
  /// were collected.
  bool parse(std::string_view model, const std::string& path = "");
  /// Reads the model from a file, of any size; external data is looked for beside it.
  bool parse_from_file(const std::string& path);
  /// True when every node could be imported; collects errors as parse does and leaves the network
  /// alone. Afterwards subgraphs() say which.
  bool supports_model(std::string_view model, const std::string& path = "");
  /// A run of the model's nodes, in its order, between those that were refused.
  struct Subgraph {
    std::vector<size_t> nodes;
    /// False where other nodes were refused: ask about the run as a model of its own.
    bool is_supported = false;
  };
  /// Of the last supports_model.
  const std::vector<Subgraph>& subgraphs() const;

  /// A parse in steps: a model, elements for some of its initializers, which are copied, and the
  /// import. False when errors were collected.
  bool load_model_proto(std::string_view model, const std::string& path = "");
  bool load_initializer(const std::string& name, const void* data, size_t bytes);
  bool parse_model_proto();
  /// True when some importer takes this ONNX operator.
  bool supports_operator(std::string_view op_name) const;

  int num_errors() const;
  /// Throws UserError when the index is out of range.
  const ParserError& error(int index) const;
  void clear_errors();

  /// Bits 1 << OnnxParserFlag.
  uint32_t flags() const;
  void set_flags(uint32_t flags);
  bool flag(OnnxParserFlag flag) const;
  void set_flag(OnnxParserFlag flag);
  void clear_flag(OnnxParserFlag flag);

  /// The network tensor made for output `index` of the ONNX node of this name; empty when there is
  /// none.
  Tensor layer_output_tensor(const std::string& name, int index) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trtlike
