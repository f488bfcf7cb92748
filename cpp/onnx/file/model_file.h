// Bytes or a file to a ModelProto, with the checks that need no graph: it is ONNX, it has a graph,
// its opsets are ones we know.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "onnx.pb.h"

namespace trtlike::onnx {

inline constexpr int64_t kNewestOpset = 27;

/// Throws Failure when the bytes are no ONNX model.
std::shared_ptr<const ::onnx::ModelProto> load_model(std::string_view bytes);
/// Maps the file while it is parsed. Throws Failure when it cannot be read or is no ONNX model.
std::shared_ptr<const ::onnx::ModelProto> load_model_file(const std::string& path);

/// The folder in which the external data of a model at `path` lies: `path` itself when it is a
/// folder, its parent otherwise.
std::string model_folder(const std::string& path);

}  // namespace trtlike::onnx
