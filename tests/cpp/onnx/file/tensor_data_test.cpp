// Constants in every storage form, and external data that must stay inside the model's folder.
#include "onnx/file/tensor_data.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "onnx/file/failure.h"
#include "support/onnx_model.h"

namespace trtlike::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using Proto = ::onnx::TensorProto;

std::vector<double> elements(const trtlike::onnx::TensorData& tensor) {
  const core::TensorView view{const_cast<void*>(tensor.data.data.get()), tensor.dtype, tensor.dims};
  std::vector<double> result;
  for (int64_t i = 0; i < view.elems(); ++i) result.push_back(view.at(i));
  return result;
}

trtlike::onnx::TensorData read(const Proto& proto, const std::string& folder = ".") {
  const auto kept = std::make_shared<Proto>(proto);
  trtlike::onnx::TensorReader reader(kept, folder);
  return reader.read(*kept);
}

Proto proto_of(int type, std::vector<int64_t> dims) {
  Proto proto;
  proto.set_name("t");
  proto.set_data_type(type);
  for (const int64_t extent : dims) proto.add_dims(extent);
  return proto;
}

std::string refusal(const Proto& proto, const std::string& folder = ".") {
  try {
    read(proto, folder);
  } catch (const trtlike::onnx::Failure& failure) {
    return failure.what();
  }
  ADD_FAILURE() << "expected a failure";
  return "";
}

TEST(OnnxTensorData, raw_and_typed_floats_are_the_same) {
  Proto raw = proto_of(Proto::FLOAT, {2});
  const float values[] = {1.5f, -2.0f};
  raw.set_raw_data(std::string(reinterpret_cast<const char*>(values), sizeof values));
  EXPECT_THAT(elements(read(raw)), ElementsAre(1.5, -2.0));
  EXPECT_THAT(elements(read(float_tensor("t", {2}, {1.5f, -2.0f}))), ElementsAre(1.5, -2.0));
}

TEST(OnnxTensorData, small_types_come_from_int32_data) {
  Proto half = proto_of(Proto::FLOAT16, {2});
  half.add_int32_data(0x3c00);
  half.add_int32_data(0xc000);
  EXPECT_EQ(read(half).dtype, DataType::Half);
  EXPECT_THAT(elements(read(half)), ElementsAre(1.0, -2.0));
  Proto bytes = proto_of(Proto::INT8, {3});
  for (const int v : {-128, 0, 127}) bytes.add_int32_data(v);
  EXPECT_THAT(elements(read(bytes)), ElementsAre(-128, 0, 127));
  Proto flags = proto_of(Proto::BOOL, {2});
  flags.add_int32_data(1);
  flags.add_int32_data(0);
  EXPECT_THAT(elements(read(flags)), ElementsAre(1, 0));
}

TEST(OnnxTensorData, any_byte_other_than_0_is_true) {
  Proto raw = proto_of(Proto::BOOL, {4});
  raw.set_raw_data(std::string("\0\x01\x02\xff", 4));
  EXPECT_THAT(elements(read(raw)), ElementsAre(0, 1, 1, 1));
  Proto typed = proto_of(Proto::BOOL, {3});
  for (const int v : {256, 0, -1}) typed.add_int32_data(v);
  EXPECT_THAT(elements(read(typed)), ElementsAre(1, 0, 1));
}

TEST(OnnxTensorData, types_that_tensorrt_has_not_keep_their_elements) {
  Proto doubles = proto_of(Proto::DOUBLE, {2});
  doubles.add_double_data(0.1);
  doubles.add_double_data(1e300);
  EXPECT_EQ(read(doubles).dtype, DataType::Double);
  EXPECT_THAT(elements(read(doubles)), ElementsAre(0.1, 1e300));
  Proto shorts = proto_of(Proto::INT16, {2});
  shorts.add_int32_data(-32768);
  shorts.add_int32_data(7);
  EXPECT_EQ(read(shorts).dtype, DataType::Int16);
  EXPECT_THAT(elements(read(shorts)), ElementsAre(-32768, 7));
  Proto words = proto_of(Proto::UINT16, {1});
  words.set_raw_data(std::string("\xfe\xff", 2));
  EXPECT_EQ(read(words).dtype, DataType::UInt16);
  EXPECT_THAT(elements(read(words)), ElementsAre(65534));
  Proto unsigneds = proto_of(Proto::UINT32, {1});
  unsigneds.add_uint64_data(4000000000u);
  EXPECT_EQ(read(unsigneds).dtype, DataType::UInt32);
  EXPECT_THAT(elements(read(unsigneds)), ElementsAre(4000000000.0));
  unsigneds.set_uint64_data(0, uint64_t{1} << 32);
  EXPECT_THAT(refusal(unsigneds), HasSubstr("expected elements of at most 4294967295"));
  Proto huge = proto_of(Proto::UINT64, {1});
  huge.add_uint64_data(uint64_t{1} << 63);
  EXPECT_EQ(read(huge).dtype, DataType::UInt64);
  EXPECT_THAT(elements(read(huge)), ElementsAre(0x1p63));
}

TEST(OnnxTensorData, wrong_sizes_and_types_are_refused) {
  EXPECT_THAT(refusal(float_tensor("t", {3}, {1, 2})),
              HasSubstr("tensor 't': expected 3 entries of float_data for its shape, got 2"));
  Proto raw = proto_of(Proto::INT64, {2});
  raw.set_raw_data("short");
  EXPECT_THAT(refusal(raw), HasSubstr("expected 16 bytes of raw_data for its type and shape"));
  EXPECT_THAT(refusal(proto_of(Proto::STRING, {1})), HasSubstr("got STRING"));
  EXPECT_THAT(refusal(proto_of(Proto::FLOAT, {-1})), HasSubstr("extents of 0 or more, got -1"));
  EXPECT_THAT(refusal(proto_of(Proto::FLOAT, {int64_t{1} << 40, int64_t{1} << 40})),
              HasSubstr("tensor 't'"));
}

TEST(OnnxTensorData, sparse_tensors_become_dense) {
  ::onnx::SparseTensorProto sparse;
  *sparse.mutable_values() = float_tensor("s", {2}, {5, 6});
  *sparse.mutable_indices() = int_tensor("", {2, 2}, {0, 1, 1, 0});
  sparse.add_dims(2);
  sparse.add_dims(2);
  trtlike::onnx::TensorReader reader(nullptr, ".");
  EXPECT_THAT(elements(reader.read_sparse(sparse)), ElementsAre(0, 5, 6, 0));
}

class ExternalData : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("trtlike_external_" + std::to_string(getpid()));
    fs::create_directories(folder_ / "model");
    const float values[] = {1, 2, 3, 4};
    for (const fs::path& path : {folder_ / "model" / "weights.bin", folder_ / "outside.bin"})
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<const char*>(values), sizeof values);
  }
  void TearDown() override { fs::remove_all(folder_); }

  Proto external(const std::string& location, const std::string& offset,
                 const std::string& length = "") {
    Proto proto = proto_of(Proto::FLOAT, {2});
    proto.set_data_location(Proto::EXTERNAL);
    const auto add = [&](const char* key, const std::string& value) {
      auto& entry = *proto.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    };
    add("location", location);
    add("offset", offset);
    if (!length.empty()) add("length", length);
    return proto;
  }
  std::string model_folder() const { return (folder_ / "model").string(); }

  fs::path folder_;
};

TEST_F(ExternalData, is_read_from_its_offset) {
  EXPECT_THAT(elements(read(external("weights.bin", "8", "8"), model_folder())), ElementsAre(3, 4));
  EXPECT_THAT(elements(read(external("weights.bin", "4"), model_folder())), ElementsAre(2, 3));
}

TEST_F(ExternalData, any_byte_other_than_0_is_true) {
  Proto proto = external("weights.bin", "0");
  proto.set_data_type(Proto::BOOL);
  proto.set_dims(0, 8);
  // 1.0f and 2.0f.
  EXPECT_THAT(elements(read(proto, model_folder())), ElementsAre(0, 0, 1, 1, 0, 0, 0, 1));
}

TEST_F(ExternalData, must_have_the_range) {
  EXPECT_THAT(refusal(external("weights.bin", "12"), model_folder()),
              HasSubstr("expected 8 bytes from offset 12, got a file 'weights.bin' of 16 bytes"));
  EXPECT_THAT(refusal(external("weights.bin", "18446744073709551615"), model_folder()),
              HasSubstr("offset 18446744073709551615"));
  EXPECT_THAT(refusal(external("weights.bin", "-1"), model_folder()),
              HasSubstr("expected a count of bytes as offset, got '-1'"));
  EXPECT_THAT(refusal(external("weights.bin", "0", "4"), model_folder()),
              HasSubstr("expected 8 bytes for its type and shape, got a length of 4"));
}

TEST_F(ExternalData, must_lie_in_the_models_folder) {
  EXPECT_THAT(refusal(external("missing.bin", "0"), model_folder()),
              HasSubstr("expected a file 'missing.bin'"));
  EXPECT_THAT(refusal(external("../outside.bin", "0"), model_folder()),
              HasSubstr("expected a location inside the model's folder, got '../outside.bin'"));
  EXPECT_THAT(refusal(external((folder_ / "outside.bin").string(), "0"), model_folder()),
              HasSubstr("inside the model's folder"));
  fs::create_symlink(folder_ / "outside.bin", folder_ / "model" / "link.bin");
  EXPECT_THAT(refusal(external("link.bin", "0"), model_folder()), HasSubstr("which leads to"));
}

TEST_F(ExternalData, is_found_beside_the_model) {
  ModelBuilder model;
  model.input("x", {"2"}).output("y");
  Proto weights = external("weights.bin", "8");
  weights.set_name("w");
  model.initializer(weights);
  model.node("Add", {"x", "w"}, {"y"}).name("sum");
  const Parsed by_file(model.bytes(), model_folder() + "/model.onnx");
  EXPECT_TRUE(by_file.ok) << by_file.errors();
  const Parsed nowhere(model.bytes(), folder_.string());
  EXPECT_FALSE(nowhere.ok);
  EXPECT_THAT(nowhere.errors(), HasSubstr("tensor 'w', external data"));
}

}  // namespace
}  // namespace trtlike::test
