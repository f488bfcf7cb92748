// Imports ONNX models and runs them with the ops' references, so that another program can compare
// the outputs.
// Usage: run_reference [--print] OUT FOLDER...: each folder holds model.onnx and input_<i>.pb
// (TensorProtos, in the order of the network's inputs); outputs go to OUT/<folder's name>_<i>.pb.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "ir/network_state.h"
#include "onnx/file/tensor_data.h"
#include "support/run_graph.h"
#include "trtlike/onnx_parser.h"

namespace {

using namespace trtlike;
namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

ops::OwnedTensor read_tensor(const fs::path& path) {
  ::onnx::TensorProto proto;
  if (!proto.ParseFromString(read_file(path))) throw UserError("unreadable " + path.string());
  const auto bytes = std::make_shared<::onnx::TensorProto>(proto);
  trtlike::onnx::TensorReader reader(bytes, ".");
  const trtlike::onnx::TensorData tensor = reader.read(*bytes);
  return {std::const_pointer_cast<void>(tensor.data.data),
          {const_cast<void*>(tensor.data.data.get()), tensor.dtype, tensor.dims}};
}

int onnx_type(DataType dtype) {
  switch (dtype) {
    case DataType::Half:
      return ::onnx::TensorProto::FLOAT16;
    case DataType::BF16:
      return ::onnx::TensorProto::BFLOAT16;
    case DataType::Int8:
      return ::onnx::TensorProto::INT8;
    case DataType::UInt8:
      return ::onnx::TensorProto::UINT8;
    case DataType::Int32:
      return ::onnx::TensorProto::INT32;
    case DataType::Int64:
      return ::onnx::TensorProto::INT64;
    case DataType::Bool:
      return ::onnx::TensorProto::BOOL;
    default:
      return ::onnx::TensorProto::FLOAT;
  }
}

void write_tensor(const fs::path& path, const core::TensorView& tensor) {
  ::onnx::TensorProto proto;
  proto.set_data_type(onnx_type(tensor.dtype));
  for (const int64_t extent : tensor.dims) proto.add_dims(extent);
  proto.set_raw_data(tensor.data, tensor.bytes());
  std::ofstream(path, std::ios::binary) << proto.SerializeAsString();
}

void run(const fs::path& folder, const fs::path& out, bool print) {
  Network network;
  OnnxParser parser(network, nullptr);
  if (!parser.parse_from_file((folder / "model.onnx").string()))
    throw UserError(parser.error(0).to_string());
  const ir::Graph& graph = NetworkAccess::state(network)->graph;
  graph.verify();
  if (print) std::cout << graph.to_string() << "\n";
  std::map<std::string, ops::OwnedTensor> inputs;
  for (size_t i = 0; i < graph.inputs().size(); ++i)
    inputs[graph.value(graph.inputs()[i]).name] =
        read_tensor(folder / ("input_" + std::to_string(i) + ".pb"));
  const auto outputs = test::run_graph(graph, inputs);
  for (size_t i = 0; i < graph.outputs().size(); ++i) {
    const auto& view = outputs.at(graph.value(graph.outputs()[i]).name).view;
    const std::string name = folder.filename().string() + "_" + std::to_string(i) + ".pb";
    write_tensor(out / name, view);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool print = argc > 1 && std::string(argv[1]) == "--print";
  const int first = print ? 2 : 1;
  for (int i = first + 1; i < argc; ++i) {
    const fs::path folder(argv[i]);
    try {
      run(folder, argv[first], print);
      std::cout << "OK " << folder.filename().string() << std::endl;
    } catch (const std::exception& failure) {
      std::cout << "FAILED " << folder.filename().string() << ": " << failure.what() << std::endl;
    }
  }
}
