// TensorProto to constant data: every storage form.
#pragma once

#include <memory>
#include <string>

#include "ir/graph.h"
#include "onnx.pb.h"
#include "onnx/file/external_data.h"

namespace trtlike::onnx {

struct TensorData {
  DataType dtype = DataType::Float;
  Dims dims;
  ir::ConstantData data;
};

/// Whether a constant shows as a layer of the network or only as a layer's weights.
enum class ConstantForm { Layer, Weights };

/// "FLOAT", "UINT16", ... as ONNX spells it.
std::string onnx_type_name(int32_t onnx_type);

/// The element type of an ONNX type. Throws Failure (UnsupportedNodeDatatype) for strings, complex
/// numbers and the other types that have none.
DataType to_dtype(int32_t onnx_type, const std::string& what);

/// Reads tensors of one model. What it returns shares memory with the model or with mapped files
/// where the bytes can be used as they are.
class TensorReader {
 public:
  TensorReader(std::shared_ptr<const void> model, std::string folder)
      : model_(std::move(model)), external_(std::move(folder)) {}

  /// `tensor` must be part of the model that keeps it alive, or small enough to be copied. Throws
  /// Failure naming the tensor.
  TensorData read(const ::onnx::TensorProto& tensor);
  TensorData read_sparse(const ::onnx::SparseTensorProto& tensor);

 private:
  /// The elements as ONNX stores them in raw_data.
  ir::ConstantData read_raw(const ::onnx::TensorProto& tensor, size_t bytes);
  ir::ConstantData share(const void* data, size_t bytes, size_t alignment) const;

  std::shared_ptr<const void> model_;
  ExternalData external_;
};

}  // namespace trtlike::onnx
