// What is no ONNX model, or none that we know, is refused with a sentence and without a crash.
#include <gmock/gmock.h>

#include <random>

#include "support/onnx_model.h"

namespace trtlike::test {
namespace {

using testing::HasSubstr;

ModelBuilder small_model() {
  ModelBuilder model;
  model.input("x", {"2", "3"}).output("y");
  model.initializer(float_tensor("w", {3, 2}, {1, 2, 3, 4, 5, 6}));
  model.node("MatMul", {"x", "w"}, {"p"}).name("product");
  model.node("Relu", {"p"}, {"y"}).name("relu");
  return model;
}

std::string first_error(const std::string& bytes) {
  const Parsed parsed(bytes);
  EXPECT_FALSE(parsed.ok);
  return parsed.parser.num_errors() > 0 ? parsed.parser.error(0).to_string() : "";
}

TEST(OnnxModelFile, garbage_is_no_model) {
  EXPECT_THAT(first_error("this is not a model"), HasSubstr("MODEL_DESERIALIZE_FAILED"));
  EXPECT_THAT(first_error(""), HasSubstr("expected a serialized ModelProto, got 0 bytes"));
  EXPECT_THAT(first_error(std::string("\x08\x08", 2)), HasSubstr("ModelProto with a graph"));
}

TEST(OnnxModelFile, every_truncation_is_an_error_or_a_smaller_model) {
  const std::string bytes = small_model().bytes();
  for (size_t n = 0; n < bytes.size(); ++n) {
    const Parsed parsed(bytes.substr(0, n));
    EXPECT_TRUE(parsed.ok || parsed.parser.num_errors() > 0) << n;
  }
}

TEST(OnnxModelFile, flipped_bytes_do_not_crash) {
  const std::string bytes = small_model().bytes();
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    std::string flipped = bytes;
    for (int k = 0; k < 2; ++k)
      flipped[random() % flipped.size()] = static_cast<char>(random() % 256);
    const Parsed parsed(flipped);
    EXPECT_TRUE(parsed.ok || parsed.parser.num_errors() > 0);
  }
}

TEST(OnnxModelFile, missing_file_is_named) {
  const Network network;
  OnnxParser parser(network, nullptr);
  EXPECT_FALSE(parser.parse_from_file("/nowhere/model.onnx"));
  EXPECT_THAT(parser.error(0).description, HasSubstr("/nowhere/model.onnx"));
}

TEST(OnnxModelFile, unknown_opsets_are_refused) {
  ModelBuilder model = small_model();
  model.model().mutable_opset_import(0)->set_version(999);
  EXPECT_THAT(first_error(model.bytes()), HasSubstr("between 1 and 27, got 999"));
  model.model().mutable_opset_import(0)->set_version(0);
  EXPECT_THAT(first_error(model.bytes()), HasSubstr("got 0"));
  model.model().clear_opset_import();
  EXPECT_THAT(first_error(model.bytes()), HasSubstr("expected an opset_import, got none"));
}

TEST(OnnxModelFile, errors_are_kept_until_cleared) {
  const Network network;
  OnnxParser parser(network, nullptr);
  parser.parse("garbage");
  EXPECT_EQ(parser.num_errors(), 1);
  EXPECT_EQ(parser.error(0).node, -1);
  EXPECT_THROW(parser.error(1), UserError);
  parser.clear_errors();
  EXPECT_EQ(parser.num_errors(), 0);
  EXPECT_TRUE(parser.parse(small_model().bytes()));
}

TEST(OnnxModelFile, supports_model_leaves_the_network_alone) {
  const Network network;
  OnnxParser parser(network, nullptr);
  EXPECT_TRUE(parser.supports_model(small_model().bytes()));
  EXPECT_EQ(network.num_layers(), 0);
  EXPECT_EQ(network.num_inputs(), 0);
  ASSERT_EQ(parser.subgraphs().size(), 1u);
  EXPECT_TRUE(parser.subgraphs()[0].is_supported);
  EXPECT_FALSE(parser.supports_model("garbage"));
  EXPECT_TRUE(parser.subgraphs().empty());
  EXPECT_TRUE(parser.supports_operator("Conv"));
  EXPECT_FALSE(parser.supports_operator("NoSuchOperator"));
}

}  // namespace
}  // namespace trtlike::test
