// Parsing model bytes and checking what must hold before the graph is looked at.
#include "onnx/file/model_file.h"

#include <filesystem>
#include <limits>

#include "core/os/memory.h"
#include "core/strings.h"
#include "onnx/file/failure.h"
#include "trtlike/error.h"

namespace trtlike::onnx {
namespace {

using core::str;

void check_opsets(const ::onnx::ModelProto& model) {
  if (model.opset_import_size() == 0 && model.ir_version() >= 3)
    throw Failure(
        Code::InvalidGraph,
        "[onnx] model: expected an opset_import, got none. Every model of IR version 3 or "
        "newer has one.");
  for (const auto& opset : model.opset_import()) {
    const bool is_onnx = opset.domain().empty() || opset.domain() == "ai.onnx";
    if (opset.version() < 1 || (is_onnx && opset.version() > kNewestOpset))
      throw Failure(
          Code::UnsupportedGraph,
          str("[onnx] model: expected an opset of domain '", opset.domain(), "' between 1 and ",
              kNewestOpset, ", got ", opset.version(),
              ". Export the model again with an opset between 7 and ", kNewestOpset, "."));
  }
}

}  // namespace

std::shared_ptr<const ::onnx::ModelProto> load_model(std::string_view bytes) {
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max()))
    throw Failure(Code::ModelDeserializeFailed,
                  str("[onnx] model: expected at most 2147483647 bytes, got ", bytes.size(),
                      ". Save the weights as external data beside the model."));
  auto model = std::make_shared<::onnx::ModelProto>();
  if (bytes.empty() || !model->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    throw Failure(Code::ModelDeserializeFailed,
                  str("[onnx] model: expected a serialized ModelProto, got ", bytes.size(),
                      " bytes that are none (truncated, or another kind of file)."));
  if (!model->has_graph())
    throw Failure(Code::ModelDeserializeFailed,
                  str("[onnx] model: expected a ModelProto with a graph, got ", bytes.size(),
                      " bytes without one. The file is probably no ONNX model."));
  check_opsets(*model);
  return model;
}

std::shared_ptr<const ::onnx::ModelProto> load_model_file(const std::string& path) {
  core::MappedFile file;
  try {
    file = core::map_file(path.c_str());
  } catch (const Error& error) {
    throw Failure(Code::ModelDeserializeFailed,
                  str("[onnx] model file '", path, "': ", error.what()));
  }
  return load_model({static_cast<const char*>(file.data.get()), file.bytes});
}

std::string model_folder(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (path.empty()) return ".";
  if (fs::is_directory(path, ignored)) return path;
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

}  // namespace trtlike::onnx
