// Weights that lie beside the model: mapped files, with every location, offset and length checked.
#pragma once

#include <map>
#include <string>

#include "core/os/memory.h"
#include "ir/graph.h"
#include "onnx.pb.h"

namespace trtlike::onnx {

class ExternalData {
 public:
  explicit ExternalData(std::string folder) : folder_(std::move(folder)) {}

  /// The mapped bytes of a tensor whose data_location is EXTERNAL; `expected_bytes` is what its
  /// type and extents ask for. Throws Failure naming the tensor for a location outside the model's
  /// folder, a missing file, or a range that the file does not have.
  ir::ConstantData read(const ::onnx::TensorProto& tensor, size_t expected_bytes);

 private:
  const core::MappedFile& map(const ::onnx::TensorProto& tensor, const std::string& location);

  std::string folder_;
  std::map<std::string, core::MappedFile> files_;
};

}  // namespace trtlike::onnx
